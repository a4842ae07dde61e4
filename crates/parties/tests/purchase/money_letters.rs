//! Letters on which money hangs: what somebody in between says is not the end of them.

use std::cell::Cell;

use http::Response;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::office::http::problem as as_answer;
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};

use super::holder::{Holder, Order};
use super::talk::{buy, courier_answer, issuer_answer, state};
use super::world::{Between, COURIER, ISSUER, SHOP, World};

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

fn ordered(world: &World) -> Order {
    let mut holder = Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678");
    holder.usual_order(world, &[("sencha-100", 1)])
}

fn status(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .body(body.as_bytes().to_vec())
        .unwrap()
}

fn charged(world: &World) -> i64 {
    world.balance("payable to kiso-tea.localhost")
}

#[test]
fn an_issuer_whose_clock_is_behind_charges_once_it_is_right() {
    let mut world = World::new();
    let order = ordered(&world);
    world.put_between(ISSUER, |path| match path {
        "/v1/captures" => Between::Instead(as_answer(&Fault::new(
            Kind::WrongClock,
            "It is not sent yet.",
        ))),
        _ => Between::Nothing,
    });
    buy(&world, &order);
    world.run_for(3 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert_eq!(world.console(COURIER)["orders"][0]["state"], "accepted");
    assert_eq!(world.number(COURIER, "SELECT count(*) FROM outbox"), 1);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM outbox"), 1);
    world.restart(ISSUER);
    world.run_for(2 * MINUTE);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
    assert_eq!(world.console(COURIER)["orders"][0]["state"], "confirmed");
    assert_eq!(charged(&world), 1480 + 520);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM outbox"), 0);
}

#[test]
fn an_acceptance_whose_answer_was_lost_counts_whatever_comes_instead_of_it() {
    let world = World::new();
    let order = ordered(&world);
    let asked = Cell::new(0);
    world.put_between(COURIER, move |path| {
        if path != "/v1/deliveries" {
            return Between::Nothing;
        }
        asked.set(asked.get() + 1);
        if asked.get() == 1 {
            Between::Afterwards(status(502, "<h1>Bad gateway</h1>"))
        } else {
            Between::Instead(status(403, "<h1>Are you human?</h1>"))
        }
    });
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert!(courier_answer(&world, &order).accepted);
    assert_eq!(world.stock("sencha-100"), 59);
    assert_eq!(charged(&world), 1480 + 520);
    assert_eq!(world.requests(ISSUER, "/v1/releases"), 0);
}

#[test]
fn a_courier_that_refuses_to_read_and_knows_nothing_ends_the_order_once_its_time_is_over() {
    let world = World::new();
    let order = ordered(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/deliveries" => Between::Instead(as_answer(&Fault::new(Kind::Expired, ""))),
        _ => Between::Nothing,
    });
    assert_eq!(buy(&world, &order).state, ShopState::Delivering);
    world.run_for(19 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Delivering);
    world.run_for(4 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.stock("sencha-100"), 60);
}

#[test]
fn a_refusal_that_somebody_in_between_turned_away_is_said_again() {
    let mut world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let form = super::talk::form(&world, &[("sencha-100", 1)]);
    let mut wish = holder.wish();
    wish.destination.address = "Okinotorishima 1, Ogasawara, Tokyo".to_owned();
    let order = holder.order(&world, &form, &wish);
    world.put_between(ISSUER, |path| match path {
        "/v1/releases" => Between::Instead(status(403, "<h1>Are you human?</h1>")),
        _ => Between::Nothing,
    });
    buy(&world, &order);
    world.run_for(3 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Refused);
    world.restart(ISSUER);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Reserved)
    );
    world.run_for(2 * MINUTE);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
}

#[test]
fn a_courier_that_never_answers_does_not_keep_the_goods_for_ever() {
    let world = World::new();
    let order = ordered(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Nothing,
        _ => Between::Instead(status(503, "")),
    });
    buy(&world, &order);
    assert_eq!(state(&world, &order), ShopState::Delivering);
    assert_eq!(world.stock("sencha-100"), 59);
    world.run_for(31 * DAY);
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert_eq!(world.stock("sencha-100"), 60);
}
