//! Orders that are not what they should be: mixed, misdirected, repeated, unlike their form.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::order::SplitOrder;
use tallystick_protocol::wire::cbor::{decode, encode};

use super::holder::{CBOR, Form, Holder};
use super::talk::{form, form_at, send_order, state};
use super::world::{COURIER, OTHER_SHOP, SHOP, World, domain, problem};

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

/// A problem that is expected, and the change of a form that leads to it.
type Change = (&'static str, fn(&mut Form));

#[test]
fn an_order_for_other_goods_or_another_amount_than_the_form_offered_is_refused() {
    let world = World::new();
    let mut holder = holder(&world);
    let wrong: [Change; 5] = [
        ("amount-mismatch", |form| form.form.total.minor = 1),
        ("bad-signature", |form| form.form.items[0].quantity = 9),
        ("bad-signature", |form| {
            form.form.items[0].sku = "matcha-30".to_owned()
        }),
        ("bad-signature", |form| {
            form.form.items[0].name = "Matcha".to_owned()
        }),
        ("bad-signature", |form| {
            form.form.delivery.as_mut().unwrap().courier = domain(OTHER_SHOP)
        }),
    ];
    for (expected, change) in wrong {
        let mut form = form(&world, &[("sencha-100", 1)]);
        change(&mut form);
        let wish = holder.wish();
        let order = holder.order(&world, &form, &wish);
        assert_eq!(problem(&send_order(&world, &order)), expected);
    }
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 0);
    assert_eq!(world.stock("sencha-100"), 60);
}

#[test]
fn a_part_under_the_header_of_another_order_is_refused() {
    let world = World::new();
    let mut holder = holder(&world);
    let mut order = holder.usual_order(&world, &[("sencha-100", 1)]);
    order.split.header.expires_at = order.split.header.expires_at.minus_seconds(1);
    let answer = world.post(SHOP, "/v1/orders", CBOR, encode(&order.split));
    assert_eq!(problem(&answer), "wrong-transaction");
}

#[test]
fn an_order_for_one_shop_is_refused_by_another() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let answer = world.post(OTHER_SHOP, "/v1/orders", CBOR, order.bytes.clone());
    assert_eq!(problem(&answer), "wrong-recipient");
}

#[test]
fn an_order_made_from_another_shops_form_is_refused() {
    let world = World::new();
    let mut holder = holder(&world);
    let mut foreign = form_at(&world, OTHER_SHOP, &[("sencha-100", 1)]);
    foreign.form.envelope.from = domain(SHOP);
    let wish = holder.wish();
    let order = holder.order(&world, &foreign, &wish);
    assert_eq!(problem(&send_order(&world, &order)), "expired");
}

#[test]
fn t002_13_parts_of_two_orders_do_not_go_together() {
    let world = World::new();
    let mut holder = holder(&world);
    let one = holder.usual_order(&world, &[("sencha-100", 1)]);
    let two = holder.usual_order(&world, &[("matcha-30", 1)]);
    for at in 0..3 {
        let mut mixed = one.split.clone();
        mixed.parts[at] = two.split.parts[at].clone();
        let answer = world.post(SHOP, "/v1/orders", CBOR, encode(&mixed));
        assert_eq!(problem(&answer), "wrong-transaction", "part {at}");
    }
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 0);
}

#[test]
fn t002_13_a_part_relabelled_as_another_orders_stays_closed_because_the_root_is_in_its_seal() {
    let world = World::new();
    let mut holder = holder(&world);
    for at in 0..3 {
        let one = holder.usual_order(&world, &[("sencha-100", 1)]);
        let two = holder.usual_order(&world, &[("matcha-30", 1)]);
        let mut mixed = one.split.clone();
        mixed.parts[at] = two.split.parts[at].clone();
        mixed.parts[at].root = one.root;
        mixed.parts[at].order_id = one.id;
        let answer = world.post(SHOP, "/v1/orders", CBOR, encode(&mixed));
        if at == 0 {
            assert_eq!(problem(&answer), "bad-signature");
            continue;
        }
        // The shop cannot look into the others' parts; they find out. What they say about it nobody
        // can sign, so the order ends when its time is over.
        world.run_for(25 * 60_000);
        let ended = [ShopState::Expired, ShopState::Refused][at - 1];
        assert_eq!(state(&world, &one), ended, "part {at}");
        assert_eq!(world.balance("holder 1 available"), 50_000);
        assert_eq!(world.stock("sencha-100"), 60);
    }
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
}

#[test]
fn the_same_order_twice_gets_the_same_answer_and_is_one_order() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 2)]);
    let first = send_order(&world, &order);
    let second = send_order(&world, &order);
    world.run_for(10_000);
    let third = send_order(&world, &order);
    assert!(first.status().is_success());
    assert!(first.body() == second.body() && second.body() == third.body());
    assert_eq!(world.stock("sencha-100"), 58);
    assert_eq!(
        world.balance("payable to kiso-tea.localhost"),
        2 * 1480 + 520
    );
}

#[test]
fn another_order_under_a_known_number_and_a_form_used_twice_are_refused() {
    let world = World::new();
    let mut holder = holder(&world);
    let form = form(&world, &[("sencha-100", 1)]);
    let wish = holder.wish();
    let first = holder.order(&world, &form, &wish);
    assert!(send_order(&world, &first).status().is_success());
    let mut changed: SplitOrder = decode(&first.bytes).unwrap();
    changed.parts[2].ciphertext[50] ^= 1;
    let answer = world.post(SHOP, "/v1/orders", CBOR, encode(&changed));
    assert_eq!(problem(&answer), "replayed");
    let second = holder.order(&world, &form, &wish);
    assert_eq!(problem(&send_order(&world, &second)), "expired");
    assert_eq!(world.stock("sencha-100"), 59);
}
