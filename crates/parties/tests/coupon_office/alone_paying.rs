//! A shop that takes coupons alone: they pay for everything, or nothing is bought.

use tallystick_protocol::checkout::answers::ShopState;

use super::buyer::{Buyer, PRICE, owed_for_coupons, require_rest, world};
use super::talk::{buy, form, send_order};
use super::world::{SHOP, World, problem};

const TEA: &[(&str, u32)] = &[("sencha-100", 1)];

#[test]
fn an_order_is_paid_by_coupons_and_what_is_over_is_a_coupon_again() {
    let world = World::with_coupons_alone();
    let form = form(&world, TEA).form;
    assert!(form.issuers.is_empty() && form.instruments.is_empty());
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[700, 1_500]);
    let order = buyer.order_by_coupons(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(owed_for_coupons(&world), PRICE as i64);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(buyer.made_of(&world, &coupons[0]), 200);
    require_rest(&world);
    let catalogue = world.get_json(SHOP, "/v1/catalogue");
    assert_eq!(catalogue["issuers"].as_array().unwrap().len(), 0);
    assert_eq!(catalogue["instruments"].as_array().unwrap().len(), 0);
}

#[test]
fn coupons_that_leave_a_rest_buy_nothing_whoever_would_pay_it() {
    let world = World::with_coupons_alone();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let by_card = buyer.order(&world, &coupons);
    assert_eq!(problem(&send_order(&world, &by_card)), "bad-signature");
    let by_coupon = buyer.order_by_coupons(&world, &coupons);
    assert_eq!(problem(&send_order(&world, &by_coupon)), "bad-signature");
    world.run_for(20 * 60_000);
    assert!(buyer.is_owned(&world, &coupons[0]));
    assert_eq!(owed_for_coupons(&world), 0);
    require_rest(&world);
}

#[test]
fn where_cards_are_taken_too_a_form_says_so() {
    let form = form(&world(), TEA).form;
    assert!(!form.issuers.is_empty() && !form.instruments.is_empty());
    assert!(form.coupons.is_some());
}
