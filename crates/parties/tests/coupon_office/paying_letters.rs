//! Every letter about a coupon is lost and said twice, every answer lost, and the power fails between writes; the order completes
//! once all the same.

use std::cell::Cell;

use http::Response;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::coupon::CouponState;

use super::buyer::{Buyer, MINUTE, owed_for_coupons, require_rest, world};
use super::paying_back::refund;
use super::talk::{send_order, state};
use super::world::{Between, COUPONS, ISSUER, SHOP, World};

fn nothing() -> Response<Vec<u8>> {
    Response::builder().status(502).body(Vec::new()).unwrap()
}

/// The first three letters at that path do not arrive, or are answered and the answers do not arrive.
fn lose(world: &World, path: &'static str, is_answer: bool) {
    let lost = Cell::new(0);
    world.put_between(COUPONS, move |at| {
        if at != path {
            return Between::Nothing;
        }
        lost.set(lost.get() + 1);
        match (lost.get() <= 3, is_answer) {
            (true, true) => Between::Afterwards(nothing()),
            (true, false) => Between::Instead(nothing()),
            _ => Between::Nothing,
        }
    });
}

#[test]
fn letters_and_answers_about_coupons_are_lost_and_each_is_held_taken_and_given_back_once() {
    for path in [
        "/v1/coupon-presentations",
        "/v1/coupon-settlements",
        "/v1/coupons.cer",
    ] {
        for is_answer in [false, true] {
            let world = world();
            let mut buyer = Buyer::new(&world);
            let coupons = buyer.coupons(&world, &[500, 300]);
            let order = buyer.order(&world, &coupons);
            lose(&world, path, is_answer);
            // The shop does not know the office's key yet: the wallet sends its order again.
            for _ in 0..4 {
                if send_order(&world, &order).status().is_success() {
                    break;
                }
            }
            world.run_for(5 * MINUTE);
            assert_eq!(state(&world, &order), ShopState::Accepted, "{path}");
            assert_eq!(owed_for_coupons(&world), 800, "{path}");
            lose(&world, path, is_answer);
            assert_eq!(refund(&world, &order, 600, "one").status(), 200);
            world.run_for(10 * MINUTE);
            assert_eq!(owed_for_coupons(&world), 200, "{path}");
            let out = "SELECT coalesce(sum(minor), 0) FROM coupons WHERE state = 'owned'";
            assert_eq!(world.number(COUPONS, out), 600, "{path}");
            world.connect_again(COUPONS);
            require_rest(&world);
        }
    }
}

#[test]
fn an_office_that_answers_after_the_orders_end_has_its_coupon_given_free() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let order = buyer.order(&world, &coupons);
    world.put_between(COUPONS, |path| match path {
        "/v1/coupon-presentations" => Between::Afterwards(nothing()),
        _ => Between::Nothing,
    });
    send_order(&world, &order);
    world.run_for(20 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    let status = buyer.anna.look(&world, coupons[0].id()).unwrap();
    assert_eq!(status.state, Some(CouponState::Held));
    world.connect_again(COUPONS);
    world.run_for(120 * MINUTE);
    assert!(buyer.is_owned(&world, &coupons[0]));
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
    require_rest(&world);
}

#[test]
fn an_office_that_was_never_reached_is_not_asked_after_the_orders_end() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let order = buyer.order(&world, &coupons);
    world.put_between(COUPONS, |path| match path {
        "/v1/introductions" | "/v1/coupon-presentations" => Between::Instead(nothing()),
        _ => Between::Nothing,
    });
    send_order(&world, &order);
    world.run_for(20 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM outbox"), 0);
    world.connect_again(COUPONS);
    assert!(buyer.is_owned(&world, &coupons[0]));
}

/// An order with two coupons and a card during which the power of `party` fails after `writes` of its writes. Says whether it
/// failed.
fn order_with_power_failure(party: &'static str, writes: u32) -> bool {
    let mut world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500, 300]);
    let order = buyer.order(&world, &coupons);
    let before = world.machine(party).database.writes();
    world.machine(party).database.fail_after(writes);
    send_order(&world, &order);
    world.run_for(5_000);
    let failed = world.machine(party).database.writes() - before >= writes;
    world.machine(party).database.mend();
    world.restart(party);
    assert!(send_order(&world, &order).status().is_success());
    world.run_for(5 * MINUTE);
    let at = format!("{party}, {writes} writes");
    assert_eq!(state(&world, &order), ShopState::Accepted, "{at}");
    assert_eq!(owed_for_coupons(&world), 800, "{at}");
    assert_eq!(world.balance("holder 1 available"), 48_800, "{at}");
    let taken = "SELECT count(*) FROM shop_coupons WHERE state = 'taken'";
    assert_eq!(world.number(SHOP, taken), 2, "{at}");
    require_rest(&world);
    failed
}

fn fail_between_writes(party: &'static str) {
    let mut writes = 0;
    while order_with_power_failure(party, writes) {
        // What is written in one transaction is there or not there altogether.
        writes += tallystick_simulation::every_step_or(6);
        assert!(writes < 200, "the order never ends");
    }
    assert!(writes > 5, "only {writes} writes at {party}");
}

#[test]
fn the_shop_loses_power_and_the_coupons_are_taken_once() {
    fail_between_writes(SHOP);
}

#[test]
fn the_office_loses_power_and_the_coupons_are_taken_once() {
    fail_between_writes(COUPONS);
}
