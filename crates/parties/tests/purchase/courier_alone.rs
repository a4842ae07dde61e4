//! The courier against a shop and an issuer that say what they should not.

use data_encoding::BASE64;
use tallystick_parties::ports::Tables;
use tallystick_protocol::checkout::answers::{
    Acceptance, Clearance, DeliveryRequest, Inquiry, Refusal,
};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::{Audience, Envelope, SignedMessage, open};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::holder::{COSE, Holder, Order};
use super::talk::form;
use super::world::{COURIER, ISSUER, OTHER_ISSUER, OTHER_SHOP, SHOP, World, domain, problem, text};

/// Numbers of the test keys that the parties were started with.
pub(super) const SHOP_KEY: usize = 2;
pub(super) const ISSUER_KEY: usize = 3;

pub(super) fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

pub(super) fn signed_as<M: SignedMessage>(
    world: &World,
    party: &str,
    key: usize,
    message: &M,
) -> Vec<u8> {
    let identity = world.get_json(party, "/v1/identity");
    let der = BASE64
        .decode(identity["certificate"].as_str().unwrap().as_bytes())
        .unwrap();
    test_statement(message, &Certificate::from_der(&der).unwrap(), key)
}

pub(super) fn envelope(world: &World, from: &str, order: &Order) -> Envelope {
    Envelope::new(
        domain(from),
        Audience::Party(domain(COURIER)),
        order.id.0,
        world.now(),
        3600,
    )
}

/// A clearance as the issuer would sign it.
pub(super) fn clearance(world: &World, order: &Order) -> Clearance {
    Clearance {
        envelope: envelope(world, ISSUER, order),
        root: order.root,
        payee: domain(SHOP),
        courier: domain(COURIER),
        binds_until: None,
        handle: None,
    }
}

pub(super) fn delivery(world: &World, order: &Order, clearance: &Clearance) -> Vec<u8> {
    let request = DeliveryRequest {
        envelope: envelope(world, SHOP, order),
        part: order.split.part(Role::Courier).unwrap().clone(),
        clearance: signed_as(world, ISSUER, ISSUER_KEY, clearance),
        parcels: 1,
    };
    signed_as(world, SHOP, SHOP_KEY, &request)
}

#[test]
fn t002_3_a_clearance_clears_one_root_one_shop_and_one_courier() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let other = holder.usual_order(&world, &[("sencha-100", 1)]);
    let wrong: [&dyn Fn(&mut Clearance); 4] = [
        &|clearance| clearance.root = other.root,
        &|clearance| clearance.payee = domain(OTHER_SHOP),
        &|clearance| clearance.courier = domain("other.localhost"),
        &|clearance| clearance.envelope.transaction = other.id.0,
    ];
    for change in wrong {
        let mut clearance = clearance(&world, &order);
        change(&mut clearance);
        let answer = world.post(
            COURIER,
            "/v1/deliveries",
            COSE,
            delivery(&world, &order, &clearance),
        );
        assert_eq!(problem(&answer), "wrong-transaction");
    }
    let mut elsewhere = clearance(&world, &order);
    elsewhere.envelope.to = Audience::Party(domain("other.localhost"));
    let answer = world.post(
        COURIER,
        "/v1/deliveries",
        COSE,
        delivery(&world, &order, &elsewhere),
    );
    assert_eq!(problem(&answer), "wrong-recipient");
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
    let body = delivery(&world, &order, &clearance(&world, &order));
    let answer = world.post(COURIER, "/v1/deliveries", COSE, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
}

#[test]
fn t002_3_only_the_issuer_that_the_order_names_can_clear_it() {
    let world = World::new();
    let mut holder = holder(&world);
    let form = form(&world, &[("sencha-100", 1)]);
    let mut wish = holder.wish();
    wish.issuer = "other-card.localhost";
    let order = holder.order(&world, &form, &wish);
    let body = delivery(&world, &order, &clearance(&world, &order));
    assert_eq!(
        problem(&world.post(COURIER, "/v1/deliveries", COSE, body)),
        "wrong-sender"
    );
}

#[test]
fn another_root_under_the_number_of_a_known_order_is_a_replay() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let body = delivery(&world, &order, &clearance(&world, &order));
    assert!(
        world
            .post(COURIER, "/v1/deliveries", COSE, body)
            .status()
            .is_success()
    );
    for sql in [
        "UPDATE courier_deliveries SET root = x'0000'",
        "DELETE FROM commands",
    ] {
        world.machine(COURIER).database.run(sql, &[]).unwrap();
    }
    let body = delivery(&world, &order, &clearance(&world, &order));
    let answer = world.post(COURIER, "/v1/deliveries", COSE, body);
    assert_eq!(problem(&answer), "replayed");
}

#[test]
fn t002_4_a_delivery_that_is_asked_for_too_late_leaves_no_trace() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.clock.advance(15 * 60_000);
    let body = delivery(&world, &order, &clearance(&world, &order));
    let answer = world.post(COURIER, "/v1/deliveries", COSE, body);
    assert_eq!(problem(&answer), "expired");
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
    assert_eq!(world.number(COURIER, "SELECT count(*) FROM outbox"), 0);
}

#[test]
fn t002_4_a_clearance_of_yesterday_does_not_make_the_courier_refuse_the_order_of_today() {
    let world = World::new();
    let mut holder = holder(&world);
    let yesterday = holder.usual_order(&world, &[("sencha-100", 1)]);
    let old = clearance(&world, &yesterday);
    world.run_for(2 * 3_600_000);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let answer = world.post(
        COURIER,
        "/v1/deliveries",
        COSE,
        delivery(&world, &order, &old),
    );
    assert_eq!(problem(&answer), "expired");
    let path = format!("/v1/answers/{}", order.root);
    assert_eq!(problem(&world.get(COURIER, &path)), "not-found");
    let body = delivery(&world, &order, &clearance(&world, &order));
    let answer = world.post(COURIER, "/v1/deliveries", COSE, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    open::<Acceptance>(answer.body(), &world.anchors, world.now(), Role::Courier).unwrap();
}

/// What the courier says to an issuer that asks about an order.
pub(super) fn asked(
    world: &World,
    issuer: &str,
    key: usize,
    order: &Order,
    expired_at: Timestamp,
) -> String {
    let inquiry = Inquiry {
        envelope: envelope(world, issuer, order),
        root: order.root,
        expired_at,
    };
    let inquiry = signed_as(world, issuer, key, &inquiry);
    let answer = world.post(COURIER, "/v1/inquiries", COSE, inquiry);
    let refusal = open::<Refusal>(answer.body(), &world.anchors, world.now(), Role::Courier);
    refusal.map_or_else(
        |_| problem(&answer),
        |said| said.message.reason.as_str().to_owned(),
    )
}

#[test]
fn what_the_courier_told_the_issuer_it_keeps_to_and_another_issuers_question_ends_nothing() {
    const OTHER_ISSUER_KEY: usize = 5;
    let world = World::with_a_choice();
    let mut holder = holder(&world);
    let first = holder.usual_order(&world, &[("sencha-100", 1)]);
    let second = holder.usual_order(&world, &[("sencha-100", 1)]);
    let (over, not_over) = (world.now(), world.now().plus_seconds(60));
    let by_issuer = |order, at| asked(&world, ISSUER, ISSUER_KEY, order, at);
    assert_eq!(by_issuer(&first, not_over), "wrong-clock");
    let by_shop = asked(&world, SHOP, SHOP_KEY, &first, over);
    assert_ne!(by_shop, "expired", "a shop is no issuer");
    let by_other = asked(&world, OTHER_ISSUER, OTHER_ISSUER_KEY, &first, over);
    assert_eq!(by_other, "expired");
    let deliver = |order| {
        let body = delivery(&world, order, &clearance(&world, order));
        world.post(COURIER, "/v1/deliveries", COSE, body)
    };
    assert!(
        deliver(&first).status().is_success(),
        "its own issuer never asked"
    );
    assert_eq!(by_issuer(&second, over), "expired");
    assert_eq!(by_issuer(&second, over), "expired");
    assert_eq!(problem(&deliver(&second)), "expired");
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        1
    );
}
