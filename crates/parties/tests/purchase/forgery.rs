//! A shop, or somebody in its name, that cheats towards issuer and courier.

use tallystick_protocol::checkout::answers::{
    Acceptance, AuthorisationAnswer, AuthorisationRequest, Clearance, DeliveryRequest, Refusal,
    RefusalReason, ShopState,
};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::{Audience, Envelope, SignedMessage, open};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};

use super::holder::{COSE, Holder, Order};
use super::talk::{buy, form};
use super::world::{COURIER, ISSUER, OTHER_SHOP, SHOP, World, domain, problem, text};

/// Numbers of the test keys that the parties were started with.
pub const SHOP_KEY: usize = 2;
pub const COURIER_KEY: usize = 4;
pub const OTHER_SHOP_KEY: usize = 5;

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

/// A statement with a party's own key, as if its operator had gone astray.
pub fn signed_as<M: SignedMessage>(world: &World, party: &str, key: usize, message: &M) -> Vec<u8> {
    let identity = world.get_json(party, "/v1/identity");
    let der = data_encoding::BASE64
        .decode(identity["certificate"].as_str().unwrap().as_bytes())
        .unwrap();
    test_statement(message, &Certificate::from_der(&der).unwrap(), key)
}

fn envelope(world: &World, from: &str, to: &str, order: &Order) -> Envelope {
    Envelope::new(
        domain(from),
        Audience::Party(domain(to)),
        order.id.0,
        world.now(),
        600,
    )
}

fn request(world: &World, from: &str, order: &Order, minor: u64) -> AuthorisationRequest {
    AuthorisationRequest {
        envelope: envelope(world, from, ISSUER, order),
        amount: Money::new(minor, Currency::Jpy),
        part: order.split.part(Role::Issuer).unwrap().clone(),
        settlement: None,
    }
}

#[test]
fn an_amount_that_the_shop_altered_towards_the_issuer_is_refused() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let greedy = request(&world, SHOP, &order, 20_000);
    let body = signed_as(&world, SHOP, SHOP_KEY, &greedy);
    let answer = world.post(ISSUER, "/v1/authorisations", COSE, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let refusal =
        open::<Refusal>(answer.body(), &world.anchors, world.now(), Role::Issuer).unwrap();
    assert_eq!(refusal.message.reason, RefusalReason::AmountMismatch);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    // And the root is spent: asking again with the right amount is another request.
    let right = request(&world, SHOP, &order, 2000);
    let body = signed_as(&world, SHOP, SHOP_KEY, &right);
    assert_eq!(
        problem(&world.post(ISSUER, "/v1/authorisations", COSE, body)),
        "replayed"
    );
}

#[test]
fn another_shop_cannot_cash_in_an_order() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let theft = request(&world, OTHER_SHOP, &order, 2000);
    let body = signed_as(&world, OTHER_SHOP, OTHER_SHOP_KEY, &theft);
    assert_eq!(
        problem(&world.post(ISSUER, "/v1/authorisations", COSE, body)),
        "wrong-sender"
    );
    assert_eq!(
        world.number(ISSUER, "SELECT count(*) FROM issuer_reservations"),
        0
    );
    assert_eq!(
        buy(&world, &order).state,
        ShopState::Accepted,
        "and the order is as it was"
    );
}

#[test]
fn the_issuer_sets_nothing_aside_for_longer_than_an_order_may_live() {
    let world = World::new();
    let mut holder = holder(&world);
    let form = form(&world, &[("sencha-100", 1)]);
    let mut wish = holder.wish();
    wish.lifetime = 3600;
    let order = holder.order(&world, &form, &wish);
    let body = signed_as(&world, SHOP, SHOP_KEY, &request(&world, SHOP, &order, 2000));
    let answer = world.post(ISSUER, "/v1/authorisations", COSE, body);
    let refusal =
        open::<Refusal>(answer.body(), &world.anchors, world.now(), Role::Issuer).unwrap();
    assert_eq!(refusal.message.reason, RefusalReason::Declined);
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn a_courier_part_of_another_order_is_not_delivered() {
    let world = World::new();
    let mut holder = holder(&world);
    let one = holder.usual_order(&world, &[("sencha-100", 1)]);
    let two = holder.usual_order(&world, &[("matcha-30", 1)]);
    let clearance = clearance_for(&world, &one, 2000);
    let request = DeliveryRequest {
        envelope: envelope(&world, SHOP, COURIER, &two),
        part: two.split.part(Role::Courier).unwrap().clone(),
        clearance,
        parcels: 1,
    };
    let body = signed_as(&world, SHOP, SHOP_KEY, &request);
    assert_eq!(
        problem(&world.post(COURIER, "/v1/deliveries", COSE, body)),
        "wrong-transaction"
    );
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
}

/// Has the issuer authorise an order by a request of the shop's own, and takes the clearance.
fn clearance_for(world: &World, order: &Order, minor: u64) -> Vec<u8> {
    let body = signed_as(world, SHOP, SHOP_KEY, &request(world, SHOP, order, minor));
    let answer = world.post(ISSUER, "/v1/authorisations", COSE, body);
    let answer: AuthorisationAnswer = decode(answer.body()).unwrap();
    answer.clearance.unwrap()
}

#[test]
fn t002_3_without_the_issuers_clearance_the_courier_does_nothing() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let own_making = Clearance {
        envelope: envelope(&world, SHOP, COURIER, &order),
        root: order.root,
        payee: domain(SHOP),
        courier: domain(COURIER),
        binds_until: None,
        handle: None,
    };
    for clearance in [Vec::new(), signed_as(&world, SHOP, SHOP_KEY, &own_making)] {
        let request = DeliveryRequest {
            envelope: envelope(&world, SHOP, COURIER, &order),
            part: order.split.part(Role::Courier).unwrap().clone(),
            clearance,
            parcels: 1,
        };
        let body = signed_as(&world, SHOP, SHOP_KEY, &request);
        let answer = world.post(COURIER, "/v1/deliveries", COSE, body);
        assert!(answer.status().is_client_error(), "{}", text(&answer));
    }
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
}

#[test]
fn t002_4_without_the_shops_instruction_the_courier_does_nothing() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let clearance = clearance_for(&world, &order, 2000);
    let request = DeliveryRequest {
        envelope: envelope(&world, OTHER_SHOP, COURIER, &order),
        part: order.split.part(Role::Courier).unwrap().clone(),
        clearance,
        parcels: 1,
    };
    let body = signed_as(&world, OTHER_SHOP, OTHER_SHOP_KEY, &request);
    assert_eq!(
        problem(&world.post(COURIER, "/v1/deliveries", COSE, body)),
        "wrong-sender"
    );
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
}

#[test]
fn t002_3_a_clearance_is_used_once() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let clearance = clearance_for(&world, &order, 2000);
    let request = |parcels| DeliveryRequest {
        envelope: envelope(&world, SHOP, COURIER, &order),
        part: order.split.part(Role::Courier).unwrap().clone(),
        clearance: clearance.clone(),
        parcels,
    };
    let body = signed_as(&world, SHOP, SHOP_KEY, &request(1));
    let first = world.post(COURIER, "/v1/deliveries", COSE, body.clone());
    let again = world.post(COURIER, "/v1/deliveries", COSE, body);
    assert!(first.status().is_success() && first.body() == again.body());
    let other = signed_as(&world, SHOP, SHOP_KEY, &request(2));
    assert_eq!(
        problem(&world.post(COURIER, "/v1/deliveries", COSE, other)),
        "replayed"
    );
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        1
    );
}

#[test]
fn a_capture_or_release_by_somebody_else_than_the_orders_courier_does_nothing() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    clearance_for(&world, &order, 2000);
    let refusal = Refusal {
        envelope: Envelope::new(
            domain(OTHER_SHOP),
            Audience::Anyone,
            order.id.0,
            world.now(),
            600,
        ),
        root: order.root,
        by: Role::Shop,
        reason: RefusalReason::Expired,
        handle: None,
    };
    let body = signed_as(&world, OTHER_SHOP, OTHER_SHOP_KEY, &refusal);
    assert_eq!(
        problem(&world.post(ISSUER, "/v1/releases", COSE, body.clone())),
        "wrong-sender"
    );
    assert!(
        world
            .post(ISSUER, "/v1/captures", COSE, body)
            .status()
            .is_client_error()
    );
    assert_eq!(world.balance("holder 1 reserved"), 2000);
}

#[test]
fn an_acceptance_that_names_another_order_captures_nothing() {
    let world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let other = holder.usual_order(&world, &[("sencha-100", 1)]);
    clearance_for(&world, &order, 2000);
    let acceptance = Acceptance {
        envelope: Envelope::new(
            domain(COURIER),
            Audience::Anyone,
            other.id.0,
            world.now(),
            600,
        ),
        root: order.root,
        shop: domain(SHOP),
        issuer: domain(ISSUER),
        tracking: "X".to_owned(),
        handle: None,
    };
    let body = signed_as(&world, COURIER, COURIER_KEY, &acceptance);
    let answer = world.post(ISSUER, "/v1/captures", COSE, body);
    assert_eq!(problem(&answer), "wrong-transaction");
    assert_eq!(world.balance("holder 1 reserved"), 2000);
}
