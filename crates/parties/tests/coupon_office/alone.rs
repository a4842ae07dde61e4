//! Source document 001 with the other documents' systems switched off: no card issuer, bank, home proxy or vending machine.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::coupon::{CouponOutcome, Funding};
use tallystick_simulation::cast::Cast;

use super::buyer::{order_by_coupons, owed_for_coupons};
use super::coupon::{Person, balance, period_passes, require_books};
use super::talk::{buy, courier_answer};
use super::world::{CA, CENTRE, COUPONS, COURIER, SHOP, World};

#[test]
fn t_u6_a_coupon_goes_from_its_issue_to_the_charge_with_no_system_but_this_documents() {
    let parties = [CA, CENTRE, SHOP, COURIER, COUPONS];
    let cast = Cast {
        // Its form has to name somebody's cards as well, and nobody asks who that is.
        takes_coupons: true,
        ..Cast::default()
    };
    let world = World::of(&parties, cast);
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Postpaid, 2_300);
    let request = ben.change_request(&world, &coupon);
    ben.want(&world, &request);
    assert_eq!(anna.reply(&world, coupon.id(), true), CouponOutcome::Done);
    let coupon = ben.want(&world, &request).coupon();
    let order = order_by_coupons(&mut ben, &world, &[coupon]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert!(courier_answer(&world, &order).accepted);
    period_passes(&world);
    assert_eq!(balance(&world, "holder 1"), 50_000 - 2_000);
    assert_eq!(owed_for_coupons(&world), 2_000);
    require_books(&world);
    world.require_only(&parties);
}
