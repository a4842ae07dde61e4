//! Messages between shop, front and security server are lost, on their way there or back.

use core::cell::Cell;

use http::Response;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::settlement::SettlementState;

use super::desk::{
    Buyer, MINUTE, PAYABLE, PRICE, Stack, balance, debits_at_server, logged, require_rest, world,
};
use super::talk::{receipt, send_order};
use super::world::{Between, SECURITY, SETTLEMENT, SHOP, World};

fn nothing() -> Response<Vec<u8>> {
    Response::builder().status(502).body(Vec::new()).unwrap()
}

/// The first message at this path is lost, or its answer.
fn lose(world: &World, who: &str, path: &'static str, is_answer: bool) {
    let done = Cell::new(false);
    world.put_between(who, move |asked| {
        if asked != path || done.replace(true) {
            Between::Nothing
        } else if is_answer {
            Between::Afterwards(nothing())
        } else {
            Between::Instead(nothing())
        }
    });
}

/// One purchase and one refused one; however they go, each debit is logged once on both sides.
fn goes_on(who: &str, path: &'static str, is_answer: bool) {
    let world = world();
    let mut buyer = Buyer::by(&world, Stack::Direct, 9_000);
    lose(&world, who, path, is_answer);
    let order = buyer.order(&world);
    send_order(&world, &order);
    world.run_for(20_000);
    let at = format!("{who} {path} {is_answer}");
    let outcome = buyer.settle(&world, &order);
    assert_eq!(outcome.unwrap().state, SettlementState::Settled, "{at}");
    for _ in 0..60 {
        receipt(&world, &order);
        world.run_for(2_000);
    }
    assert_eq!(receipt(&world, &order).state, ShopState::Accepted, "{at}");
    world.run_for(10 * MINUTE);
    assert_eq!((logged(&world, "debit"), debits_at_server(&world)), (1, 1));
    assert_eq!(balance(&world, PAYABLE), PRICE as i64, "{at}");
    assert_eq!(buyer.on_card(&world), 9_000 - PRICE, "{at}");
    world.connect_again(who);
    require_rest(&world, &buyer);
}

#[test]
fn t003_9_messages_between_front_and_security_server_are_lost_and_the_card_pays_once() {
    for is_answer in [false, true] {
        for path in ["/v1/settlements", "/v1/bills"] {
            goes_on(SECURITY, path, is_answer);
        }
        goes_on(SETTLEMENT, "/v1/outcomes", is_answer);
    }
}

#[test]
fn t003_9_messages_between_shop_and_front_are_lost_and_the_card_pays_once() {
    for is_answer in [false, true] {
        goes_on(SHOP, "/v1/bills", is_answer);
        goes_on(SETTLEMENT, "/v1/authorisations", is_answer);
    }
}
