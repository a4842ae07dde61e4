//! Gifts by a link, which binds to the first wallet that redeems it.

use tallystick_protocol::coupon::{CouponOutcome, CouponState, Funding};

use super::coupon::{ASKED_MS, Person, require_books, shop, world};

const LINK: [u8; 32] = [7; 32];
const OTHER_LINK: [u8; 32] = [8; 32];
const PATH: &str = "/v1/coupon-redemptions";

#[test]
fn a_link_binds_to_the_first_wallet_that_redeems_it() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let mut carl = Person::new(&world, 3);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    assert_eq!(anna.offer(&world, &coupon, LINK), CouponOutcome::Done);
    let gift = ben.redeem(&world, coupon.id(), LINK).unwrap().coupon();
    assert_eq!((gift.opened.owner(), gift.change()), (&ben.owner(), 1));
    let late = carl.redeem(&world, coupon.id(), LINK).unwrap();
    assert_eq!(late.outcome(), CouponOutcome::WrongClaim);
    assert_eq!(ben.fetch(&world, coupon.id()).opened.owner(), &ben.owner());
    require_books(&world);
}

#[test]
fn whoever_sees_a_redemption_spends_nothing_by_it() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let mut carl = Person::new(&world, 3);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    anna.offer(&world, &coupon, LINK);
    // Carl puts to his own redemption the proof that he saw of Ben's.
    let (said, asked) = carl.redemption(&world, coupon.id(), LINK, ben.id());
    let refused = carl.bring(&world, PATH, Some(coupon.id()), &said, asked);
    assert_eq!(refused.err().unwrap(), "wrong-sender");
    let (said, asked) = ben.redemption(&world, coupon.id(), LINK, ben.id());
    let refused = carl.bring(&world, PATH, Some(coupon.id()), &said, asked);
    assert_eq!(refused.err().unwrap(), "wrong-sender");
    assert_eq!(
        ben.redeem(&world, coupon.id(), LINK)
            .unwrap()
            .coupon()
            .change(),
        1
    );
}

#[test]
fn a_link_that_was_taken_back_or_never_made_redeems_nothing() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    anna.offer(&world, &coupon, LINK);
    let other = ben.redeem(&world, coupon.id(), OTHER_LINK).unwrap();
    assert_eq!(other.outcome(), CouponOutcome::WrongClaim);
    assert_eq!(
        anna.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::WrongState
    );
    assert_eq!(
        anna.take_back(&world, &coupon, OTHER_LINK),
        CouponOutcome::WrongClaim
    );
    assert_eq!(anna.take_back(&world, &coupon, LINK), CouponOutcome::Done);
    let late = ben.redeem(&world, coupon.id(), LINK).unwrap();
    assert_eq!(late.outcome(), CouponOutcome::WrongClaim);
    assert_eq!(
        anna.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::Done
    );
}

#[test]
fn a_link_that_nobody_redeems_ends_by_itself() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    anna.offer(&world, &coupon, LINK);
    let status = anna.look(&world, coupon.id()).unwrap();
    assert_eq!(status.state, Some(CouponState::Offered));
    world.run_for(ASKED_MS + 60_000);
    let status = anna.look(&world, coupon.id()).unwrap();
    assert_eq!(status.state, Some(CouponState::Owned));
    let late = ben.redeem(&world, coupon.id(), LINK).unwrap();
    assert_eq!(late.outcome(), CouponOutcome::WrongClaim);
}
