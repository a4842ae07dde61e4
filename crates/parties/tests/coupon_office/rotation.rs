//! The coupon office's operator changes the sealing key.

use tallystick_protocol::coupon::{CouponOutcome, Funding};

use super::coupon::{Person, require_books, world};
use super::world::COUPONS;

#[test]
fn coupons_are_handed_on_and_issued_after_the_sealing_key_changed() {
    let mut world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let places = world.change_sealing_key();
    for place in ["coupon_owner_keys.sealed", "secrets.sealed"] {
        assert!(places.contains(&format!("{COUPONS} {place}")), "{places:?}");
    }
    let given = anna.give(&world, &coupon, ben.owner()).unwrap();
    assert_eq!(given, CouponOutcome::Done);
    ben.fetch(&world, coupon.id());
    anna.buy(&world, Funding::Prepaid, 300);
    require_books(&world);
}
