//! The office is in another key space than the one whose share came with enrolment.

use tallystick_parties::native::block_on;

use super::customer::{MINE, account, at_office, buy, customer, state, world};
use super::holder::{PASSPHRASE, PIN};
use super::world::{CENTRE, COUPONS, COURIER, SHOP, World};

/// Longer than an epoch is good after the next has begun.
const LONG_MS: u64 = 2 * 86_400_000;

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

#[test]
fn t_u4_a_wish_long_after_the_epoch_has_changed_is_signed_once_in_the_next() {
    let world = world();
    let holder = customer(&world);
    let before = buy(&holder, 500);
    world.enter_epoch(2, &[CENTRE, SHOP, COURIER, COUPONS]);
    world.run_for(LONG_MS);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    let after = buy(&holder, 700);
    assert_eq!(state(&holder, &after), MINE);
    assert_eq!(at_office(&world, "owned"), 2);
    // What was bought before is converted by keys of the next epoch.
    block_on(holder.wallet.convert_coupon(&before, PIN)).unwrap();
    let bill = block_on(holder.wallet.coupon_bill(&account(&holder))).unwrap();
    assert_eq!(bill.converted.minor, 500);
}
