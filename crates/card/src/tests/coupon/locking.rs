use tallystick_protocol::coupon::{CouponOutcome, CouponTransfer};

use super::world::{BEN, CARL, PASSWORD, World, handing};
use crate::Applet;
use crate::host::coupon::{self, ListedCoupon, Progress};
use crate::host::{self, CardError};
use crate::tests::bench::PIN;

/// What LIST says of a locked coupon.
const LOCKED: ListedCoupon = ListedCoupon {
    place: 0,
    is_locked: true,
    office: None,
    coupon: None,
    progress: None,
};

#[test]
fn t001_13_a_locked_coupon_is_unreadable_also_after_the_power_went_and_with_the_pin() {
    let mut world = World::locked();
    for with_pin in [false, true] {
        if with_pin {
            world.pin();
        }
        assert_eq!(world.list(), [LOCKED]);
        let view = world.view();
        assert_eq!((view.place, view.is_locked, view.shown), (0, true, None));
        let unlocked = world.tried(coupon::unlock(0));
        assert_eq!(unlocked, Err(CardError::Locked));
    }
    let coupon = world.coupon(1, 0);
    let kept = world.bench.card.state();
    let is_kept = |piece: &[u8]| kept.windows(32).any(|window| window == piece);
    assert!(
        !coupon.chunks_exact(32).any(is_kept),
        "nor is it in what is stored"
    );
    world.ok(coupon::present_password(PASSWORD));
    assert_eq!(world.shown().coupon, coupon);
    world.ok(coupon::forget_password());
    assert_eq!(world.view().shown, None);
}

#[test]
fn t001_13_the_password_unlocks_a_coupon_for_good_and_nothing_locks_it_again_by_itself() {
    let mut world = World::locked();
    world.ok(coupon::present_password(PASSWORD));
    world.ok(coupon::unlock(0));
    world.power_goes();
    assert_eq!(world.progress(), Progress::Held);
    assert!(!world.view().is_locked);
    world.ok(coupon::lock(0));
    world.ok(coupon::lock(0));
    assert_eq!(world.list(), [LOCKED], "locking asks for nothing");
}

#[test]
fn t001_13_five_wrong_passwords_block_it_even_for_the_right_one_and_through_a_power_failure() {
    let mut world = World::locked();
    for left in [4, 3] {
        let wrong = world.guessed(coupon::present_password("not this one"));
        assert_eq!(wrong, Err(CardError::WrongPin { tries_left: left }));
        world.power_goes();
        let tries = world.bench.send(coupon::password_tries()).bytes;
        assert_eq!(coupon::tries_left(&tries), Ok(left));
    }
    assert_eq!(world.guessed(coupon::present_password(PASSWORD)), Ok(()));
    for left in [4, 3, 2, 1] {
        let wrong = world.guessed(coupon::present_password(""));
        assert_eq!(wrong, Err(CardError::WrongPin { tries_left: left }));
        assert_eq!(
            world.view().shown,
            None,
            "a wrong one takes the right one back"
        );
    }
    let last = world.guessed(coupon::present_password("not this one"));
    assert_eq!(last, Err(CardError::Blocked));
    let right = world.tried(coupon::present_password(PASSWORD));
    assert_eq!(right, Err(CardError::Blocked));
    assert_eq!(world.view().shown, None);
}

#[test]
fn t001_13_a_password_is_set_with_the_pin_and_while_a_coupon_is_locked_with_the_one_before() {
    let mut world = World::holding();
    assert_eq!(world.tried(coupon::lock(0)), Err(CardError::NotFound));
    let without = world.tried(coupon::set_password(PASSWORD));
    assert_eq!(without, Err(CardError::PinRequired));
    assert_eq!(
        coupon::set_password("short"),
        Err(CardError::MalformedPassword)
    );
    world.pin();
    let short = [&[0x80, 0xd2, 0, 0, 5][..], b"short"].concat();
    assert_eq!(world.bench.status(&short), 0x6a80);
    world.ok(coupon::set_password("the first of them"));
    world.ok(coupon::set_password("the second of them"));
    world.ok(coupon::lock(0));
    let blind = world.tried(coupon::set_password(PASSWORD));
    assert_eq!(blind, Err(CardError::Locked), "it would be lost");
    world.ok(coupon::present_password("the second of them"));
    world.ok(coupon::set_password(PASSWORD));
    assert_eq!(world.view().shown, None, "and is given anew");
    let old = world.guessed(coupon::present_password("the second of them"));
    assert_eq!(old, Err(CardError::WrongPin { tries_left: 4 }));
    world.ok(coupon::present_password(PASSWORD));
    assert_eq!(world.progress(), Progress::Held);
}

#[test]
fn t001_14_a_locked_coupon_is_handed_on_with_the_password_in_the_same_session() {
    let mut world = World::locked();
    let transfer = world.transfer(BEN);
    let sign = || handing(0, &transfer);
    assert_eq!(world.tried(sign()), Err(CardError::Locked));
    world.ok(coupon::present_password(PASSWORD));
    assert_eq!(
        world.tried(sign()),
        Err(CardError::PinRequired),
        "and the PIN"
    );
    world.power_goes();
    world.pin();
    assert_eq!(
        world.tried(sign()),
        Err(CardError::Locked),
        "another session"
    );
    world.ok(coupon::present_password(PASSWORD));
    assert_eq!(world.sign::<CouponTransfer>(sign()), Ok(transfer.clone()));
    assert_eq!(world.progress(), Progress::GivenAway);
    world.power_goes();
    assert_eq!(world.list(), [LOCKED], "it stayed locked");
}

#[test]
fn t001_14_the_password_and_the_pin_hold_while_other_applets_are_used() {
    let mut world = World::locked();
    world.ok(coupon::present_password(PASSWORD));
    world.bench.select(Applet::Identity);
    world.bench.ok(host::verify_pin(PIN));
    world.bench.select(Applet::Coupon);
    let transfer = world.transfer(BEN);
    world.ok(handing(0, &transfer));
}

#[test]
fn t001_14_an_unlocked_coupon_is_handed_on_with_the_pin_as_every_signature() {
    let mut world = World::holding();
    let transfer = world.transfer(BEN);
    let sign = || handing(0, &transfer);
    assert_eq!(world.tried(sign()), Err(CardError::PinRequired));
    world.pin();
    world.ok(sign());
    let again = world.tried(sign()).unwrap();
    assert_eq!(Some(again), world.shown().signed, "the same is the same");
    let mut longer = world.transfer(BEN);
    longer.until = longer.until.plus_seconds(5);
    let next = world.tried(handing(0, &longer));
    assert_eq!(next, Err(CardError::PinRequired), "a signature uses it up");
}

#[test]
fn the_offices_word_about_a_locked_coupon_counts_without_the_password() {
    let mut world = World::locked();
    world.ok(coupon::present_password(PASSWORD));
    let transfer = world.given_away();
    world.power_goes();
    world.answer(&transfer, CouponOutcome::Expired, 5).unwrap();
    assert_eq!(world.list(), [LOCKED]);
    world.ok(coupon::present_password(PASSWORD));
    let shown = world.shown();
    assert_eq!((shown.progress, shown.signed), (Progress::Held, None));
    let transfer = world.transfer(CARL);
    assert!(world.sign::<CouponTransfer>(handing(0, &transfer)).is_ok());
}

#[test]
fn a_newer_owner_of_a_locked_coupon_is_locked_too_and_it_is_removed_with_its_password() {
    let mut world = World::locked();
    let newer = world.coupon(1, 2);
    assert_eq!(world.store(&newer), Ok(0));
    assert_eq!(world.list(), [LOCKED]);
    world.pin();
    assert_eq!(world.tried(coupon::remove(0)), Err(CardError::Locked));
    world.ok(coupon::present_password(PASSWORD));
    assert_eq!(world.shown().coupon, newer);
    world.ok(coupon::remove(0));
}
