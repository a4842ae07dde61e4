//! What is cheap to verify is verified before it is counted, and whoever is nobody shuts nobody out.

use std::rc::Rc;

use tallystick_parties::issuer::{Issuer, IssuerConfig};
use tallystick_parties::office::rate::Limits;
use tallystick_parties::ports::Tables;
use tallystick_parties::shop::{Shop, ShopConfig};
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::wire::identifier::Role;

use super::holder::{COSE, Holder, JSON};
use super::talk::{buy, issuer_answer, send_order, state};
use super::world::{COURIER, ISSUER, ORIGIN, SHOP, World, problem, settings, text};

/// How many requests of garbage stand for a flood: more than any limit lets through in a window.
const FLOOD: usize = 7_000;

#[test]
fn garbage_at_captures_never_delays_a_real_one() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    for route in ["captures", "releases", "authorisations"] {
        for _ in 0..FLOOD {
            world.post(ISSUER, &format!("/v1/{route}"), COSE, vec![0]);
        }
    }
    for _ in 0..FLOOD {
        world.post(COURIER, "/v1/deliveries", COSE, vec![0]);
    }
    buy(&world, &order);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
}

#[test]
fn thirty_forms_a_second_of_one_page_leave_room_for_others() {
    let world = World::new();
    let body = br#"{"items":[{"sku":"hojicha-100","quantity":1}]}"#.to_vec();
    for second in 0..60 {
        for _ in 0..30 {
            let answer = world.post(SHOP, "/v1/forms", JSON, body.clone());
            assert!(
                answer.status().is_success(),
                "second {second}: {}",
                text(&answer)
            );
        }
        world.clock.advance(1_000);
    }
}

#[test]
fn orders_that_are_nobodys_are_counted_and_those_of_holders_are_not() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let mut settings = settings(Role::Shop, SHOP);
    settings.limits = Limits::parse("failures 2/60").unwrap();
    let courier = tallystick_protocol::wire::identifier::Domain::parse(COURIER).unwrap();
    let issuer = tallystick_protocol::wire::identifier::Domain::parse(ISSUER).unwrap();
    let config = ShopConfig::new(settings, ORIGIN, courier, "Hayate Courier", issuer);
    let shop = Rc::new(Shop::new(world.machine(SHOP).clone(), config));
    world.hub.connect(SHOP, shop);
    let orders: Vec<_> = (0..4)
        .map(|_| holder.usual_order(&world, &[("sencha-100", 1)]))
        .collect();
    for order in &orders[..3] {
        assert!(send_order(&world, order).status().is_success());
    }
    world.clock.advance(30 * 60_000); // the fourth is too old by now
    for tried in 0..3 {
        let said = problem(&send_order(&world, &orders[3]));
        assert_eq!(said, if tried < 2 { "expired" } else { "rate-limited" });
    }
}

#[test]
fn orders_that_an_issuer_does_not_know_are_counted_and_those_it_knows_are_not() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let mut settings = settings(Role::Issuer, ISSUER);
    settings.limits = Limits::parse("unknown-orders 2/60").unwrap();
    let issuer = Issuer::new(world.machine(ISSUER).clone(), IssuerConfig::new(settings));
    world.hub.connect(ISSUER, Rc::new(issuer));
    let unknown = format!("/v1/answers/{}", "a".repeat(64));
    for tried in 0..3 {
        let answer = world.get(ISSUER, &unknown);
        assert_eq!(answer.status().is_success(), tried < 2, "{}", text(&answer));
        if tried == 2 {
            assert_eq!(problem(&answer), "rate-limited");
        }
    }
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
}

#[test]
fn limits_are_set_by_name_and_a_wrong_one_is_refused() {
    let limits = Limits::parse("forms 600/60, console 5/1").unwrap();
    assert_eq!((limits.forms.count, limits.console.seconds), (600, 1));
    assert_eq!(limits.sender, Limits::default().sender);
    for wrong in [
        "forms",
        "forms 0/60",
        "forms 5",
        "nothing 5/60",
        "forms 5/0",
        "forms -1/60",
    ] {
        assert!(Limits::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_repeated_request_is_found_without_reading_every_reservation() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let plan = world
        .machine(ISSUER)
        .database
        .run(
            "EXPLAIN QUERY PLAN SELECT digest, answer FROM commands WHERE what = 'authorise' AND key = '00'",
            &[],
        )
        .unwrap();
    let plan = plan[0].text(3).unwrap();
    assert!(plan.starts_with("SEARCH"), "{plan}");
}

#[test]
fn an_issuer_gives_credit_to_whoever_asks_only_if_its_operator_says_so() {
    let world = World::new();
    let config = IssuerConfig::new(settings(Role::Issuer, ISSUER));
    let issuer = Issuer::new(world.machine(ISSUER).clone(), config);
    world.hub.connect(ISSUER, Rc::new(issuer));
    let body = br#"{"name":"Hanako Yamada","telephone":"090-1234-5678"}"#.to_vec();
    let answer = world.post(ISSUER, "/v1/accounts", JSON, body);
    assert_eq!(problem(&answer), "unauthorised");
    assert!(text(&answer).contains("opens accounts in person"));
    let accounts = "SELECT count(*) FROM issuer_accounts";
    assert_eq!(world.number(ISSUER, accounts), 0);
}
