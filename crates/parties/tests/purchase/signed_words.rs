//! Only what is signed decides about money and goods, whatever the HTTP status says.

use std::cell::Cell;

use http::Response;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::office::http::problem as as_answer;
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};

use super::holder::{Holder, Order};
use super::talk::{buy, issuer_answer, send_order, state};
use super::world::{Between, COURIER, ISSUER, SHOP, World};

const MINUTE: u64 = 60_000;

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

fn status(status: u16, body: &[u8]) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .body(body.to_vec())
        .unwrap()
}

/// Whether the store's page may say that the amount is charged.
fn is_charged(world: &World, order: &Order) -> bool {
    let summary = world.get_json(SHOP, &format!("{}/summary", order.path()));
    summary["is_charged"].as_bool().unwrap()
}

fn at_courier(world: &World) -> String {
    let console = world.console(COURIER);
    console["orders"][0]["state"].as_str().unwrap().to_owned()
}

#[test]
fn only_the_issuers_signed_answer_lets_a_parcel_leave_and_counts_as_charged() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let earlier = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &earlier).state, ShopState::Accepted);
    let about_another = world.get(ISSUER, &format!("/v1/answers/{}", earlier.root));
    let conflict = as_answer(&Fault::new(Kind::Conflict, "It was released before."));
    let unsigned = [
        status(200, b"<h1>We are down for maintenance</h1>"),
        status(200, b""),
        status(200, about_another.body()),
        conflict,
        as_answer(&Fault::not_found()),
        status(403, b"<h1>Are you human?</h1>"),
    ];
    for instead in unsigned {
        let said = format!("{instead:?}");
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        world.put_between(ISSUER, move |path| match path {
            "/v1/captures" => Between::Instead(instead.clone()),
            _ => Between::Nothing,
        });
        buy(&world, &order);
        world.run_for(3 * MINUTE);
        assert_eq!(at_courier(&world), "accepted", "{said}");
        assert_eq!(state(&world, &order), ShopState::Accepted, "{said}");
        assert!(!is_charged(&world, &order), "{said}");
        assert_eq!(
            issuer_answer(&world, &order).money,
            Some(MoneyState::Reserved)
        );
        world.restart(ISSUER);
        world.run_for(2 * MINUTE);
        assert_eq!(
            issuer_answer(&world, &order).money,
            Some(MoneyState::Captured)
        );
        assert_eq!(at_courier(&world), "confirmed", "{said}");
        assert!(is_charged(&world, &order));
    }
}

#[test]
fn an_unsigned_refusal_at_the_issuer_ends_no_order() {
    let mut world = World::new();
    let mut holder = holder(&world);
    for instead in [
        status(403, b"<h1>Are you human?</h1>"),
        as_answer(&Fault::untrusted("It does not verify.")),
        status(200, b"{}"),
    ] {
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        world.put_between(ISSUER, move |path| match path {
            "/v1/authorisations" => Between::Instead(instead.clone()),
            _ => Between::Nothing,
        });
        buy(&world, &order);
        world.run_for(3 * MINUTE);
        assert_eq!(state(&world, &order), ShopState::Asking);
        world.restart(ISSUER);
        world.run_for(2 * MINUTE);
        assert_eq!(state(&world, &order), ShopState::Accepted);
    }
}

#[test]
fn an_order_whose_issuer_never_signs_expires_and_asks_for_release() {
    let mut world = World::new();
    let order = holder(&world).usual_order(&world, &[("sencha-100", 1)]);
    world.put_between(ISSUER, |path| match path {
        "/v1/authorisations" => Between::Afterwards(status(400, b"")),
        _ => Between::Nothing,
    });
    buy(&world, &order);
    world.run_for(16 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!(world.stock("sencha-100"), 60);
    world.restart(ISSUER);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn goods_that_a_courier_may_have_accepted_go_back_by_the_issuers_word_alone() {
    let mut world = World::new();
    let order = holder(&world).usual_order(&world, &[("sencha-100", 1)]);
    let asked = Cell::new(0);
    world.put_between(COURIER, move |path| {
        if path == "/v1/introductions" {
            return Between::Nothing;
        }
        asked.set(asked.get() + 1);
        if asked.get() == 1 {
            Between::Afterwards(status(502, b""))
        } else {
            Between::Instead(as_answer(&Fault::not_found()))
        }
    });
    buy(&world, &order);
    world.run_for(60 * MINUTE);
    // The courier accepted, and told the issuer; the shop asked for release, and was told so.
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
    assert!(world.requests(ISSUER, "/v1/releases") >= 1);
    assert_eq!(state(&world, &order), ShopState::Delivering);
    assert_eq!(world.stock("sencha-100"), 59);
    world.restart(COURIER);
    world.run_for(2 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert_eq!(world.stock("sencha-100"), 59);
    let log = world.machine(SHOP).log.lines();
    assert!(!log.iter().any(|line| line.contains("charged-after-end")));
}

#[test]
fn whoever_has_decided_answers_with_its_signed_state_however_often_it_is_asked() {
    let world = World::new();
    let order = holder(&world).usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let heard = world.hub.received();
    let shown = |path: &str| {
        let message = heard
            .iter()
            .rfind(|message| message.by == ISSUER && message.what == path);
        let bytes = &message.unwrap().bytes;
        let head = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        bytes[head + 1..].to_vec()
    };
    let acceptance = shown("POST /v1/captures");
    for _ in 0..3 {
        let answer = world.post(
            ISSUER,
            "/v1/captures",
            super::holder::COSE,
            acceptance.clone(),
        );
        assert!(answer.status().is_success());
        assert_eq!(
            answer.body(),
            world
                .get(ISSUER, &format!("/v1/answers/{}", order.root))
                .body()
        );
    }
}

#[test]
fn parties_introduce_themselves_to_the_shop_once_an_hour() {
    let world = World::new();
    let mut holder = holder(&world);
    let introductions =
        |world: &World| [ISSUER, COURIER].map(|party| world.requests(party, "/v1/introductions"));
    for _ in 0..3 {
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    }
    assert_eq!(introductions(&world), [1, 1]);
    world.run_for(61 * MINUTE);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    send_order(&world, &order);
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert_eq!(introductions(&world), [2, 2]);
}

#[test]
fn an_issuer_signs_that_it_knows_nothing_of_an_order_and_keeps_nothing_of_that() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let statements = |world: &World| world.number(ISSUER, "SELECT count(*) FROM statements");
    let before = statements(&world);
    let said = issuer_answer(&world, &order);
    assert_eq!(
        (said.root, said.money, said.refusal),
        (order.root, None, None)
    );
    assert_eq!(said.envelope.transaction, order.root.0);
    assert_eq!(said.envelope.sent_at, world.now());
    assert_eq!(said.envelope.expires_at, world.now().plus_seconds(300));
    assert_eq!(statements(&world), before);
    // It may become known later.
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
}
