//! Malformed, truncated, over-long and wrongly typed messages: a typed problem, and nothing changes.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::wire::cbor::encode;

use super::holder::{CBOR, COSE, Holder, JSON, enrolment_request};
use super::talk::buy;
use super::world::{COURIER, ISSUER, SHOP, World, problem, text};

/// Routes that take messages, with the media type they take.
const ROUTES: [(&str, &str, &str); 13] = [
    (SHOP, "/v1/orders", CBOR),
    (SHOP, "/v1/forms", JSON),
    (SHOP, "/v1/confirmations", CBOR),
    (SHOP, "/v1/introductions", CBOR),
    (ISSUER, "/v1/accounts", JSON),
    (ISSUER, "/v1/enrolments", CBOR),
    (ISSUER, "/v1/authorisations", COSE),
    (ISSUER, "/v1/captures", COSE),
    (ISSUER, "/v1/releases", COSE),
    (ISSUER, "/v1/confirmations", CBOR),
    (COURIER, "/v1/deliveries", COSE),
    (COURIER, "/v1/inquiries", COSE),
    (COURIER, "/v1/confirmations", CBOR),
];

/// What the roles have stored of purchases: rows of their own tables.
fn stored(world: &World) -> Vec<i64> {
    [
        (SHOP, "SELECT count(*) FROM shop_orders"),
        (SHOP, "SELECT count(*) FROM shop_forms"),
        (SHOP, "SELECT count(*) FROM shop_reserved"),
        (SHOP, "SELECT count(*) FROM outbox"),
        (ISSUER, "SELECT count(*) FROM issuer_accounts"),
        (ISSUER, "SELECT count(*) FROM issuer_holders"),
        (ISSUER, "SELECT count(*) FROM issuer_reservations"),
        (ISSUER, "SELECT count(*) FROM transfers"),
        (ISSUER, "SELECT count(*) FROM statements"),
        (COURIER, "SELECT count(*) FROM courier_deliveries"),
        (COURIER, "SELECT count(*) FROM statements"),
    ]
    .map(|(party, sql)| world.number(party, sql))
    .to_vec()
}

#[test]
fn nonsense_on_every_route_is_a_problem_and_changes_nothing() {
    let world = World::new();
    let before = stored(&world);
    let nonsense: [Vec<u8>; 7] = [
        Vec::new(),
        b"hello".to_vec(),
        vec![0xff; 100],
        vec![0x9f; 5000],
        // An array and a byte string that claim to be enormous.
        [vec![0x9b], vec![0xff; 8], vec![0; 50]].concat(),
        [vec![0x5b], vec![0x7f; 8], vec![0; 50]].concat(),
        br#"{"items":"no list","name":7}"#.to_vec(),
    ];
    for (party, path, media_type) in ROUTES {
        for body in &nonsense {
            let answer = world.post(party, path, media_type, body.clone());
            assert!(
                answer.status().is_client_error(),
                "{party}{path}: {}",
                text(&answer)
            );
            assert!(
                !problem(&answer).is_empty(),
                "{party}{path}: {}",
                text(&answer)
            );
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
    }
    assert_eq!(stored(&world), before);
}

#[test]
fn an_over_long_message_and_a_wrong_media_type_are_refused_by_name() {
    let world = World::new();
    for (party, path, media_type) in ROUTES {
        let answer = world.post(party, path, media_type, vec![0; 256 * 1024 + 1]);
        assert_eq!(problem(&answer), "too-large", "{party}{path}");
        let answer = world.post(party, path, "text/plain", vec![0; 10]);
        assert_eq!(problem(&answer), "unsupported-media-type", "{party}{path}");
    }
}

#[test]
fn a_truncated_or_wrongly_typed_order_leaves_the_order_as_it_was() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    for end in (0..order.bytes.len()).step_by(order.bytes.len() / 40 + 1) {
        let answer = world.post(SHOP, "/v1/orders", CBOR, order.bytes[..end].to_vec());
        assert!(
            answer.status().is_client_error(),
            "{end} bytes: {}",
            text(&answer)
        );
    }
    let mut trailing = order.bytes.clone();
    trailing.push(0);
    assert_eq!(
        problem(&world.post(SHOP, "/v1/orders", CBOR, trailing)),
        "malformed"
    );
    let mut mistyped = order.bytes.clone();
    mistyped[2] ^= 1;
    assert!(
        world
            .post(SHOP, "/v1/orders", CBOR, mistyped)
            .status()
            .is_client_error()
    );
    let mut newer = order.bytes.clone();
    newer[1] = 2;
    assert_eq!(
        problem(&world.post(SHOP, "/v1/orders", CBOR, newer)),
        "unsupported-version"
    );
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 0);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn baskets_that_make_no_sense_get_no_form() {
    let world = World::new();
    for (basket, expected) in [
        (r#"{"items":[]}"#, "malformed"),
        (
            r#"{"items":[{"sku":"sencha-100","quantity":0}]}"#,
            "malformed",
        ),
        (
            r#"{"items":[{"sku":"sencha-100","quantity":-1}]}"#,
            "malformed",
        ),
        (
            r#"{"items":[{"sku":"sencha-100","quantity":1000}]}"#,
            "malformed",
        ),
        (
            r#"{"items":[{"sku":"sencha-100","quantity":1},{"sku":"sencha-100","quantity":1}]}"#,
            "malformed",
        ),
        (r#"{"items":[{"sku":"oolong","quantity":1}]}"#, "not-found"),
        (
            r#"{"items":[{"sku":"sencha-100","quantity":1}],"policy":"none"}"#,
            "malformed",
        ),
        (
            r#"{"items":[{"sku":"sencha-100","quantity":1,"price":1}]}"#,
            "malformed",
        ),
    ] {
        let answer = world.post(SHOP, "/v1/forms", JSON, basket.as_bytes().to_vec());
        assert_eq!(problem(&answer), expected, "{basket}");
    }
}

#[test]
fn accounts_need_a_name_and_a_telephone_number() {
    let world = World::new();
    for application in [
        r#"{"name":"","telephone":"09012345678"}"#.to_owned(),
        r#"{"name":"Hanako","telephone":"none"}"#.to_owned(),
        r#"{"name":"Hanako","telephone":"1234"}"#.to_owned(),
        r#"{"name":"Hanako"}"#.to_owned(),
        format!(
            r#"{{"name":"{}","telephone":"09012345678"}}"#,
            "x".repeat(200)
        ),
    ] {
        let answer = world.post(
            ISSUER,
            "/v1/accounts",
            JSON,
            application.clone().into_bytes(),
        );
        assert_eq!(problem(&answer), "malformed", "{application}");
    }
}

#[test]
fn an_unknown_grant_or_a_wrong_signature_enrols_nobody() {
    let world = World::new();
    let holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let mut rng = tallystick_protocol::test_keys::TestRng::new(99);
    let request = enrolment_request(&mut rng, &holder.key, [1; 32], &[2; 32]);
    let answer = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request));
    assert_eq!(problem(&answer), "unauthorised");
    let application = br#"{"name":"Hanako Yamada","telephone":"090-1234-5678"}"#;
    let offer = world.post(ISSUER, "/v1/accounts", JSON, application.to_vec());
    let offer =
        tallystick_protocol::trust::statement::open::<tallystick_protocol::account::AccountOffer>(
            offer.body(),
            &world.anchors,
            world.now(),
            tallystick_protocol::wire::identifier::Role::Issuer,
        )
        .unwrap();
    let mut unsigned = enrolment_request(&mut rng, &holder.key, offer.message.grant, &[2; 32]);
    unsigned.signature = vec![0; 256];
    let answer = world.post(ISSUER, "/v1/enrolments", CBOR, encode(&unsigned));
    assert_eq!(problem(&answer), "bad-signature");
}

#[test]
fn unknown_paths_and_methods_are_named_and_any_page_may_read_the_answer() {
    let world = World::new();
    assert_eq!(problem(&world.get(SHOP, "/v1/nothing")), "not-found");
    assert_eq!(problem(&world.get(SHOP, "/v1/orders/zz")), "not-found");
    assert_eq!(
        problem(&world.get(SHOP, &format!("/v1/orders/{}", "a".repeat(64)))),
        "not-found"
    );
    assert_eq!(problem(&world.get(ISSUER, "/v1/answers/zz")), "not-found");
    assert_eq!(
        problem(&world.get(ISSUER, "/v1/captures")),
        "method-not-allowed"
    );
    let answer = world.get(COURIER, "/v1/nothing");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert!(
        !answer
            .headers()
            .contains_key("access-control-allow-credentials")
    );
}
