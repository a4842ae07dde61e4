//! Goods that no courier delivers: the shop hands them over, and its signed word captures. Nobody is told a destination, the
//! courier hears nothing, and neither kind of order can be made into the other.

use data_encoding::BASE64;
use http::Response;
use serde_json::{Value as Json, json};
use tallystick_protocol::checkout::answers::{
    Acceptance, MoneyState, Refusal, RefusalReason, ShopReceipt, ShopState,
};
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::checkout::form::{OrderForm, WithoutCourier};
use tallystick_protocol::checkout::handing::{HandedGoods, HandingOver, handed_digest};
use tallystick_protocol::trust::statement::{Audience, Envelope, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use super::forgery::{COURIER_KEY, OTHER_SHOP_KEY, SHOP_KEY, signed_as};
use super::holder::{CBOR, COSE, Form, Holder, Order};
use super::merchant::{get_json, path_of, post, world};
use super::talk::{ask_for_form, buy, form, issuer_answer, receipt, send_order, state};
use super::world::{
    Between, COURIER, ISSUER, OTHER_SHOP, SEALING_KEY, SHOP, World, domain, problem, text,
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const PAYABLE: &str = "payable to kiso-tea.localhost";
const KEY: &str = "ABCD-1234-EFGH";

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

/// A licence, handed over then.
pub(super) fn licence(when: &str, handed_text: Option<&str>) -> Json {
    let mut line = json!({
        "sku": "licence", "name": { "en": "A licence", "ja": "ライセンス" }, "quantity": 1,
        "unit_price_minor": 980,
    });
    if let Some(text) = handed_text {
        line["handed_text"] = text.into();
    }
    json!({ "lines": [line], "hand_over": when })
}

pub(super) fn form_of(world: &World, wish: &Json) -> Form {
    let answer = post(world, "/forms", "a-form", Some(wish));
    assert_eq!(answer.status(), 201, "{}", text(&answer));
    let said: Json = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(said["without_courier"], "by-shop");
    assert!(said.get("delivery").is_none());
    let signed = BASE64.decode(said["form"].as_str().unwrap().as_bytes());
    opened(world, signed.unwrap())
}

fn opened(world: &World, signed: Vec<u8>) -> Form {
    let form = open::<OrderForm>(&signed, &world.anchors, world.now(), Role::Shop);
    let form = form.unwrap().message;
    Form { signed, form }
}

/// An order from a form, and the key that cancels it and opens what is handed over.
fn order_of(world: &World, form: &Form) -> (Order, CancellationKey) {
    let mut holder = holder(world);
    let key = CancellationKey::random(&mut holder.rng);
    let mut wish = holder.wish();
    wish.cancellation = Some(key.clone());
    (holder.order(world, form, &wish), key)
}

fn ordered(world: &World, wish: &Json) -> (Order, CancellationKey) {
    order_of(world, &form_of(world, wish))
}

fn hand_over(world: &World, order: &Order, wish: &str, body: Option<&Json>) -> Response<Vec<u8>> {
    post(world, &path_of(order, "/handed-over"), wish, body)
}

/// The texts in a receipt, as the holder reads them, and that the shop's signed word is about them.
fn handed(world: &World, order: &Order, key: &CancellationKey) -> Vec<String> {
    let ShopReceipt {
        handing_over,
        handed,
        ..
    } = receipt(world, order);
    let word = open::<HandingOver>(
        &handing_over.unwrap(),
        &world.anchors,
        world.now(),
        Role::Shop,
    );
    let word = word.unwrap().message;
    assert_eq!((word.root, word.issuer), (order.root, domain(ISSUER)));
    assert_eq!(word.handed, handed.as_deref().map(handed_digest));
    let goods = handed.map(|sealed| HandedGoods::open(&sealed, key, &order.root).unwrap());
    let lines = goods.iter().flat_map(|goods| &goods.lines);
    lines.map(|line| line.text.clone()).collect()
}

fn is_captured(world: &World, order: &Order) {
    assert_eq!(state(world, order), ShopState::Accepted);
    let money = issuer_answer(world, order).money;
    assert_eq!(money, Some(MoneyState::Captured));
    assert_eq!(world.balance(PAYABLE), 980);
    assert_eq!(world.balance("holder 1 reserved"), 0);
}

fn is_free(world: &World, order: &Order) {
    assert_eq!(
        issuer_answer(world, order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance(PAYABLE), 0);
}

/// The word of whoever signs so, that a licence was handed over.
fn word(world: &World, by: &str, key: usize, order: &Order) -> Vec<u8> {
    let envelope = Envelope::new(domain(by), Audience::Anyone, order.id.0, world.now(), 600);
    let word = HandingOver {
        envelope,
        root: order.root,
        issuer: domain(ISSUER),
        handed: None,
        handle: None,
    };
    signed_as(world, by, key, &word)
}

#[test]
fn what_the_shop_hands_over_is_charged_by_its_word_and_read_by_the_holder_alone() {
    let (world, server) = world();
    let before = world.hub.received().len();
    let (order, key) = ordered(&world, &licence("at-once", Some(KEY)));
    assert_eq!(order.split.parts.len(), 2);
    buy(&world, &order);
    is_captured(&world, &order);
    assert_eq!(handed(&world, &order, &key), [KEY]);
    let told = get_json(&world, &path_of(&order, ""));
    assert_eq!(told["state"], "accepted");
    assert_eq!(told["without_courier"], "by-shop");
    assert_eq!(told["is_charged"], true);
    for absent in ["courier", "delivery", "destination", "holder"] {
        assert!(told.get(absent).is_none(), "{absent}");
    }
    assert_eq!(server.types(), ["order.received", "order.accepted"]);
    for one in world.hub.received().into_iter().skip(before) {
        let is_told = one.by == COURIER && one.what.starts_with("POST");
        assert!(!is_told, "{}", one.what);
        let is_form = one.by == SHOP && one.what.ends_with("/v1/merchant/forms");
        let is_there = one
            .bytes
            .windows(KEY.len())
            .any(|part| part == KEY.as_bytes());
        assert!(is_form || !is_there, "{}", one.what);
    }
}

#[test]
fn goods_without_a_text_are_handed_over_by_the_word_alone() {
    let (world, _) = world();
    let (order, key) = ordered(&world, &licence("at-once", None));
    buy(&world, &order);
    is_captured(&world, &order);
    assert!(handed(&world, &order, &key).is_empty());
}

#[test]
fn what_is_handed_over_when_told_waits_for_the_shops_own_server() {
    let (world, _) = world();
    let (order, key) = ordered(&world, &licence("when-told", None));
    buy(&world, &order);
    assert_eq!(state(&world, &order), ShopState::Authorised);
    assert_eq!(world.balance("holder 1 reserved"), 980);
    let body = json!({ "lines": [{ "sku": "licence", "handed_text": KEY }] });
    for _ in 0..2 {
        let answer = hand_over(&world, &order, "one", Some(&body));
        assert_eq!(answer.status(), 202, "{}", text(&answer));
    }
    world.run_for(MINUTE);
    is_captured(&world, &order);
    assert_eq!(handed(&world, &order, &key), [KEY]);
    let again = hand_over(&world, &order, "two", Some(&body));
    assert_eq!(problem(&again), "conflict", "it is handed over once");
}

#[test]
fn what_is_told_before_the_money_is_set_aside_is_handed_over_once_it_is() {
    let (world, _) = world();
    let (order, key) = ordered(&world, &licence("when-told", Some("what the form said")));
    world.hub.cut(ISSUER, true);
    send_order(&world, &order);
    world.run_for(MINUTE);
    assert_eq!(hand_over(&world, &order, "one", None).status(), 202);
    assert_ne!(state(&world, &order), ShopState::Accepted);
    assert_eq!(receipt(&world, &order).handed, None);
    world.hub.cut(ISSUER, false);
    world.run_for(5 * MINUTE);
    is_captured(&world, &order);
    assert_eq!(handed(&world, &order, &key), ["what the form said"]);
}

#[test]
fn what_is_not_the_orders_is_not_handed_over() {
    let (world, _) = world();
    let (order, _) = ordered(&world, &licence("when-told", None));
    buy(&world, &order);
    let line = |sku: &str, handed_text: &str| json!({ "sku": sku, "handed_text": handed_text });
    let wrong = [
        json!({ "lines": [line("other", KEY)] }),
        json!({ "lines": [line("licence", "")] }),
        json!({ "lines": [line("licence", &"x".repeat(2_001))] }),
        json!({ "lines": [line("licence", "a"), line("licence", "b")] }),
        json!({ "text": KEY }),
    ];
    for (number, body) in wrong.iter().enumerate() {
        let answer = hand_over(&world, &order, &format!("{number}"), Some(body));
        assert_eq!(problem(&answer), "malformed", "{body}");
    }
    assert_eq!(state(&world, &order), ShopState::Authorised);
}

#[test]
fn before_it_is_handed_over_it_is_cancelled_and_afterwards_given_back() {
    let (world, _) = world();
    let form = form_of(&world, &licence("when-told", Some(KEY)));
    let (order, key) = order_of(&world, &form);
    buy(&world, &order);
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    let answer = world.post(SHOP, "/v1/cancellations", CBOR, encode(&request));
    assert!(answer.status().is_success(), "{}", text(&answer));
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Refused);
    is_free(&world, &order);
    assert_eq!(
        problem(&hand_over(&world, &order, "late", None)),
        "conflict"
    );
}

#[test]
fn what_was_handed_over_is_not_cancelled_and_can_be_given_back() {
    let (world, _) = world();
    let (order, _) = ordered(&world, &licence("at-once", Some(KEY)));
    buy(&world, &order);
    let cancelled = post(&world, &path_of(&order, "/cancellation"), "one", None);
    assert_eq!(problem(&cancelled), "conflict");
    let packed = post(&world, &path_of(&order, "/packed"), "two", None);
    assert_eq!(problem(&packed), "conflict", "there is no parcel");
    let body = json!({ "amount_minor": 980 });
    let refund = post(&world, &path_of(&order, "/refunds"), "three", Some(&body));
    assert_eq!(refund.status(), 202, "{}", text(&refund));
    world.run_for(MINUTE);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance(PAYABLE), 0);
}

#[test]
fn what_is_never_handed_over_expires_and_the_money_is_free() {
    let (world, _) = world();
    let (order, _) = ordered(&world, &licence("when-told", None));
    buy(&world, &order);
    world.run_for(16 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    is_free(&world, &order);
    assert_eq!(
        problem(&hand_over(&world, &order, "late", None)),
        "conflict"
    );
}

#[test]
fn a_shop_that_falls_silent_holds_the_money_for_a_day_at_most() {
    let (mut world, _) = world();
    let (order, _) = ordered(&world, &licence("when-told", None));
    buy(&world, &order);
    world.hub.cut(SHOP, true);
    world.machine(SHOP).database.fail_after(0);
    world.run_for(23 * HOUR);
    assert_eq!(world.balance("holder 1 reserved"), 980);
    world.run_for(3 * HOUR);
    is_free(&world, &order);
    world.hub.cut(SHOP, false);
    world.machine(SHOP).database.mend();
    world.restart(SHOP);
    let late = world.post(
        ISSUER,
        "/v1/captures",
        COSE,
        word(&world, SHOP, SHOP_KEY, &order),
    );
    assert!(late.status().is_success(), "{}", text(&late));
    is_free(&world, &order);
}

#[test]
fn a_shops_word_charges_no_order_that_a_courier_delivers() {
    let (world, _) = world();
    world.put_between(COURIER, |path| match path {
        "/v1/deliveries" => {
            Between::Instead(Response::builder().status(502).body(Vec::new()).unwrap())
        }
        _ => Between::Nothing,
    });
    let order = holder(&world).usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    assert_eq!(world.balance("holder 1 reserved"), 2_000);
    let body = word(&world, SHOP, SHOP_KEY, &order);
    let answer = world.post(ISSUER, "/v1/captures", COSE, body);
    assert_eq!(problem(&answer), "wrong-transaction");
    assert_eq!(problem(&hand_over(&world, &order, "one", None)), "conflict");
    assert_eq!(world.balance("holder 1 reserved"), 2_000);
    assert_eq!(world.balance(PAYABLE), 0);
}

#[test]
fn no_courier_and_no_other_shop_has_a_say_in_an_order_without_a_courier() {
    let (world, _) = world();
    let (order, _) = ordered(&world, &licence("when-told", None));
    buy(&world, &order);
    let capture = |body| world.post(ISSUER, "/v1/captures", COSE, body);
    let acceptance = Acceptance {
        envelope: Envelope::new(
            domain(COURIER),
            Audience::Anyone,
            order.id.0,
            world.now(),
            600,
        ),
        root: order.root,
        shop: domain(SHOP),
        issuer: domain(ISSUER),
        tracking: "X".to_owned(),
        handle: None,
    };
    let accepted = signed_as(&world, COURIER, COURIER_KEY, &acceptance);
    assert_eq!(problem(&capture(accepted)), "wrong-transaction");
    let other = word(&world, OTHER_SHOP, OTHER_SHOP_KEY, &order);
    assert!(capture(other).status().is_client_error());
    let refusal = Refusal {
        envelope: acceptance.envelope,
        root: order.root,
        by: Role::Courier,
        reason: RefusalReason::Declined,
        handle: None,
    };
    let refused = signed_as(&world, COURIER, COURIER_KEY, &refusal);
    let answer = world.post(ISSUER, "/v1/releases", COSE, refused);
    assert_eq!(problem(&answer), "wrong-transaction");
    assert_eq!(world.balance("holder 1 reserved"), 980);
    assert_eq!(state(&world, &order), ShopState::Authorised);
}

#[test]
fn an_order_has_a_courier_exactly_if_its_form_has() {
    let mixed = |signed: &Form, other: &Form| {
        let mut form = signed.form.clone();
        form.delivery.clone_from(&other.form.delivery);
        form.without_courier = other.form.without_courier;
        Form {
            signed: signed.signed.clone(),
            form,
        }
    };
    for is_delivered in [true, false] {
        let (world, _) = world();
        let with = form(&world, &[("sencha-100", 1)]);
        let without = form_of(&world, &licence("at-once", Some(KEY)));
        let form = match is_delivered {
            true => mixed(&with, &without),
            false => mixed(&without, &with),
        };
        let (order, _) = order_of(&world, &form);
        let answer = send_order(&world, &order);
        assert!(answer.status().is_client_error(), "{}", text(&answer));
        assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 0);
    }
}

#[test]
fn an_order_whose_holder_could_not_read_what_is_handed_over_is_not_taken() {
    let (world, _) = world();
    let form = form_of(&world, &licence("at-once", Some(KEY)));
    let mut holder = holder(&world);
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    assert!(send_order(&world, &order).status().is_client_error());
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 0);
}

#[test]
fn a_wish_for_a_form_is_for_one_or_the_other() {
    let (world, _) = world();
    let mut delivered = licence("at-once", None);
    delivered["delivery"] = json!({ "courier": COURIER });
    let mut mixed = licence("at-once", None);
    let tea = json!({ "sku": "sencha-100", "quantity": 1 });
    mixed["lines"].as_array_mut().unwrap().push(tea);
    let mut text_for_a_parcel = licence("at-once", Some(KEY));
    text_for_a_parcel["hand_over"] = json!(null);
    let wrong = [
        (licence("sometimes", None), "/hand_over"),
        (licence("at-once", Some("")), "/lines/0/handed_text"),
        (delivered, "/delivery"),
        (mixed, "/lines/1/sku"),
        (text_for_a_parcel, "/lines/0/handed_text"),
    ];
    for (number, (wish, at)) in wrong.iter().enumerate() {
        let answer = post(&world, "/forms", &format!("{number}"), Some(wish));
        let said: Json = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(
            (answer.status().as_u16(), &said["field"]),
            (400, &json!(at)),
            "{said}"
        );
    }
}

#[test]
fn a_product_of_the_catalogue_that_is_handed_over_is_bought_from_the_stores_page() {
    let (world, _) = world();
    let mut catalogue = get_json(&world, "/catalogue");
    catalogue.as_object_mut().unwrap().remove("version");
    let guide = json!({
        "sku": "guide", "name": { "en": "A guide" }, "price_minor": 980,
        "without_courier": "by-shop", "handed_text": "https://kiso-tea.example/guide",
    });
    catalogue["products"].as_array_mut().unwrap().push(guide);
    let put = super::catalogue::put(&world, &catalogue);
    assert!(put.status().is_success(), "{}", text(&put));
    let page = world.get(SHOP, "/v1/catalogue");
    let shown = String::from_utf8(page.into_body()).unwrap();
    assert!(shown.contains("by-shop") && !shown.contains("kiso-tea.example/guide"));
    let guide = ask_for_form(
        &world,
        SHOP,
        &json!({ "courier": COURIER }),
        &[("guide", 1)],
    );
    assert_eq!(guide.form.without_courier, Some(WithoutCourier::ByShop));
    let both = json!({ "items": [{ "sku": "guide", "quantity": 1 }, { "sku": "sencha-100", "quantity": 1 }] });
    let answer = world.post(
        SHOP,
        "/v1/forms",
        super::holder::JSON,
        both.to_string().into(),
    );
    assert_eq!(problem(&answer), "malformed");
    let (order, key) = order_of(&world, &guide);
    buy(&world, &order);
    is_captured(&world, &order);
    assert_eq!(
        handed(&world, &order, &key),
        ["https://kiso-tea.example/guide"]
    );
}

#[test]
fn every_object_of_a_shop_and_an_issuer_with_shards_knows_the_word() {
    let (mut world, _) = world();
    world.spread_shop(4);
    world.spread_issuer(4);
    let (order, key) = ordered(&world, &licence("when-told", Some(KEY)));
    buy(&world, &order);
    assert_eq!(hand_over(&world, &order, "one", None).status(), 202);
    world.run_for(5 * MINUTE);
    assert_eq!(handed(&world, &order, &key), [KEY]);
    let told = get_json(&world, &path_of(&order, ""));
    assert_eq!(told["is_charged"], true);
}

#[test]
fn what_is_to_be_handed_over_is_sealed_anew_when_the_sealing_key_changes() {
    let (mut world, _) = world();
    let change = |world: &mut World, present: [u8; 32], before: [u8; 32], where_it_is: &str| {
        world.set_sealing_keys(present, Some(before));
        world.run_for(MINUTE);
        let places = world.require_resealed();
        let place = format!("{SHOP} {where_it_is}");
        assert!(places.contains(&place), "{place}: {places:?}");
        world.set_sealing_keys(present, None);
        world.run_for(5_000);
    };
    let form = form_of(&world, &licence("when-told", Some(KEY)));
    change(&mut world, [6; 32], SEALING_KEY, "shop_forms.handing");
    let (order, key) = order_of(&world, &form);
    buy(&world, &order);
    change(&mut world, [7; 32], [6; 32], "shop_papers.bytes");
    assert_eq!(hand_over(&world, &order, "one", None).status(), 202);
    world.run_for(MINUTE);
    assert_eq!(handed(&world, &order, &key), [KEY]);
}
