use tallystick_protocol::coupon::{
    ClaimRedemption, ConfirmationAsk, CouponKind, CouponState, CouponTransfer, Funding,
    IssueRequest, OwnerChangeRequest, TransferReply,
};
use tallystick_protocol::trust::keyed::KeyedMessage;
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::{Currency, Money};

use super::world::{
    Apdu, BEN, CARL, END, OFFICE, World, converting, coupon_of, handing, number, offering, office,
    replying, shop, shown_digest, wanting,
};
use crate::host::CardError;
use crate::host::coupon::{self, Progress, SignedKind};
use crate::tests::bench::domain;
use crate::tests::purse::bank::{BankKey, START};

type Change = fn(&mut ConfirmationAsk);

fn refused<M: KeyedMessage + core::fmt::Debug>(world: &mut World, apdu: Apdu) -> CardError {
    let progress = world.list().first().and_then(|one| one.progress);
    let error = world.sign::<M>(apdu).map(|_| ()).unwrap_err();
    let after = world.list().first().and_then(|one| one.progress);
    assert_eq!(after, progress);
    error
}

fn issue(world: &World) -> IssueRequest {
    IssueRequest {
        office: world.domain(),
        holder: world.anna,
        campaign: None,
        kind: CouponKind::Voucher,
        funding: Funding::Prepaid,
        value: Money::new(500, Currency::Jpy),
        at: START,
        nonce: [1; 16],
    }
}

#[test]
fn t001_27_the_card_signs_an_issue_request_and_both_transfer_messages() {
    let mut world = World::holding();
    let request = issue(&world);
    let signed = world.sign(coupon::sign_issue_request(&request));
    assert_eq!(signed, Ok(request));
    let to_shop = world.transfer(shop());
    let signed = world.sign(handing(0, &to_shop));
    assert_eq!(signed, Ok(to_shop));
    let (wanted, shown) = wanted(&world);
    let signed = world.sign(wanting(&wanted, &shown));
    assert_eq!(signed, Ok(wanted));
}

#[test]
fn what_is_signed_is_about_the_coupon_as_the_card_has_it() {
    let mut world = World::new();
    let coupon = world.coupon(1, 4);
    world.store(&coupon).unwrap();
    let mut transfer = world.transfer(BEN);
    let signed: CouponTransfer = world.sign(handing(0, &transfer)).unwrap();
    transfer.change = 4;
    assert_eq!(signed, transfer);
    let nowhere = handing(1, &transfer);
    assert_eq!(
        refused::<CouponTransfer>(&mut world, nowhere),
        CardError::NotFound
    );
    let mut world = World::holding();
    let notice = world.conversion();
    assert_eq!(world.sign(converting(&notice)), Ok(notice));
}

#[test]
fn what_would_be_over_when_it_is_signed_is_refused() {
    let mut world = World::holding();
    let mut transfer = world.transfer(BEN);
    transfer.until = START;
    let over = handing(0, &transfer);
    assert_eq!(
        refused::<CouponTransfer>(&mut world, over),
        CardError::Expired
    );
    (transfer.at, transfer.until) = (END, END.plus_seconds(9));
    let over = handing(0, &transfer);
    assert_eq!(
        refused::<CouponTransfer>(&mut world, over),
        CardError::Expired
    );
    // The wallet's clock goes back; what the office has signed does not.
    world.status(Some(CouponState::Owned), 0, 7_200).unwrap();
    let over = handing(0, &world.transfer(BEN));
    assert_eq!(
        refused::<CouponTransfer>(&mut world, over),
        CardError::Expired
    );
}

/// The office asks Anna whether Ben shall have coupon 1, and she says so.
fn asked(world: &World) -> (ConfirmationAsk, TransferReply) {
    let ask = ConfirmationAsk {
        office: world.domain(),
        holder: world.anna,
        coupon: number(1),
        change: 0,
        to: BEN,
        asked: [3; 32],
        until: START.plus_seconds(600),
        at: START,
    };
    let reply = TransferReply {
        office: world.domain(),
        holder: world.anna,
        coupon: number(1),
        change: 0,
        asked: [3; 32],
        to: BEN,
        agrees: true,
        at: START,
        nonce: [5; 16],
    };
    (ask, reply)
}

#[test]
fn t001_7_the_owner_confirms_what_the_office_has_asked_and_nothing_else() {
    let mut world = World::holding();
    let (ask, reply) = asked(&world);
    let said = world.office.sign(&ask);
    let wrong: [(Change, CardError); 4] = [
        (|ask| ask.coupon = number(2), CardError::NotForThisPurse),
        (
            |ask| ask.holder = HolderId([8; 32]),
            CardError::NotForThisPurse,
        ),
        (
            |ask| ask.office = domain("other.localhost"),
            CardError::NotForThisPurse,
        ),
        (|ask| ask.change = 1, CardError::OlderCheckpoint),
    ];
    for (change, error) in wrong {
        let mut other = ask.clone();
        change(&mut other);
        let other = world.office.sign(&other);
        let sign = replying(&reply, &other);
        assert_eq!(refused::<TransferReply>(&mut world, sign), error);
    }
    let mut stranger = office(OFFICE);
    stranger.key = BankKey::P256([66; 32]);
    let forged = replying(&reply, &stranger.sign(&ask));
    assert_eq!(
        refused::<TransferReply>(&mut world, forged),
        CardError::BadSignature
    );
    let mut late = reply.clone();
    late.at = ask.until;
    let sign = replying(&late, &said);
    assert_eq!(
        refused::<TransferReply>(&mut world, sign),
        CardError::Expired
    );
    let sign = replying(&reply, &said);
    assert_eq!(world.sign(sign), Ok(reply));
    let shown = world.shown();
    assert_eq!(
        (shown.progress, shown.kind),
        (Progress::GivenAway, Some(SignedKind::Reply))
    );
    assert_eq!(shown.until, Some(ask.until));
}

#[test]
fn t001_7_a_no_binds_nothing_and_is_said_even_when_the_coupon_was_promised_elsewhere() {
    let mut world = World::holding();
    let (ask, reply) = asked(&world);
    let said = world.office.sign(&ask);
    let no = TransferReply {
        agrees: false,
        ..reply.clone()
    };
    assert_eq!(world.sign(replying(&no, &said)), Ok(no.clone()));
    assert_eq!(world.progress(), Progress::Held);
    let transfer = world.transfer(CARL);
    world.sign::<CouponTransfer>(handing(0, &transfer)).unwrap();
    let yes = replying(&reply, &said);
    assert_eq!(
        refused::<TransferReply>(&mut world, yes),
        CardError::CouponBound
    );
    assert_eq!(world.sign(replying(&no, &said)), Ok(no));
}

/// Ben's coupon 2, and Anna's wish to have it.
fn wanted(world: &World) -> (OwnerChangeRequest, alloc::vec::Vec<u8>) {
    let shown = coupon_of(&world.office, 2, &BEN, 6);
    let request = OwnerChangeRequest {
        office: world.domain(),
        holder: world.anna,
        coupon: number(2),
        change: 6,
        shown: shown_digest(&shown),
        at: START,
        nonce: [5; 16],
    };
    (request, shown)
}

#[test]
fn another_holders_coupon_is_asked_for_as_it_was_shown() {
    let mut world = World::holding();
    let (request, shown) = wanted(&world);
    let mut forged = shown.clone();
    let end = forged.len() - 1;
    forged[end] ^= 1;
    let sign = wanting(&request, &forged);
    assert_eq!(
        refused::<OwnerChangeRequest>(&mut world, sign),
        CardError::BadSignature
    );
    let own = world.coupon(2, 6);
    let mut mine = request.clone();
    mine.shown = shown_digest(&own);
    let sign = wanting(&mine, &own);
    assert_eq!(
        refused::<OwnerChangeRequest>(&mut world, sign),
        CardError::Refused(0x6a89)
    );
    assert_eq!(world.sign(wanting(&request, &shown)), Ok(request));
}

#[test]
fn only_a_holder_of_this_card_asks_and_only_an_office_that_it_knows() {
    let mut world = World::holding();
    let mut request = issue(&world);
    request.holder = HolderId([8; 32]);
    let sign = coupon::sign_issue_request(&request);
    assert_eq!(
        refused::<IssueRequest>(&mut world, sign),
        CardError::NotForThisPurse
    );
    let mut request = issue(&world);
    request.office = domain("unknown.localhost");
    let sign = coupon::sign_issue_request(&request);
    assert_eq!(
        refused::<IssueRequest>(&mut world, sign),
        CardError::NotForThisPurse
    );
    let redemption = ClaimRedemption {
        office: world.domain(),
        holder: world.anna,
        coupon: number(9),
        claim_key: [2; 33],
        at: START,
        nonce: [5; 16],
    };
    let signed = world.sign(coupon::sign_redemption(&redemption));
    assert_eq!(signed, Ok(redemption));
}

#[test]
fn no_digest_is_signed_and_nothing_with_too_little_or_too_much() {
    let mut world = World::holding();
    let digest = [&[0x80, 0xcc, 0, 2, 36, 0xa1, 0, 0x58, 0x20][..], &[7; 32]].concat();
    assert_eq!(world.bench.status(&digest), 0x6a80);
    let (offer, transfer) = (world.offer(), world.transfer(BEN));
    for (apdu, own) in [(offering(&offer), 6), (handing(0, &transfer), 2)] {
        let apdu = apdu.unwrap();
        for what in (0..=9).filter(|what| *what != own) {
            world.pin();
            let mut other = apdu.clone();
            other[3] = what;
            let expected = if (1..=8).contains(&what) {
                0x6a80
            } else {
                0x6a86
            };
            assert_eq!(world.bench.status(&other), expected, "{what}");
        }
    }
    let mut issue = coupon::sign_issue_request(&issue(&world)).unwrap();
    issue[2] = 1;
    assert_eq!(world.bench.status(&issue), 0x6a86);
    assert_eq!(world.progress(), Progress::Held);
}
