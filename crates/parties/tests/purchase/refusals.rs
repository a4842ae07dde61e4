//! Issuer, courier or shop refuse: nothing stays reserved, the goods are back.

use tallystick_protocol::checkout::answers::{MoneyState, Refusal, RefusalReason, ShopState};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;

use super::holder::Holder;
use super::talk::{buy, courier_answer, form, issuer_answer, send_order, state};
use super::world::{COURIER, ISSUER, SHOP, World};

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

#[test]
fn the_issuer_refuses_what_is_over_the_limit() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("kyusu-pot", 8)]);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Refused);
    let refusal = receipt.refusal.unwrap();
    let refusal = open::<Refusal>(&refusal, &world.anchors, world.now(), Role::Issuer).unwrap();
    assert_eq!(
        (refusal.message.by, refusal.message.reason),
        (Role::Issuer, RefusalReason::Declined)
    );
    assert_eq!(issuer_answer(&world, &order).money, None);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.stock("kyusu-pot"), 12);
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
}

#[test]
fn the_limit_counts_what_is_reserved_and_charged_already() {
    let world = World::new();
    let mut holder = holder(&world);
    let first = holder.usual_order(&world, &[("kyusu-pot", 4)]);
    let second = holder.usual_order(&world, &[("kyusu-pot", 4)]);
    assert_eq!(buy(&world, &first).state, ShopState::Accepted);
    assert_eq!(buy(&world, &second).state, ShopState::Refused);
    assert_eq!(world.balance("holder 1 available"), 50_000 - 4 * 6400 - 520);
}

#[test]
fn the_courier_refuses_and_nothing_stays_reserved() {
    let world = World::new();
    let mut holder = holder(&world);
    let form = form(&world, &[("yunomi-cup", 2)]);
    let mut wish = holder.wish();
    wish.destination.address = "Okinotorishima 1, Ogasawara, Tokyo".to_owned();
    let order = holder.order(&world, &form, &wish);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Refused);
    let refusal = receipt.refusal.unwrap();
    let refusal = open::<Refusal>(&refusal, &world.anchors, world.now(), Role::Courier).unwrap();
    assert_eq!(
        refusal.message.reason,
        RefusalReason::Declined,
        "why would tell shop and issuer something about the destination"
    );
    let summary = world.get_json(SHOP, &format!("{}/summary", order.path()));
    assert_eq!(summary["refused_reason"], "declined");
    assert!(!summary.to_string().contains("address"), "{summary}");
    assert!(!courier_answer(&world, &order).accepted);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance("holder 1 reserved"), 0);
    assert_eq!(world.stock("yunomi-cup"), 30);
}

#[test]
fn the_courier_tells_the_issuer_itself_even_if_the_shop_does_not() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("yunomi-cup", 1)]);
    buy(&world, &order);
    let from_courier = world
        .hub
        .received()
        .iter()
        .filter(|message| message.by == ISSUER && message.from == COURIER)
        .filter(|message| message.what == "POST /v1/captures")
        .count();
    assert_eq!(from_courier, 1);
    let from_shop = world.requests(ISSUER, "/v1/captures") - from_courier;
    assert_eq!(from_shop, 1, "the shop relays the acceptance too");
    assert_eq!(
        world.balance("payable to kiso-tea.localhost"),
        2200 + 520,
        "and it is charged once"
    );
}

#[test]
fn the_shop_refuses_what_has_sold_out_since_the_form_was_signed() {
    let world = World::new();
    let mut holder = holder(&world);
    let first = form(&world, &[("kyusu-pot", 2), ("sencha-100", 1)]);
    let wish = holder.wish();
    let order = holder.order(&world, &first, &wish);
    let sql = "UPDATE shop_stock SET pieces = 1 WHERE sku = 'kyusu-pot'";
    tallystick_parties::ports::Tables::run(&world.machine(SHOP).database, sql, &[]).unwrap();
    let answer = send_order(&world, &order);
    assert!(answer.status().is_success());
    world.run_for(10_000);
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert_eq!(world.stock("kyusu-pot"), 1);
    assert_eq!(
        world.stock("sencha-100"),
        60,
        "nothing is held back of an order that is refused"
    );
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
}

#[test]
fn a_form_for_more_than_is_on_the_shelf_is_not_signed() {
    let world = World::new();
    let body = br#"{"items":[{"sku":"kyusu-pot","quantity":13}]}"#.to_vec();
    let answer = world.post(SHOP, "/v1/forms", "application/json", body);
    assert_eq!(super::world::problem(&answer), "out-of-stock");
}
