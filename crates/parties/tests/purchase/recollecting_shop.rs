//! A shop whose memory is brought back to an earlier moment: frozen in a new generation until its couriers and whoever pays have
//! told what it signed. From then on it says the same as before, and an order that it forgot waits for its wallet.

use std::collections::BTreeSet;

use http::Response;
use serde_json::json;
use tallystick_parties::Party as _;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::{MoneyState, ShopReceipt, ShopState};
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::checkout::order::OrderAgain;
use tallystick_protocol::checkout::recollection::{Recollection, RecollectionRequest};
use tallystick_protocol::trust::statement::{Audience, Envelope, unverified};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::time::Timestamp;

use super::commands::command;
use super::forgery::{OTHER_SHOP_KEY, SHOP_KEY, signed_as};
use super::holder::{CBOR, COSE, Form, Holder, Order};
use super::merchant::{path_of, post};
use super::recollecting::reasons;
use super::talk::{buy, form, issuer_answer, receipt, send_order, state};
use super::world::{Between, COURIER, ISSUER, OTHER_SHOP, SHOP, World, domain, problem, text};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const PAYABLE: &str = "payable to kiso-tea.localhost";

/// What a shop had stored at a moment.
struct Moment {
    at: Timestamp,
    bytes: Vec<u8>,
}

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

fn bought(world: &World, holder: &mut Holder) -> Order {
    let order = holder.usual_order(world, &[("sencha-100", 1)]);
    assert_eq!(buy(world, &order).state, ShopState::Accepted);
    order
}

fn moment(world: &World) -> Moment {
    world.run_for(1_000);
    let bytes = world.machine(SHOP).database.bytes().unwrap();
    let at = world.now();
    world.run_for(MINUTE_MS);
    Moment { at, bytes }
}

/// Its operator has the shop brought back, as the platform does it: what was stored then is here again.
fn brought_back(world: &mut World, moment: &Moment) {
    world.enter_generation(SHOP, 2);
    world.run_for(10_000);
    let told = [("moment", moment.at.0.to_string())];
    let answer = command(world, SHOP, "restore", &told, "back");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(world.running(SHOP).goes_back_to(), Some(moment.at));
    world.bring_back(SHOP, &moment.bytes);
}

fn operates(world: &World, what: &str, order: &Order, more: &[(&str, String)], id: &str) {
    let mut told = vec![("order", order.id.to_string())];
    told.extend(more.iter().cloned());
    let answer = command(world, SHOP, what, &told, id);
    assert_eq!(answer.status(), 200, "{}", text(&answer));
}

fn gives_back(world: &World, order: &Order, minor: u64, id: &str) {
    operates(world, "refund", order, &[("amount", minor.to_string())], id);
}

/// How many different words the shop said about an order at this path.
fn said(world: &World, order: &Order, path: &str) -> usize {
    let received = world.hub.received();
    let about = |bytes: &[u8]| bytes.windows(32).any(|part| part == order.root.0);
    let said = received
        .iter()
        .filter(|one| one.from == SHOP && one.what.starts_with(path) && about(&one.bytes));
    said.map(|one| one.bytes.clone())
        .collect::<BTreeSet<_>>()
        .len()
}

fn is_charged(world: &World, order: &Order) -> bool {
    let money = issuer_answer(world, order).money;
    state(world, order) == ShopState::Accepted && money == Some(MoneyState::Captured)
}

#[test]
fn what_was_asked_in_the_hour_that_a_shop_forgot_is_asked_in_the_same_words_and_goes_on() {
    let mut world = World::new();
    let mut holder = holder(&world);
    world.hub.cut(ISSUER, true);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert!(send_order(&world, &order).status().is_success());
    let moment = moment(&world);
    assert!(!is_there(&world, "accepted"));
    world.hub.cut(ISSUER, false);
    world.run_for(5 * MINUTE_MS);
    assert!(is_charged(&world, &order));
    let accepted = receipt(&world, &order).acceptance;
    world.run_for(50 * MINUTE_MS);

    brought_back(&mut world, &moment);
    assert_eq!(reasons(&world, SHOP)[0], "recollecting");
    assert!(!is_there(&world, "accepted"));
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert!(is_charged(&world, &order));
    assert_eq!(receipt(&world, &order).acceptance, accepted);
    for path in ["POST /v1/authorisations", "POST /v1/deliveries"] {
        assert_eq!(said(&world, &order, path), 1, "{path}");
    }
    assert_eq!(said(&world, &order, "POST /v1/releases"), 0);
    assert_eq!(world.balance(PAYABLE), 2_000);
    assert_eq!(world.stock("sencha-100"), 59);
}

/// Whether an order stands so at the shop.
fn is_there(world: &World, state: &str) -> bool {
    let sql = format!("SELECT count(*) FROM shop_orders WHERE state = '{state}'");
    world.number(SHOP, &sql) > 0
}

#[test]
fn what_was_given_back_is_not_given_back_again() {
    let mut world = World::new();
    let order = bought(&world, &mut holder(&world));
    let moment = moment(&world);
    gives_back(&world, &order, 500, "first");
    world.run_for(MINUTE_MS);
    assert_eq!(world.balance(PAYABLE), 1_500);
    brought_back(&mut world, &moment);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    let refunds = "SELECT count(*) FROM shop_refunds WHERE outcome = 'refunded' AND minor = 500";
    assert_eq!(world.number(SHOP, refunds), 1);
    assert_eq!(said(&world, &order, "POST /v1/refunds"), 1);
    assert_eq!(world.balance(PAYABLE), 1_500);
    gives_back(&world, &order, 300, "second");
    world.run_for(MINUTE_MS);
    assert_eq!(world.balance(PAYABLE), 1_200);
    assert_eq!(
        world.number(SHOP, "SELECT max(number) FROM shop_refunds"),
        2
    );
    let told = [
        ("order", order.id.to_string()),
        ("amount", "1201".to_owned()),
    ];
    let answer = command(&world, SHOP, "refund", &told, "third");
    assert_eq!(problem(&answer), "conflict");
}

#[test]
fn what_a_shop_cancelled_it_has_cancelled_and_what_it_cleared_it_does_not_cancel() {
    let mut world = World::new();
    let mut holder = holder(&world);
    world.hub.cut(ISSUER, true);
    let [cancelled, cleared] = [0; 2].map(|_| {
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        assert!(send_order(&world, &order).status().is_success());
        order
    });
    let moment = moment(&world);
    operates(&world, "cancel", &cancelled, &[], "cancel");
    world.hub.cut(ISSUER, false);
    world.run_for(5 * MINUTE_MS);
    let refused = receipt(&world, &cancelled).refusal;
    assert!(refused.is_some() && is_charged(&world, &cleared));
    world.run_for(30 * MINUTE_MS);
    brought_back(&mut world, &moment);
    world.run_for(5 * MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert_eq!(receipt(&world, &cancelled).refusal, refused);
    assert_eq!(said(&world, &cancelled, "POST /v1/releases"), 1);
    assert_eq!(said(&world, &cancelled, "POST /v1/deliveries"), 0);
    assert!(is_charged(&world, &cleared));
    assert_eq!(said(&world, &cleared, "POST /v1/releases"), 0);
    assert_eq!(world.balance("holder 1 reserved"), 0);
}

#[test]
fn a_courier_that_was_asked_to_stop_is_asked_so_in_the_same_words() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.put_between(COURIER, |path| match path {
        "/v1/deliveries" => {
            Between::Instead(Response::builder().status(502).body(Vec::new()).unwrap())
        }
        _ => Between::Nothing,
    });
    assert!(send_order(&world, &order).status().is_success());
    world.run_for(MINUTE_MS);
    assert!(is_there(&world, "delivering"));
    let moment = moment(&world);
    operates(&world, "cancel", &order, &[], "cancel");
    world.connect_again(COURIER);
    world.run_for(5 * MINUTE_MS);
    assert_eq!(state(&world, &order), ShopState::Refused);
    world.run_for(30 * MINUTE_MS);
    brought_back(&mut world, &moment);
    world.run_for(5 * MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert_eq!(said(&world, &order, "POST /v1/cancellations"), 1);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
}

#[test]
fn an_order_that_was_forgotten_goes_on_when_its_wallet_shows_it_again_and_is_paid_once() {
    let mut world = World::new();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    let form = form(&world, &[("sencha-100", 1)]);
    let moment = moment(&world);
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let accepted = receipt(&world, &order).acceptance;
    gives_back(&world, &order, 500, "before");
    world.run_for(HOUR_MS);
    let paid = world.balance(PAYABLE);

    brought_back(&mut world, &moment);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), ["recollection-doubts"]);
    assert_eq!(world.get(SHOP, &order.path()).status(), 404);
    let tables = world.get_json(SHOP, "/v1/console")["tables"].to_string();
    assert!(tables.contains(&order.root.to_string()) && tables.contains("wallet"));

    let answer = send_order(&world, &order);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let first = unverified::<ShopReceipt>(answer.body()).unwrap();
    assert_eq!(first.state, ShopState::Received);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert!(is_charged(&world, &order));
    assert_eq!(receipt(&world, &order).acceptance, accepted);
    assert_eq!(send_order(&world, &order).into_body(), answer.into_body());
    for path in [
        "POST /v1/authorisations",
        "POST /v1/deliveries",
        "POST /v1/refunds",
    ] {
        assert_eq!(said(&world, &order, path), 1, "{path}");
    }
    assert_eq!(world.balance(PAYABLE), paid);
    assert_eq!(world.stock("sencha-100"), 58);
    let deliveries = "SELECT count(*) FROM courier_deliveries";
    assert_eq!(world.number(COURIER, deliveries), 2);
}

/// A wallet shows an order again, with this form.
fn shows_again(world: &World, order: &Order, form: &Form) -> Response<Vec<u8>> {
    let again = OrderAgain {
        order: order.bytes.clone(),
        form: form.signed.clone(),
    };
    world.post(SHOP, "/v1/orders/again", CBOR, encode(&again))
}

#[test]
fn of_a_form_that_was_forgotten_an_order_comes_that_was_made_from_it_and_no_other() {
    let mut world = World::new();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    let moment = moment(&world);
    let [form_of_it, other_form] = [0; 2].map(|_| form(&world, &[("sencha-100", 1)]));
    let wish = holder.wish();
    let order = holder.order(&world, &form_of_it, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let young = holder.order(&world, &other_form, &wish);
    brought_back(&mut world, &moment);
    world.run_for(MINUTE_MS);
    for order in [&order, &young] {
        assert_eq!(problem(&send_order(&world, order)), "expired");
    }
    // Nothing was ever signed about it: its form is void.
    let answer = shows_again(&world, &young, &other_form);
    assert_eq!(problem(&answer), "expired");
    let answer = shows_again(&world, &order, &other_form);
    assert_eq!(problem(&answer), "wrong-transaction");
    assert_eq!(reasons(&world, SHOP), ["recollection-doubts"]);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_forgotten"), 2);

    let answer = shows_again(&world, &order, &form_of_it);
    assert!(answer.status().is_success(), "{}", text(&answer));
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert!(is_charged(&world, &order));
    for path in ["POST /v1/authorisations", "POST /v1/deliveries"] {
        assert_eq!(said(&world, &order, path), 1, "{path}");
    }
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_forgotten"), 0);
    let after = bought(&world, &mut holder);
    assert!(is_charged(&world, &after));
}

#[test]
fn until_couriers_and_payers_have_told_a_shop_decides_nothing() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let known = bought(&world, &mut holder);
    let moment = moment(&world);
    world.hub.cut(ISSUER, true);
    brought_back(&mut world, &moment);
    world.run_for(10 * MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), ["recollecting"]);
    assert_eq!(problem(&world.get(SHOP, &known.path())), "starting");
    let basket = json!({ "items": [{ "sku": "sencha-100", "quantity": 1 }] });
    let asks = |world: &World| {
        let body = basket.to_string().into_bytes();
        world.post(SHOP, "/v1/forms", "application/json", body)
    };
    assert_eq!(problem(&asks(&world)), "starting");
    let told = [
        ("order", known.id.to_string()),
        ("amount", "100".to_owned()),
    ];
    let refund = |world: &World, id: &str| command(world, SHOP, "refund", &told, id);
    assert_eq!(problem(&refund(&world, "frozen")), "starting");

    // Its operator waits no longer. About that issuer's orders nothing is decided until it has told.
    let party = [("party", ISSUER.to_owned())];
    let answer = command(&world, SHOP, "leave-out", &party, "left");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(reasons(&world, SHOP), ["recollection-left-out"]);
    assert!(asks(&world).status().is_success());
    assert!(world.get(SHOP, &known.path()).status().is_success());
    assert_eq!(problem(&refund(&world, "out")), "starting");
    world.hub.cut(ISSUER, false);
    world.run_for(20 * MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert_eq!(refund(&world, "told").status(), 200);
}

#[test]
fn who_was_forgotten_altogether_is_asked_before_an_order_is_taken() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let form = form(&world, &[("sencha-100", 1)]);
    let moment = moment(&world);
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    brought_back(&mut world, &moment);
    world.run_for(10_000);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert_eq!(problem(&send_order(&world, &order)), "starting");
    world.run_for(MINUTE_MS);
    assert!(send_order(&world, &order).status().is_success());
    world.run_for(MINUTE_MS);
    assert!(is_charged(&world, &order));
    assert_eq!(said(&world, &order, "POST /v1/deliveries"), 1);
    assert_eq!(world.balance(PAYABLE), 2_000);
}

#[test]
fn couriers_and_payers_tell_a_certified_shop_alone_and_what_that_signed_alone() {
    let world = World::new();
    bought(&world, &mut holder(&world));
    let asks = |from: &str, key, to: &str, after: Option<Vec<u8>>| {
        let to_party = Audience::Party(domain(to));
        let envelope = Envelope::new(domain(from), to_party, [7; 32], world.now(), 600);
        let question = RecollectionRequest {
            envelope,
            generation: 2,
            since: Timestamp(0),
            after,
        };
        let signed = signed_as(&world, from, key, &question);
        world.post(to, "/v1/recollections", COSE, signed)
    };
    let told = |from: &str, key, to: &str| {
        let answer = asks(from, key, to, None);
        assert!(answer.status().is_success(), "{}", text(&answer));
        unverified::<Recollection>(answer.body())
            .unwrap()
            .orders
            .len()
    };
    assert_eq!(told(SHOP, SHOP_KEY, COURIER), 1);
    assert_eq!(told(SHOP, SHOP_KEY, ISSUER), 1);
    assert_eq!(told(OTHER_SHOP, OTHER_SHOP_KEY, COURIER), 0);
    assert_eq!(told(OTHER_SHOP, OTHER_SHOP_KEY, ISSUER), 0);
    let answer = asks(SHOP, SHOP_KEY, COURIER, Some(vec![1; 3]));
    assert_eq!(problem(&answer), "malformed");
}

#[test]
fn a_word_of_another_shop_or_about_another_order_is_not_taken_over() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let [order, other] = [0; 2].map(|_| bought(&world, &mut holder));
    let moment = moment(&world);
    gives_back(&world, &order, 500, "one");
    world.run_for(MINUTE_MS);
    let swapped = "UPDATE heard_words SET root = ? WHERE name = 'refund 1'";
    let issuer = &world.machine(ISSUER).database;
    issuer.run(swapped, &[other.root.0.into()]).unwrap();
    brought_back(&mut world, &moment);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), ["recollection-doubts"]);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_refunds"), 0);
    assert_eq!(problem(&world.get(SHOP, &other.path())), "starting");
    let told = [
        ("order", other.id.to_string()),
        ("amount", "100".to_owned()),
    ];
    let answer = command(&world, SHOP, "refund", &told, "two");
    assert_eq!(problem(&answer), "starting");
    assert!(world.get(SHOP, &order.path()).status().is_success());
}

#[test]
fn more_words_than_a_page_has_are_told_page_by_page_by_an_issuer_of_several_objects() {
    let mut world = World::new();
    world.spread_issuer(4);
    let mut holder = holder(&world);
    let order = bought(&world, &mut holder);
    let moment = moment(&world);
    let limit = [
        ("account", "1".to_owned()),
        ("amount", "1000000".to_owned()),
    ];
    let raised = command(&world, ISSUER, "change-limit", &limit, "limit");
    assert_eq!(raised.status(), 200, "{}", text(&raised));
    let forgotten = 36;
    for _ in 0..forgotten {
        bought(&world, &mut holder);
    }
    gives_back(&world, &order, 500, "one");
    world.run_for(MINUTE_MS);
    brought_back(&mut world, &moment);
    world.run_for(2 * MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), ["recollection-doubts"]);
    let kept = "SELECT count(DISTINCT root) FROM shop_forgotten";
    assert_eq!(world.number(SHOP, kept), forgotten);
    assert_eq!(said(&world, &order, "POST /v1/refunds"), 1);
    let refunds = "SELECT count(*) FROM shop_refunds WHERE outcome = 'refunded'";
    assert_eq!(world.number(SHOP, refunds), 1);
}

#[test]
fn what_the_shop_handed_over_it_hands_over_no_second_time() {
    let (mut world, _server) = super::merchant::world();
    let mut holder = holder(&world);
    let line = json!({
        "sku": "licence", "name": { "en": "A licence", "ja": "ライセンス" }, "quantity": 1,
        "unit_price_minor": 980,
    });
    let wish = json!({ "lines": [line], "hand_over": "when-told" });
    let form = super::without_courier::form_of(&world, &wish);
    let mut wish = holder.wish();
    wish.cancellation = Some(CancellationKey::random(&mut holder.rng));
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Authorised);
    let moment = moment(&world);
    let hands_over = |world: &World, wish: &str| -> Response<Vec<u8>> {
        post(world, &path_of(&order, "/handed-over"), wish, None)
    };
    assert_eq!(hands_over(&world, "once").status(), 202);
    world.run_for(MINUTE_MS);
    assert!(is_charged(&world, &order));
    let word = receipt(&world, &order).handing_over;
    brought_back(&mut world, &moment);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, SHOP), [""; 0]);
    assert!(is_charged(&world, &order));
    assert_eq!(receipt(&world, &order).handing_over, word);
    assert_eq!(problem(&hands_over(&world, "twice")), "conflict");
    assert_eq!(said(&world, &order, "POST /v1/captures"), 1);
}
