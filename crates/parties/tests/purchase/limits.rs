//! What anybody may ask for is counted before anything is computed for it.

use std::rc::Rc;

use tallystick_parties::common::rate::ANYBODY;
use tallystick_parties::issuer::{Issuer, IssuerConfig};
use tallystick_parties::ports::{Clock, Tables};
use tallystick_protocol::cbor::encode;
use tallystick_protocol::identifier::Role;
use tallystick_protocol::test_keys::{TestRng, test_key};

use super::holder::{CBOR, COSE, Holder, JSON, enrolment_request};
use super::talk::{buy, send_order};
use super::world::{CA, COURIER, ISSUER, SHOP, World, problem, settings, text};

/// Uses up a bucket as a flood of requests would.
fn use_up(world: &World, party: &str, bucket: &str) {
    let sql = "INSERT INTO rate_windows (bucket, opened_at, count) VALUES (?, ?, ?)
         ON CONFLICT (bucket) DO UPDATE SET opened_at = excluded.opened_at, count = excluded.count";
    let values = [
        bucket.into(),
        world.clock.now_ms().into(),
        ANYBODY.count.into(),
    ];
    world.machine(party).database.run(sql, &values).unwrap();
}

#[test]
fn every_route_that_verifies_a_signature_for_anybody_is_limited() {
    let world = World::new();
    let grant = encode(&enrolment_request(
        &mut TestRng::new(5),
        &test_key(6),
        [1; 32],
        &[2; 32],
    ));
    for (party, route, media_type, body) in [
        (ISSUER, "authorisations", COSE, vec![0]),
        (ISSUER, "captures", COSE, vec![0]),
        (ISSUER, "releases", COSE, vec![0]),
        (ISSUER, "enrolments", CBOR, grant),
        (COURIER, "deliveries", COSE, vec![0]),
        (CA, "holder-certificates", COSE, vec![0]),
    ] {
        use_up(&world, party, route);
        let answer = world.post(party, &format!("/v1/{route}"), media_type, body);
        assert_eq!(problem(&answer), "rate-limited", "{route} at {party}");
    }
}

#[test]
fn orders_are_limited_before_they_are_opened() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    use_up(&world, SHOP, "orders");
    assert_eq!(problem(&send_order(&world, &order)), "rate-limited");
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
            "EXPLAIN QUERY PLAN SELECT root FROM issuer_reservations WHERE request_digest = x'00'",
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
