//! A shop that is brought back to an earlier moment hears from coupon offices, too, what it signed.

use tallystick_parties::Party as _;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::buyer::{Buyer, MINUTE, owed_for_coupons, require_rest, world};
use super::holder::JSON;
use super::paying_back::{refund, told};
use super::talk::{buy, send_order, state};
use super::world::{ISSUER, SHOP, World, text};

/// What the shop had stored at a moment.
fn moment(world: &World) -> (Timestamp, Vec<u8>) {
    world.run_for(1_000);
    let bytes = world.machine(SHOP).database.bytes().unwrap();
    let at = world.now();
    world.run_for(MINUTE);
    (at, bytes)
}

fn brought_back(world: &mut World, (at, bytes): &(Timestamp, Vec<u8>)) {
    world.enter_generation(SHOP, 2);
    world.run_for(10_000);
    let page = |path, kind, body| world.send("page", SHOP, "POST", path, kind, body);
    page(OPERATORS, JSON, registration());
    let command = Command {
        role: "shop",
        domain: SHOP,
        command: "restore",
        arguments: &[("moment", at.0.to_string())],
        id: "back",
        at: world.now(),
    };
    let answer = page(COMMANDS, MEDIA_TYPE, command.signed());
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(world.running(SHOP).goes_back_to(), Some(*at));
    world.bring_back(SHOP, bytes);
    world.run_for(2 * MINUTE);
    let sql = "SELECT count(*) FROM generation_doubts";
    assert_eq!(world.number(SHOP, sql), 0);
}

#[test]
fn what_a_shop_gave_back_to_a_coupon_and_forgot_it_does_not_give_back_again() {
    let mut world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500, 300]);
    let order = buyer.order(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let moment = moment(&world);
    assert_eq!(refund(&world, &order, 600, "before").status(), 200);
    world.run_for(MINUTE);
    assert_eq!(told(&world, &order), (vec![500, 100], 0));
    brought_back(&mut world, &moment);
    assert_eq!(told(&world, &order), (vec![500, 100], 0));
    assert_eq!(buyer.made_of(&world, &coupons[1]), 100);
    assert_eq!(refund(&world, &order, 400, "after").status(), 200);
    world.run_for(MINUTE);
    assert_eq!(told(&world, &order), (vec![500, 100, 200], 200));
    assert_eq!(owed_for_coupons(&world), 0);
    require_rest(&world);
}

#[test]
fn what_a_shop_took_of_coupons_and_forgot_is_taken_once() {
    let mut world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500, 300]);
    let order = buyer.order(&world, &coupons);
    world.hub.cut(ISSUER, true);
    assert!(send_order(&world, &order).status().is_success());
    let moment = moment(&world);
    world.hub.cut(ISSUER, false);
    world.run_for(5 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert_eq!(owed_for_coupons(&world), 800);
    world.run_for(30 * MINUTE);
    brought_back(&mut world, &moment);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    let taken = "SELECT count(*) FROM shop_coupons WHERE state = 'taken'";
    assert_eq!(world.number(SHOP, taken), 2);
    assert_eq!(owed_for_coupons(&world), 800);
    require_rest(&world);
}
