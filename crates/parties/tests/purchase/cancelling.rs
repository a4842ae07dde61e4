//! An order is cancelled before its parcel is accepted, by its holder or by the shop: money and goods are free
//! again, once. Where it races with the courier, the courier's signed word decides.

use http::Response;
use tallystick_protocol::checkout::answers::{MoneyState, RefusalReason, ShopState};
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::wire::cbor::encode;

use super::commands::command;
use super::holder::{CBOR, COSE, Holder, Order};
use super::talk::{buy, form, issuer_answer, send_order, state};
use super::world::{Between, COURIER, ISSUER, SHOP, World, problem, text};

const MINUTE: u64 = 60_000;
const PAYABLE: &str = "payable to kiso-tea.localhost";

/// An order whose holder can cancel it, and the key to that.
fn order(world: &World) -> (Order, CancellationKey) {
    let mut holder = Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678");
    let key = CancellationKey::random(&mut holder.rng);
    let mut wish = holder.wish();
    wish.cancellation = Some(key.clone());
    let form = form(world, &[("sencha-100", 1)]);
    (holder.order(world, &form, &wish), key)
}

fn cancel_with(world: &World, order: &Order, key: &CancellationKey) -> Response<Vec<u8>> {
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key: key.clone(),
        form_start: order.split.form_start.unwrap(),
    };
    world.post(SHOP, "/v1/cancellations", CBOR, encode(&request))
}

fn operator_cancels(world: &World, order: &Order, id: &str) -> Response<Vec<u8>> {
    command(
        world,
        SHOP,
        "cancel",
        &[("order", order.id.to_string())],
        id,
    )
}

fn silent(world: &World, who: &str, about: &'static str) {
    world.put_between(who, move |path| {
        if path == about {
            Between::Instead(Response::builder().status(502).body(Vec::new()).unwrap())
        } else {
            Between::Nothing
        }
    });
}

/// Nothing is sold, charged or set aside.
fn all_is_free(world: &World) {
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance("holder 1 reserved"), 0);
    assert_eq!(world.balance(PAYABLE), 0);
    assert_eq!(world.stock("sencha-100"), 60);
    for party in [SHOP, ISSUER, COURIER] {
        assert_eq!(world.number(party, "SELECT count(*) FROM outbox"), 0);
    }
}

fn reason(world: &World) -> String {
    let sql = "SELECT refused_by || ' ' || refused_reason FROM shop_orders";
    let tables = &world.machine(SHOP).database;
    let rows = tallystick_parties::ports::Tables::run(tables, sql, &[]).unwrap();
    rows[0].text(0).unwrap().to_owned()
}

#[test]
fn t_u5_what_is_cancelled_while_the_issuer_is_asked_is_never_charged() {
    let world = World::new();
    let (order, key) = order(&world);
    silent(&world, ISSUER, "/v1/authorisations");
    send_order(&world, &order);
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Asking);
    assert!(cancel_with(&world, &order, &key).status().is_success());
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert_eq!(reason(&world), "shop cancelled");
    world.connect_again(ISSUER);
    world.run_for(60 * MINUTE);
    all_is_free(&world);
}

#[test]
fn t_u5_what_is_cancelled_before_the_courier_is_asked_is_released_once() {
    let world = World::new();
    let (order, key) = order(&world);
    silent(&world, COURIER, "/v1/introductions");
    send_order(&world, &order);
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Authorised);
    assert_eq!(world.balance("holder 1 reserved"), 2_000);
    // By both, and again.
    assert!(cancel_with(&world, &order, &key).status().is_success());
    assert_eq!(operator_cancels(&world, &order, "one").status(), 200);
    assert!(cancel_with(&world, &order, &key).status().is_success());
    world.connect_again(COURIER);
    world.run_for(10 * MINUTE);
    let money = issuer_answer(&world, &order).money;
    assert_eq!(money, Some(MoneyState::Released));
    all_is_free(&world);
    let ends = "SELECT count(*) FROM transfers WHERE kind = 'void'";
    assert_eq!(world.number(ISSUER, ends), 1);
}

#[test]
fn a_courier_that_never_heard_of_the_order_signs_that_it_will_not_deliver_and_keeps_to_it() {
    let world = World::new();
    let (order, key) = order(&world);
    silent(&world, COURIER, "/v1/deliveries");
    send_order(&world, &order);
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Delivering);
    assert!(cancel_with(&world, &order, &key).status().is_success());
    assert_eq!(
        state(&world, &order),
        ShopState::Delivering,
        "not its to say"
    );
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert_eq!(reason(&world), "courier cancelled");
    all_is_free(&world);
    world.connect_again(COURIER);
    let mut sent = world.hub.received().into_iter();
    let sent = sent.find(|one| one.what == "POST /v1/deliveries");
    let sent = sent.unwrap().bytes;
    let body = sent.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let late = world.post(COURIER, "/v1/deliveries", COSE, sent[body..].to_vec());
    assert_eq!(problem(&late), "expired", "a copy that was under way");
    world.run_for(60 * MINUTE);
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
    all_is_free(&world);
}

#[test]
fn what_the_courier_has_accepted_is_not_cancelled_any_more_and_can_be_given_back() {
    let world = World::new();
    let (order, key) = order(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/deliveries" | "/v1/cancellations" => {
            Between::Afterwards(Response::builder().status(502).body(Vec::new()).unwrap())
        }
        path if path.starts_with("/v1/answers") => Between::Instead(Response::default()),
        _ => Between::Nothing,
    });
    send_order(&world, &order);
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Delivering);
    assert!(cancel_with(&world, &order, &key).status().is_success());
    world.run_for(MINUTE);
    world.connect_again(COURIER);
    world.run_for(10 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    let money = issuer_answer(&world, &order).money;
    assert_eq!(money, Some(MoneyState::Captured));
    assert_eq!(
        problem(&operator_cancels(&world, &order, "late")),
        "conflict"
    );
    assert!(cancel_with(&world, &order, &key).status().is_success());
    assert_eq!(state(&world, &order), ShopState::Accepted);
    let told = [
        ("order", order.id.to_string()),
        ("amount", "2000".to_owned()),
    ];
    let back = command(&world, SHOP, "refund", &told, "back");
    assert_eq!(back.status(), 200, "{}", text(&back));
    world.run_for(MINUTE);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance(PAYABLE), 0);
}

#[test]
fn only_the_key_to_its_lock_cancels_an_order() {
    let world = World::new();
    let (order, _) = order(&world);
    let mut other = Holder::enrol(&world, 2, "Jiro Kitamura", "080-8765-4321");
    let without = other.usual_order(&world, &[("sencha-100", 1)]);
    let wrong = CancellationKey::random(&mut other.rng);
    silent(&world, ISSUER, "/v1/authorisations");
    for order in [&order, &without] {
        send_order(&world, order);
        let refused = cancel_with(&world, order, &wrong);
        assert_eq!(problem(&refused), "unauthorised");
        assert_ne!(state(&world, order), ShopState::Refused);
    }
    world.connect_again(ISSUER);
    world.run_for(10 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
}

#[test]
fn every_reason_for_a_refusal_can_be_stored() {
    let world = World::new();
    let (order, key) = order(&world);
    buy(&world, &order);
    assert!(cancel_with(&world, &order, &key).status().is_success());
    for reason in RefusalReason::ALL {
        let sql = format!(
            "UPDATE shop_orders SET state = 'refused', refused_by = 'shop', refused_reason = '{}'",
            reason.as_str()
        );
        let tables = &world.machine(SHOP).database;
        tallystick_parties::ports::Tables::run(tables, &sql, &[]).unwrap();
        let order = world.get_json(SHOP, &format!("{}/summary", order.path()));
        assert_eq!(order["state"], "refused");
    }
}
