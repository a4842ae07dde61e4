//! The office is in another key space than the one whose share came with enrolment.

use tallystick_parties::native::block_on;

use super::customer::{MINE, account, at_office, buy, customer, state};
use super::holder::PIN;
use super::world::{COUPONS, World};

#[test]
fn a_wish_finds_the_space_of_the_office_and_is_signed_once() {
    let world = World::with_coupons_in_a_full_space();
    assert_eq!(world.get_json(COUPONS, "/v1/identity")["spaces"][0], 0);
    let holder = customer(&world);
    let id = buy(&holder, 500);
    assert_eq!(state(&holder, &id), MINE);
    assert_eq!(at_office(&world, "owned"), 1);
    // Asked once in the other space, and once where it is.
    assert_eq!(world.requests(COUPONS, "/v1/coupon-issues"), 2);
    // From then on it is met there.
    block_on(holder.wallet.convert_coupon(&id, PIN)).unwrap();
    let bill = block_on(holder.wallet.coupon_bill(&account(&holder))).unwrap();
    assert_eq!(bill.converted.minor, 500);
    assert_eq!(world.requests(COUPONS, "/v1/coupon-conversions"), 1);
}
