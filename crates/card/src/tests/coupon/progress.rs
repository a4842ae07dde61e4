use tallystick_protocol::coupon::{
    ClaimCancellation, ClaimOffer, ConversionNotice, CouponOutcome, CouponState, CouponTransfer,
};

use super::world::{BEN, CARL, World, cancelling, converting, handing, number, offering};
use crate::host::CardError;
use crate::host::coupon::{Progress, SignedKind};
use crate::tests::purse::bank::START;

/// When what was signed counts no more, in seconds after the start.
const HOUR: u64 = 3_600;

#[test]
fn t001_16_progress_is_stored_and_shown() {
    let mut world = World::holding();
    let shows = |world: &mut World, progress| {
        world.power_goes();
        assert_eq!(world.shown().progress, progress);
        assert_eq!(world.list()[0].progress, Some(progress));
    };
    shows(&mut world, Progress::Held);
    let transfer = world.given_away();
    shows(&mut world, Progress::GivenAway);
    let shown = world.shown();
    assert_eq!(shown.kind, Some(SignedKind::Transfer));
    assert_eq!(shown.until, Some(transfer.until));
    world.answer(&transfer, CouponOutcome::Waiting, 5).unwrap();
    shows(&mut world, Progress::Waiting);
    world.answer(&transfer, CouponOutcome::Done, 6).unwrap();
    shows(&mut world, Progress::HandedOn);
}

#[test]
fn t001_16_a_second_transfer_of_the_same_change_to_somebody_else_is_refused() {
    let mut world = World::holding();
    let transfer = world.given_away();
    let other = world.transfer(CARL);
    for _ in 0..2 {
        let refused = world.sign::<CouponTransfer>(handing(0, &other));
        assert_eq!(refused, Err(CardError::CouponBound));
        let refused = world.sign::<ClaimOffer>(offering(&world.offer()));
        assert_eq!(refused, Err(CardError::CouponBound));
        let converted = converting(&world.conversion());
        let refused = world.sign::<ConversionNotice>(converted);
        assert_eq!(refused, Err(CardError::CouponBound));
        world.power_goes();
        world.answer(&transfer, CouponOutcome::Waiting, 5).unwrap();
    }
    let mut longer = world.transfer(BEN);
    longer.until = START.plus_seconds(2 * HOUR);
    let longer = handing(0, &longer);
    assert!(world.sign::<CouponTransfer>(longer).is_ok(), "to the same");
    assert_eq!(world.shown().until, Some(START.plus_seconds(2 * HOUR)));
}

#[test]
fn t001_16_what_came_to_nothing_gives_the_coupon_back() {
    for outcome in [
        CouponOutcome::Denied,
        CouponOutcome::Silent,
        CouponOutcome::Expired,
        CouponOutcome::NotHere,
        CouponOutcome::Invalid,
    ] {
        let mut world = World::holding();
        let transfer = world.given_away();
        world.answer(&transfer, outcome, 5).unwrap();
        let shown = world.shown();
        assert_eq!((shown.progress, shown.signed), (Progress::Held, None));
        let other = world.transfer(CARL);
        assert!(world.sign::<CouponTransfer>(handing(0, &other)).is_ok());
    }
}

#[test]
fn t001_16_no_answer_about_a_later_transfer_frees_what_an_earlier_one_still_binds() {
    let mut world = World::holding();
    world.given_away();
    let mut shorter = world.transfer(BEN);
    shorter.until = START.plus_seconds(60);
    world.sign::<CouponTransfer>(handing(0, &shorter)).unwrap();
    world.answer(&shorter, CouponOutcome::Expired, 61).unwrap();
    assert_eq!(world.progress(), Progress::GivenAway);
    let other = handing(0, &world.transfer(CARL));
    let refused = world.sign::<CouponTransfer>(other);
    assert_eq!(refused, Err(CardError::CouponBound));
    world
        .answer(&shorter, CouponOutcome::Expired, HOUR)
        .unwrap();
    assert_eq!(world.progress(), Progress::Held);
}

#[test]
fn t001_16_an_answer_after_which_the_transfer_still_counts_frees_nothing() {
    for outcome in [
        CouponOutcome::WrongState,
        CouponOutcome::NotYet,
        CouponOutcome::ConditionNotMet,
    ] {
        let mut world = World::holding();
        let transfer = world.given_away();
        world.answer(&transfer, outcome, 5).unwrap();
        assert_eq!(world.progress(), Progress::GivenAway);
    }
}

#[test]
fn t001_16_the_offices_word_that_it_is_the_owners_frees_it_once_the_transfer_counts_no_more() {
    let mut world = World::holding();
    world.given_away();
    world.status(Some(CouponState::Owned), 0, HOUR - 1).unwrap();
    assert_eq!(world.progress(), Progress::GivenAway, "Ben may still come");
    world.status(Some(CouponState::Owned), 0, HOUR).unwrap();
    assert_eq!(world.progress(), Progress::Held);
    let other = world.transfer(CARL);
    let late = world.sign::<CouponTransfer>(handing(0, &other));
    assert_eq!(late, Err(CardError::Expired), "its end is over by now");
}

#[test]
fn t001_16_what_the_office_said_before_does_not_move_it_back() {
    let mut world = World::holding();
    let transfer = world.given_away();
    world.answer(&transfer, CouponOutcome::Waiting, 50).unwrap();
    for outcome in [CouponOutcome::Expired, CouponOutcome::Done] {
        let older = world.answer(&transfer, outcome, 49);
        assert_eq!(older, Err(CardError::OlderCheckpoint));
    }
    let older = world.status(Some(CouponState::Owned), 0, 49);
    assert_eq!(older, Err(CardError::OlderCheckpoint));
    assert_eq!(world.progress(), Progress::Waiting);
}

#[test]
fn t001_16_each_state_at_the_office_is_shown_as_what_it_is_for_the_owner() {
    for (state, progress) in [
        (Some(CouponState::Owned), Progress::Held),
        (Some(CouponState::Asked), Progress::Waiting),
        (Some(CouponState::Named), Progress::Waiting),
        (Some(CouponState::Offered), Progress::Waiting),
        (Some(CouponState::Held), Progress::Waiting),
        (Some(CouponState::Spent), Progress::HandedOn),
        (Some(CouponState::Converted), Progress::Converted),
        (Some(CouponState::Expired), Progress::Ended),
        (Some(CouponState::Blocked), Progress::Ended),
        (None, Progress::HandedOn),
    ] {
        let mut world = World::holding();
        world.status(state, 0, 5).unwrap();
        assert_eq!(world.progress(), progress, "{state:?}");
    }
    let mut world = World::holding();
    world.status(Some(CouponState::Owned), 1, 5).unwrap();
    assert_eq!(world.progress(), Progress::HandedOn, "another change");
}

#[test]
fn t001_16_the_card_signs_nothing_more_about_a_coupon_that_is_over() {
    for state in [
        CouponState::Spent,
        CouponState::Converted,
        CouponState::Blocked,
    ] {
        let mut world = World::holding();
        world.status(Some(state), 0, 5).unwrap();
        let transfer = handing(0, &world.transfer(BEN));
        let refused = world.sign::<CouponTransfer>(transfer);
        assert_eq!(refused, Err(CardError::CouponBound), "{state:?}");
    }
    let mut world = World::holding();
    world.status(Some(CouponState::Blocked), 0, 5).unwrap();
    world.status(Some(CouponState::Owned), 0, 6).unwrap();
    world.given_away();
}

#[test]
fn t001_16_a_conversion_ends_as_the_office_says() {
    let mut world = World::holding();
    let notice = world.conversion();
    world.sign::<ConversionNotice>(converting(&notice)).unwrap();
    world.status(Some(CouponState::Owned), 0, 9 * HOUR).unwrap();
    assert_eq!(world.progress(), Progress::GivenAway, "it has no end");
    world
        .answer(&notice, CouponOutcome::WrongState, 9 * HOUR)
        .unwrap();
    assert_eq!(world.progress(), Progress::Held);
    let mut again = notice;
    again.at = START.plus_seconds(9 * HOUR);
    world.sign::<ConversionNotice>(converting(&again)).unwrap();
    world
        .answer(&again, CouponOutcome::Done, 9 * HOUR + 1)
        .unwrap();
    assert_eq!(world.progress(), Progress::Converted);
    world
        .status(Some(CouponState::Owned), 0, 9 * HOUR + 2)
        .unwrap();
    assert_eq!(world.progress(), Progress::Converted, "for good");
}

#[test]
fn t001_16_a_link_is_taken_back_and_the_coupon_is_free_once_the_office_has_said_so() {
    let mut world = World::holding();
    let offer = world.offer();
    world.sign::<ClaimOffer>(offering(&offer)).unwrap();
    world.answer(&offer, CouponOutcome::Done, 5).unwrap();
    assert_eq!(world.progress(), Progress::Waiting, "for whoever has it");
    let cancellation = ClaimCancellation {
        office: world.domain(),
        holder: world.anna,
        coupon: number(1),
        change: 0,
        claim: offer.claim,
        at: START,
        nonce: [6; 16],
    };
    let signed = cancelling(&cancellation);
    world.sign::<ClaimCancellation>(signed).unwrap();
    assert_eq!(world.progress(), Progress::Waiting);
    world.answer(&cancellation, CouponOutcome::Done, 6).unwrap();
    assert_eq!(world.progress(), Progress::Held);
}

#[test]
fn t001_16_a_link_that_was_redeemed_before_it_was_taken_back_has_handed_the_coupon_on() {
    let mut world = World::holding();
    let offer = world.offer();
    world.sign::<ClaimOffer>(offering(&offer)).unwrap();
    let cancellation = ClaimCancellation {
        office: world.domain(),
        holder: world.anna,
        coupon: number(1),
        change: 0,
        claim: offer.claim,
        at: START,
        nonce: [6; 16],
    };
    let signed = cancelling(&cancellation);
    world.sign::<ClaimCancellation>(signed).unwrap();
    world
        .answer(&cancellation, CouponOutcome::WrongClaim, 5)
        .unwrap();
    assert_eq!(world.progress(), Progress::GivenAway);
    world
        .answer(&cancellation, CouponOutcome::Changed, 6)
        .unwrap();
    assert_eq!(world.progress(), Progress::HandedOn);
}
