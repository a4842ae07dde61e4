//! Whose word counts.

use tallystick_protocol::coupon::{
    CouponAnswer, CouponOutcome, CouponState, CouponStatus, CouponVerdict, VerdictKind,
    asked_digest,
};

use super::world::{CARL, OFFICE, World, certificate, number, office, shown_digest};
use crate::host::CardError;
use crate::host::coupon::{self, Progress};
use crate::tests::purse::bank::{BankKey, START};

fn answer_to(asked: [u8; 32], coupon: u8) -> CouponAnswer {
    CouponAnswer {
        asked,
        outcome: CouponOutcome::Expired,
        coupon: Some(number(coupon)),
        whole: None,
        until: None,
        at: START,
    }
}

#[test]
fn only_the_coupons_office_moves_it() {
    let mut world = World::holding();
    let transfer = world.given_away();
    let answer = answer_to(asked_digest(&transfer), 1);
    let mut forger = office(OFFICE);
    forger.key = BankKey::P256([66; 32]);
    let mut other = office("other-coupons.localhost");
    other.key = BankKey::P256([67; 32]);
    world.ok(coupon::put_office(&certificate(&mut other), START));
    for stranger in [&forger, &other] {
        let said = stranger.sign(&answer);
        let heard = world.tried(coupon::hear_answer(0, &said, START));
        assert_eq!(heard, Err(CardError::BadSignature));
    }
    let said = world.office.sign(&answer);
    let as_status = world.tried(coupon::hear_status(0, &said, START));
    assert_eq!(as_status, Err(CardError::BadSignature), "of another kind");
    let malformed = world.tried(coupon::hear_answer(0, &said[1..], START));
    assert_eq!(malformed, Err(CardError::Refused(0x6a80)));
    let nowhere = world.tried(coupon::hear_answer(1, &said, START));
    assert_eq!(nowhere, Err(CardError::NotFound));
    let late = world.tried(coupon::hear_answer(
        0,
        &said,
        START.plus_seconds(400 * 86_400),
    ));
    assert_eq!(late, Err(CardError::Expired), "its certificate is over");
    assert_eq!(world.progress(), Progress::GivenAway);
}

#[test]
fn an_answer_counts_for_what_was_asked_and_for_its_coupon_alone() {
    let mut world = World::holding();
    let asked = asked_digest(&world.transfer(CARL));
    let hear = |world: &mut World, answer: &CouponAnswer| {
        let said = world.office.sign(answer);
        let heard = world.tried(coupon::hear_answer(0, &said, START));
        heard.map(|_| ())
    };
    let early = hear(&mut world, &answer_to(asked, 1));
    assert_eq!(early, Err(CardError::NotFound), "nothing was asked");
    let transfer = world.given_away();
    let others = hear(&mut world, &answer_to(asked, 1));
    assert_eq!(others, Err(CardError::NotFound));
    let elsewhere = answer_to(asked_digest(&transfer), 2);
    let elsewhere = hear(&mut world, &elsewhere);
    assert_eq!(elsewhere, Err(CardError::NotForThisPurse));
    assert_eq!(world.progress(), Progress::GivenAway);
}

#[test]
fn a_status_counts_for_its_coupon_and_not_for_an_older_owner() {
    let mut world = World::new();
    let coupon = world.coupon(1, 3);
    assert_eq!(world.store(&coupon), Ok(0));
    let older = world.status(Some(CouponState::Spent), 2, 5);
    assert_eq!(older, Err(CardError::OlderCheckpoint));
    let other = world.office.sign(&CouponStatus {
        office: world.domain(),
        coupon: number(2),
        state: Some(CouponState::Spent),
        change: 3,
        whole: None,
        ask: None,
        ended: None,
        made: None,
        at: START,
    });
    let other = world.tried(coupon::hear_status(0, &other, START));
    assert_eq!(other, Err(CardError::NotForThisPurse));
    assert_eq!(world.progress(), Progress::Held);
}

#[test]
fn a_verdict_about_the_coupon_as_it_is_here_moves_it_on() {
    for (verdict, progress) in [
        (VerdictKind::Valid, Progress::Held),
        (VerdictKind::Forged, Progress::Held),
        (VerdictKind::Unknown, Progress::Held),
        (VerdictKind::Changed, Progress::HandedOn),
        (VerdictKind::UnderWay, Progress::Waiting),
        (VerdictKind::Over, Progress::Ended),
        (VerdictKind::Expired, Progress::Ended),
    ] {
        let mut world = World::holding();
        let mut said = CouponVerdict {
            office: world.domain(),
            shown: [1; 32],
            nonce: [7; 32],
            verdict,
            at: START,
        };
        let other = world.office.sign(&said);
        let other = world.tried(coupon::hear_verdict(0, &other, START));
        assert_eq!(other, Err(CardError::NotForThisPurse));
        said.shown = shown_digest(&world.coupon(1, 0));
        let said = world.office.sign(&said);
        world.ok(coupon::hear_verdict(0, &said, START));
        assert_eq!(world.progress(), progress, "{verdict:?}");
    }
}
