//! Time runs out: forms, orders, reservations.

use tallystick_protocol::checkout::answers::{MoneyState, ShopState};

use super::holder::{CBOR, Holder};
use super::talk::{buy, form, issuer_answer, send_order, state};
use super::world::{COURIER, ISSUER, SHOP, World, problem};

const MINUTE: u64 = 60_000;

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

#[test]
fn an_expired_form_becomes_no_order() {
    let world = World::new();
    let mut holder = holder(&world);
    let form = form(&world, &[("sencha-100", 1)]);
    world.run_for(21 * MINUTE);
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    let answer = send_order(&world, &order);
    assert_eq!(problem(&answer), "expired");
    assert_eq!(world.stock("sencha-100"), 60);
}

#[test]
fn an_expired_order_is_not_taken_in() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.run_for(16 * MINUTE);
    assert_eq!(problem(&send_order(&world, &order)), "expired");
}

#[test]
fn an_order_that_would_live_longer_than_permitted_is_refused() {
    let world = World::new();
    let mut holder = holder(&world);
    let form = form(&world, &[("sencha-100", 1)]);
    let mut wish = holder.wish();
    wish.lifetime = 16 * 60;
    let order = holder.order(&world, &form, &wish);
    assert_eq!(problem(&send_order(&world, &order)), "wrong-clock");
}

#[test]
fn an_order_whose_issuer_never_answers_expires_and_its_goods_go_back() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 3)]);
    world.hub.cut(ISSUER, true);
    assert!(send_order(&world, &order).status().is_success());
    assert_eq!(world.stock("sencha-100"), 57);
    world.run_for(16 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!(world.stock("sencha-100"), 60);
    world.hub.cut(ISSUER, false);
    world.run_for(60 * MINUTE);
    assert_eq!(
        world.number(ISSUER, "SELECT count(*) FROM issuer_reservations"),
        0
    );
}

#[test]
fn an_order_whose_courier_never_answers_expires_and_the_money_is_free_again() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 3)]);
    world.hub.cut(COURIER, true);
    buy(&world, &order);
    assert_eq!(state(&world, &order), ShopState::Authorised);
    assert_eq!(world.balance("holder 1 reserved"), 3 * 1480 + 520);
    world.run_for(16 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.stock("sencha-100"), 60);
}

#[test]
fn the_same_order_sent_late_again_still_gets_its_first_answer() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let first = send_order(&world, &order);
    world.run_for(30 * MINUTE);
    let again = world.post(SHOP, "/v1/orders", CBOR, order.bytes.clone());
    assert_eq!(first.body(), again.body());
    assert_eq!(world.stock("sencha-100"), 59);
}
