//! An order that is a gift: the shop reads so, and the note to print, in its console and by its own server; nobody else learns
//! that there is one.

use serde_json::{Value as Json, json};
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::order::SplitOrder;
use tallystick_protocol::keys::Purpose;
use tallystick_protocol::wire::identifier::Role;

use super::holder::{Holder, Order};
use super::information_flow::everything_at;
use super::merchant::{get_json, path_of, world};
use super::talk::{buy, form_under, send_order};
use super::without_courier::{form_of, licence};
use super::world::{COURIER, ISSUER, SHOP, World, problem};

const NOTE: &str = "Happy birthday!\n\nお誕生日おめでとう。";

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

/// An order for tea that is a gift with this note, if it is one.
fn given(world: &World, holder: &mut Holder, policy: &str, note: Option<&str>) -> Order {
    let form = form_under(world, policy, &[("sencha-100", 1)]);
    let mut wish = holder.wish();
    wish.gift = note.map(|note| Gift::written(note).unwrap());
    holder.order(world, &form, &wish)
}

/// The fields that a party opened of its newest order, by its console.
fn opened(world: &World, party: &str) -> Vec<Json> {
    let order = &world.console(party)["orders"][0];
    order["opened"].as_array().unwrap().clone()
}

/// What the shop opened of the field *gift*.
fn gift_at_console(world: &World) -> Option<Json> {
    let mut fields = opened(world, SHOP).into_iter();
    let gift = fields.find(|one| one["field"] == "gift")?;
    Some(gift["value"].clone())
}

#[test]
fn a_gifts_note_is_in_the_shops_console_and_its_servers_hands() {
    let (world, _) = world();
    let order = given(&world, &mut holder(&world), "strict", Some(NOTE));
    buy(&world, &order);
    let told = get_json(&world, &path_of(&order, ""));
    assert_eq!(told["state"], "accepted");
    assert_eq!(told["gift"], json!({ "note": NOTE }));
    assert!(told.get("destination").is_none());
    assert_eq!(gift_at_console(&world), Some(json!({ "text": NOTE })));
}

#[test]
fn a_gift_without_a_note_is_one_and_another_order_is_none() {
    let (world, _) = world();
    let mut holder = holder(&world);
    let plain = given(&world, &mut holder, "strict", None);
    buy(&world, &plain);
    assert!(get_json(&world, &path_of(&plain, "")).get("gift").is_none());
    assert_eq!(gift_at_console(&world), None);
    let order = given(&world, &mut holder, "strict", Some(""));
    buy(&world, &order);
    assert_eq!(get_json(&world, &path_of(&order, ""))["gift"], json!({}));
    assert_eq!(gift_at_console(&world), Some(json!({ "word": "no-note" })));
}

#[test]
fn courier_and_payer_learn_nothing_of_a_gift_whatever_the_policy() {
    for policy in ["strict", "ep0791901-fig2"] {
        let (world, _) = world();
        let mut holder = holder(&world);
        let order = given(&world, &mut holder, policy, Some(NOTE));
        for (role, party) in [(Role::Issuer, ISSUER), (Role::Courier, COURIER)] {
            let sealed = order.split.part(role).unwrap();
            let key = holder.key_for(&holder.pair(role, party), Purpose::OrderPart, &sealed.nonce);
            let part = sealed.open(&key).unwrap();
            let mut fields = part.disclosed().iter();
            assert!(fields.all(|one| one.field.as_str() != "gift"));
        }
        buy(&world, &order);
        for party in [ISSUER, COURIER] {
            assert!(!opened(&world, party).is_empty());
            let mut fields = opened(&world, party).into_iter();
            assert!(fields.all(|one| one["field"] != "gift"));
            for line in NOTE.split('\n').filter(|line| !line.is_empty()) {
                let held = everything_at(&world, party);
                let mut places = held.windows(line.len());
                let is_there = places.any(|place| place == line.as_bytes());
                assert!(!is_there, "{party}: {line}");
            }
        }
        let plain = given(&world, &mut holder, policy, None);
        assert_eq!(lengths(&plain.split), lengths(&order.split));
    }
}

/// How long what is relayed is.
fn lengths(order: &SplitOrder) -> Vec<usize> {
    order.parts.iter().map(|one| one.ciphertext.len()).collect()
}

#[test]
fn what_the_shop_hands_over_itself_is_no_gift() {
    let (world, _) = world();
    let mut holder = holder(&world);
    let form = form_of(&world, &licence("at-once", None));
    assert!(form.form.courier().is_none());
    let mut wish = holder.wish();
    wish.cancellation = Some(CancellationKey::random(&mut holder.rng));
    // Of a wallet that says so all the same.
    wish.gift = Some(Gift { note: None });
    let order = holder.order(&world, &form, &wish);
    let answer = send_order(&world, &order);
    assert_eq!(problem(&answer), "bad-signature");
}
