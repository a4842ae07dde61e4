//! What an order does not need after all is on the card again, exactly once.

use http::Response;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::settlement::SettlementState;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::desk::{
    Buyer, MINUTE, PAYABLE, PRICE, asked, available, balance, debits_at_server, ends, logged,
    refused, require_rest, world,
};
use super::holder::{CBOR, JSON, Order};
use super::talk::{receipt, state};
use super::world::{Between, COURIER, SHOP, World, text};

/// The shop's operator gives so much back.
fn refund(world: &World, order: &Order, minor: u64, id: &str) -> Response<Vec<u8>> {
    refund_at(world, order, minor, id, world.now())
}

/// As [`refund`], signed at that time.
fn refund_at(
    world: &World,
    order: &Order,
    minor: u64,
    id: &str,
    at: Timestamp,
) -> Response<Vec<u8>> {
    let registered = world.send("page", SHOP, "POST", OPERATORS, JSON, registration());
    assert!(registered.status().is_success(), "{}", text(&registered));
    let told = [
        ("order", order.id.to_string()),
        ("amount", minor.to_string()),
    ];
    let signed = Command {
        role: "shop",
        domain: SHOP,
        command: "refund",
        arguments: &told,
        id,
        at,
    };
    world.send("page", SHOP, "POST", COMMANDS, MEDIA_TYPE, signed.signed())
}

/// The card has paid, and what was paid is on it again after one tap, and no more after another.
fn is_restored(world: &World, buyer: &Buyer, before: u64, credits: usize) {
    world.run_for(5_000);
    assert_eq!(buyer.collect(world), credits);
    assert_eq!(buyer.collect(world), 0, "once");
    assert_eq!(buyer.on_card(world), before);
    require_rest(world, buyer);
}

#[test]
fn t_u5_the_courier_refuses_and_the_card_has_its_value_again_once() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.order_as(&world, |wish| {
        wish.destination.address = "Okinotorishima 1, Ogasawara, Tokyo".to_owned();
    });
    asked(&world, &order);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    let receipt = ends(&world, &order);
    refused(&world, &receipt, Role::Courier);
    assert_eq!(buyer.on_card(&world), 9_000 - PRICE);
    is_restored(&world, &buyer, 9_000, 1);
    assert_eq!(balance(&world, PAYABLE), 0);
}

#[test]
fn t_u5_the_holder_cancels_and_the_card_has_its_value_again_once() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let key = CancellationKey::random(&mut buyer.holder.rng);
    let order = buyer.order_as(&world, |wish| wish.cancellation = Some(key.clone()));
    let nothing = || Response::builder().status(502).body(Vec::new()).unwrap();
    world.put_between(COURIER, move |path| match path {
        "/v1/deliveries" => Between::Instead(nothing()),
        _ => Between::Nothing,
    });
    asked(&world, &order);
    buyer.settle(&world, &order).unwrap();
    world.run_for(2_000);
    receipt(&world, &order);
    world.run_for(2_000);
    assert_eq!(state(&world, &order), ShopState::Delivering);
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    let answer = world.post(SHOP, "/v1/cancellations", CBOR, encode(&request));
    assert!(answer.status().is_success(), "{}", text(&answer));
    world.connect_again(COURIER);
    world.run_for(3 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Refused);
    is_restored(&world, &buyer, 9_000, 1);
}

#[test]
fn t_u5_cancelled_before_the_card_paid_nothing_is_taken_from_it() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let key = CancellationKey::random(&mut buyer.holder.rng);
    let order = buyer.order_as(&world, |wish| wish.cancellation = Some(key.clone()));
    asked(&world, &order);
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    let answer = world.post(SHOP, "/v1/cancellations", CBOR, encode(&request));
    assert!(answer.status().is_success(), "{}", text(&answer));
    world.run_for(5_000);
    assert_eq!(state(&world, &order), ShopState::Refused);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Refused);
    assert_eq!(debits_at_server(&world), 0);
    is_restored(&world, &buyer, 9_000, 0);
}

#[test]
fn t_u5_refunds_are_on_the_card_each_once_and_never_more_than_was_paid() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.asked(&world);
    buyer.settle(&world, &order).unwrap();
    assert_eq!(ends(&world, &order).state, ShopState::Accepted);
    world.run_for(5_000);
    for (id, minor) in [("one", 500), ("two", 300)] {
        let at = world.now();
        for _ in 0..2 {
            let answer = refund_at(&world, &order, minor, id, at);
            assert_eq!(answer.status(), 200, "{}", text(&answer));
            world.run_for(MINUTE);
        }
    }
    let too_much = refund(&world, &order, PRICE, "three");
    assert!(!too_much.status().is_success());
    assert_eq!(balance(&world, PAYABLE), PRICE as i64 - 800);
    assert_eq!(buyer.on_card(&world), 9_000 - PRICE);
    is_restored(&world, &buyer, 9_000 - PRICE + 800, 2);
    assert_eq!((logged(&world, "debit"), logged(&world, "credit")), (1, 3));
    let card = format!("card {}", buyer.alias);
    assert_eq!(available(&world, &card), 9_000 - PRICE as i64 + 800);
}
