//! What a holder or the store's page asks of the parties, and what they answer, verified.

use http::Response;
use serde_json::{Value as Json, json};
use tallystick_protocol::checkout::answers::{CourierAnswer, IssuerAnswer, ShopReceipt, ShopState};
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;

use super::holder::{CBOR, Form, JSON, Order};
use super::world::{COURIER, ISSUER, SHOP, World, text};

/// A form for these goods, signed by the shop.
pub fn form(world: &World, items: &[(&str, u32)]) -> Form {
    form_at(world, SHOP, items)
}

pub fn form_at(world: &World, shop: &str, items: &[(&str, u32)]) -> Form {
    ask_for_form(world, shop, &json!({}), items)
}

/// A form under a named policy.
pub fn form_under(world: &World, policy: &str, items: &[(&str, u32)]) -> Form {
    ask_for_form(world, SHOP, &json!({ "policy": policy }), items)
}

/// A form with a chosen courier.
pub fn form_by(world: &World, courier: &str, items: &[(&str, u32)]) -> Form {
    ask_for_form(world, SHOP, &json!({ "courier": courier }), items)
}

pub fn ask_for_form(world: &World, shop: &str, wishes: &Json, items: &[(&str, u32)]) -> Form {
    let lines: Vec<_> = items
        .iter()
        .map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity }))
        .collect();
    let mut body = wishes.clone();
    body["items"] = lines.into();
    let body = body.to_string().into_bytes();
    let answer = world.send("page", shop, "POST", "/v1/forms", JSON, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let signed = answer.into_body();
    let form = open::<OrderForm>(&signed, &world.anchors, world.now(), Role::Shop)
        .unwrap()
        .message;
    Form { signed, form }
}

/// Sends an order to the shop.
pub fn send_order(world: &World, order: &Order) -> Response<Vec<u8>> {
    world.post(SHOP, "/v1/orders", CBOR, order.bytes.clone())
}

/// Sends an order and lets everybody work until nothing happens any more.
pub fn buy(world: &World, order: &Order) -> ShopReceipt {
    let answer = send_order(world, order);
    assert!(answer.status().is_success(), "{}", text(&answer));
    world.run_for(10_000);
    receipt(world, order)
}

/// The receipt for where an order stands, verified.
pub fn receipt(world: &World, order: &Order) -> ShopReceipt {
    let answer = world.get(SHOP, &order.path());
    assert!(answer.status().is_success(), "{}", text(&answer));
    let receipt =
        open::<ShopReceipt>(answer.body(), &world.anchors, world.now(), Role::Shop).unwrap();
    receipt.require_transaction(&order.id.0).unwrap();
    assert_eq!(receipt.message.root, order.root);
    receipt.message
}

pub fn state(world: &World, order: &Order) -> ShopState {
    receipt(world, order).state
}

/// What the issuer says about an order, verified.
pub fn issuer_answer(world: &World, order: &Order) -> IssuerAnswer {
    let answer = world.get(ISSUER, &format!("/v1/answers/{}", order.root));
    assert!(answer.status().is_success(), "{}", text(&answer));
    open::<IssuerAnswer>(answer.body(), &world.anchors, world.now(), Role::Issuer)
        .unwrap()
        .message
}

/// What the courier says about an order.
pub fn courier_answer(world: &World, order: &Order) -> CourierAnswer {
    let answer = world.get(COURIER, &format!("/v1/answers/{}", order.root));
    assert!(answer.status().is_success(), "{}", text(&answer));
    decode(answer.body()).unwrap()
}
