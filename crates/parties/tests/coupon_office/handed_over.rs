//! Coupons pay what no courier delivers, in part or altogether: the shop's own word that it handed over has them taken.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::wire::cbor::encode;

use super::buyer::{Buyer, MINUTE, PAYABLE, named, owed_for_coupons, require_rest, shares, world};
use super::coupon::Held;
use super::holder::{CBOR, Order};
use super::talk::{buy, form, send_order, state};
use super::world::{COUPONS, COURIER, ISSUER, SHOP, World};

/// A guide that the shop hands over at once, in yen.
const PRICE: u64 = 480;
const GUIDE: &[(&str, u32)] = &[("brewing-guide", 1)];

/// An order for the guide that the coupons and the card pay, and what cancels it.
fn order(world: &World, buyer: &mut Buyer, coupons: &[Held]) -> (Order, CancellationKey) {
    let form = form(world, GUIDE);
    let paid = buyer.shares(world, &form, coupons);
    let key = CancellationKey::random(&mut buyer.card.rng);
    let mut wish = buyer.card.wish();
    wish.coupons = Some(paid);
    wish.cancellation = Some(key.clone());
    (buyer.card.order(world, &form, &wish), key)
}

/// As [`order`], where the coupons pay for everything.
fn order_by_coupons(world: &World, buyer: &mut Buyer, coupons: &[Held]) -> Order {
    let form = form(world, GUIDE);
    let mut wish = buyer.anna.holder.wish();
    wish.coupons = Some(shares(&mut buyer.anna, world, &form, coupons));
    wish.payment = Some(named(&coupons[0]));
    wish.cancellation = Some(CancellationKey::random(&mut buyer.anna.holder.rng));
    buyer.anna.holder.order(world, &form, &wish)
}

fn is_no_courier_told(world: &World) {
    let mut received = world.hub.received().into_iter();
    assert!(received.all(|one| one.by != COURIER || !one.what.starts_with("POST /v1/deliveries")));
}

#[test]
fn a_coupon_and_a_card_pay_what_the_shop_hands_over() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[300]);
    let (order, _) = order(&world, &mut buyer, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    world.run_for(MINUTE);
    assert_eq!(world.balance("holder 1 available"), 50_000 - 180);
    assert_eq!(world.balance(PAYABLE), 180);
    assert_eq!(owed_for_coupons(&world), 300);
    let spent = "SELECT count(*) FROM coupons WHERE state = 'spent'";
    assert_eq!(world.number(COUPONS, spent), 1);
    is_no_courier_told(&world);
    require_rest(&world);
}

#[test]
fn coupons_pay_it_altogether_and_what_is_over_is_a_coupon_again() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[1_000]);
    let order = order_by_coupons(&world, &mut buyer, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    world.run_for(MINUTE);
    assert_eq!(owed_for_coupons(&world), PRICE as i64);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(buyer.made_of(&world, &coupons[0]), 1_000 - PRICE);
    let nothing = "SELECT count(*) FROM issuer_reservations WHERE minor = 0 AND state = 'captured'";
    assert_eq!(world.number(COUPONS, nothing), 1);
    is_no_courier_told(&world);
    require_rest(&world);
}

#[test]
fn cancelled_before_whoever_pays_has_answered_the_coupon_is_its_owners_as_before() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[300]);
    let (order, key) = order(&world, &mut buyer, &coupons);
    world.hub.cut(ISSUER, true);
    send_order(&world, &order);
    world.run_for(2_000);
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    world.post(SHOP, "/v1/cancellations", CBOR, encode(&request));
    world.hub.cut(ISSUER, false);
    world.run_for(20 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert!(buyer.is_owned(&world, &coupons[0]));
    assert_eq!((owed_for_coupons(&world), world.balance(PAYABLE)), (0, 0));
    assert_eq!(world.balance("holder 1 available"), 50_000);
    require_rest(&world);
}
