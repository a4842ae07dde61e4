//! A courier whose memory is brought back to an earlier moment: frozen in a new generation until its shops have told what
//! it signed, and from then on it says the same as before.

use http::Response;
use serde_json::{Value as Json, json};
use tallystick_parties::Party as _;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::{Inquiry, MoneyState, ShopState};
use tallystick_protocol::checkout::recollection::RecollectionRequest;
use tallystick_protocol::checkout::tracking::TrackingReport;
use tallystick_protocol::trust::statement::{Audience, Envelope, unverified};
use tallystick_protocol::wire::time::Timestamp;

use super::commands::command;
use super::courier_alone::{ISSUER_KEY, SHOP_KEY, clearance, delivery, envelope, signed_as};
use super::holder::{COSE, Holder, Order};
use super::talk::{buy, courier_answer, issuer_answer, send_order, state};
use super::world::{CA, COURIER, ISSUER, SHOP, World, domain, problem, text};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const COURIER_KEY: usize = 4;

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

fn bought(world: &World, holder: &mut Holder) -> Order {
    let order = holder.usual_order(world, &[("sencha-100", 1)]);
    assert_eq!(buy(world, &order).state, ShopState::Accepted);
    order
}

/// Everything that a courier stored.
fn memory(world: &World) -> Vec<u8> {
    world.machine(COURIER).database.bytes().unwrap()
}

fn restore(world: &World, moment: Timestamp, id: &str) -> Response<Vec<u8>> {
    command(
        world,
        COURIER,
        "restore",
        &[("moment", moment.0.to_string())],
        id,
    )
}

/// What keeps the courier from being ready, by their codes.
pub fn reasons(world: &World, party: &str) -> Vec<String> {
    let answer = world.get(party, "/v1/ready");
    let ready: Json = serde_json::from_slice(answer.body()).unwrap();
    let reasons = ready["reasons"].as_array().unwrap();
    let codes = reasons
        .iter()
        .map(|one| one["code"].as_str().unwrap().to_owned());
    codes.collect()
}

/// Its operator has the courier brought back to a moment, as the platform does it: what was stored then is here again.
fn brought_back(world: &mut World, moment: Timestamp, bytes: &[u8]) {
    world.enter_generation(COURIER, 2);
    world.run_for(10_000);
    assert_eq!(reasons(world, COURIER), [""; 0]);
    let answer = restore(world, moment, "back");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(world.running(COURIER).goes_back_to(), Some(moment));
    assert_eq!(world.running(COURIER).goes_back_to(), None);
    world.bring_back(COURIER, bytes);
}

#[test]
fn what_a_courier_said_in_the_hour_that_it_forgot_it_says_again_byte_for_byte() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let before = bought(&world, &mut holder);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
    world.run_for(10 * MINUTE_MS);
    let forgotten = bought(&world, &mut holder);
    let told = [("order", forgotten.id.to_string())];
    let moved = command(&world, COURIER, "parcel-handed-over", &told, "moved");
    assert_eq!(moved.status(), 200, "{}", text(&moved));
    let tracking = format!("{}/tracking", forgotten.path());
    world.get(SHOP, &tracking);
    world.run_for(11_000);
    let way = world.get(SHOP, &tracking).into_body();
    let report = unverified::<TrackingReport>(&way).unwrap();
    assert_eq!(report.moves.len(), 2);
    let said = [&before, &forgotten].map(|order| courier_answer(&world, order).statement);
    world.run_for(50 * MINUTE_MS);
    let charged = world.balance(&format!("payable to {SHOP}"));

    brought_back(&mut world, moment, &bytes);
    assert_eq!(reasons(&world, COURIER), ["recollecting"]);
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        1
    );
    world.run_for(30_000);
    assert_eq!(reasons(&world, COURIER), [""; 0]);
    let again = [&before, &forgotten].map(|order| courier_answer(&world, order).statement);
    assert_eq!(again, said);
    world.get(SHOP, &tracking);
    world.run_for(11_000);
    assert_eq!(world.get(SHOP, &tracking).into_body(), way);
    let confirmed = "SELECT count(*) FROM courier_deliveries WHERE state = 'confirmed'";
    assert_eq!(world.number(COURIER, confirmed), 2);
    assert_eq!(
        issuer_answer(&world, &forgotten).money,
        Some(MoneyState::Captured)
    );
    assert_eq!(world.balance(&format!("payable to {SHOP}")), charged);
    let after = bought(&world, &mut holder);
    assert_eq!(
        issuer_answer(&world, &after).money,
        Some(MoneyState::Captured)
    );
}

#[test]
fn a_refusal_that_was_forgotten_is_said_again_byte_for_byte() {
    let mut world = World::new();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
    world.run_for(MINUTE_MS);
    let form = super::talk::form(&world, &[("sencha-100", 1)]);
    let mut wish = holder.wish();
    wish.destination.address = "Okinotorishima 1, Ogasawara, Tokyo".to_owned();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    let said = courier_answer(&world, &order).statement;
    brought_back(&mut world, moment, &bytes);
    world.run_for(30_000);
    assert_eq!(courier_answer(&world, &order).statement, said);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
}

#[test]
fn a_courier_goes_back_only_to_before_its_generation_so_that_it_starts_frozen() {
    let mut world = World::new();
    bought(&world, &mut holder(&world));
    world.run_for(HOUR_MS);
    let an_hour_ago = world.now().minus_seconds(3_000);
    assert_eq!(problem(&restore(&world, an_hour_ago, "same")), "conflict");
    world.enter_generation(COURIER, 2);
    world.run_for(10_000);
    let ahead = world.now().plus_seconds(10);
    let long_ago = world.now().minus_seconds(31 * 86_400);
    for (moment, id) in [
        (ahead, "ahead"),
        (long_ago, "long"),
        (world.now().minus_seconds(5), "now"),
    ] {
        assert_eq!(problem(&restore(&world, moment, id)), "conflict", "{id}");
    }
    let told = [("moment", "yesterday".to_owned())];
    assert_eq!(
        problem(&command(&world, COURIER, "restore", &told, "text")),
        "malformed"
    );
    assert_eq!(world.running(COURIER).goes_back_to(), None);
    assert_eq!(restore(&world, an_hour_ago, "next").status(), 200);
    assert_eq!(world.running(COURIER).goes_back_to(), Some(an_hour_ago));
}

#[test]
fn until_its_shops_have_told_a_courier_decides_nothing() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let known = bought(&world, &mut holder);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
    world.run_for(MINUTE_MS);
    let forgotten = bought(&world, &mut holder);
    world.enter_generation(COURIER, 2);
    world.run_for(10_000);
    assert_eq!(restore(&world, moment, "back").status(), 200);
    let new = holder.usual_order(&world, &[("sencha-100", 1)]);
    let request = delivery(&world, &new, &clearance(&world, &new));
    world.hub.cut(SHOP, true);
    world.bring_back(COURIER, &bytes);
    world.run_for(HOUR_MS);
    assert_eq!(reasons(&world, COURIER), ["recollecting"]);
    for order in [&known, &forgotten] {
        let answer = world.get(COURIER, &format!("/v1/answers/{}", order.root));
        assert_eq!(problem(&answer), "starting");
    }
    let delivers = |world: &World| world.post(COURIER, "/v1/deliveries", COSE, request.clone());
    assert_eq!(problem(&delivers(&world)), "starting");
    let told = [("order", known.id.to_string())];
    let moved = command(&world, COURIER, "parcel-handed-over", &told, "moved");
    assert_eq!(problem(&moved), "starting");

    // Its operator waits no longer. For that shop nothing is decided until it has told.
    let party = [("party", SHOP.to_owned())];
    assert_eq!(
        command(&world, COURIER, "leave-out", &party, "out").status(),
        200
    );
    assert_eq!(reasons(&world, COURIER), ["recollection-left-out"]);
    assert!(
        world
            .get(COURIER, &format!("/v1/answers/{}", known.root))
            .status()
            .is_success()
    );
    assert_eq!(problem(&delivers(&world)), "starting");
    world.hub.cut(SHOP, false);
    world.run_for(20 * MINUTE_MS);
    assert_eq!(reasons(&world, COURIER), [""; 0]);
    assert_eq!(state(&world, &forgotten), ShopState::Accepted);
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        2
    );
}

#[test]
fn a_shop_that_was_forgotten_altogether_is_asked_before_anything_is_decided_for_it() {
    let mut world = World::new();
    let mut holder = holder(&world);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
    world.run_for(MINUTE_MS);
    let forgotten = bought(&world, &mut holder);
    let said = courier_answer(&world, &forgotten).statement;
    brought_back(&mut world, moment, &bytes);
    world.run_for(10_000);
    assert_eq!(reasons(&world, COURIER), [""; 0]);
    let answer = world.get(COURIER, &format!("/v1/answers/{}", forgotten.root));
    assert_eq!(problem(&answer), "starting");
    let after = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert!(send_order(&world, &after).status().is_success());
    world.run_for(MINUTE_MS);
    assert_eq!(state(&world, &after), ShopState::Accepted);
    assert_eq!(courier_answer(&world, &forgotten).statement, said);
}

#[test]
fn a_courier_closes_no_order_that_it_may_have_accepted_and_forgotten() {
    let mut world = World::new();
    let mut holder = holder(&world);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
    world.run_for(MINUTE_MS);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.run_for(20 * MINUTE_MS);
    brought_back(&mut world, moment, &bytes);
    world.run_for(10_000);
    let asks = |world: &World, expired_at| {
        let inquiry = Inquiry {
            envelope: envelope(world, ISSUER, &order),
            root: order.root,
            expired_at,
        };
        let signed = signed_as(world, ISSUER, ISSUER_KEY, &inquiry);
        world.post(COURIER, "/v1/inquiries", COSE, signed)
    };
    let answer = asks(&world, world.now().minus_seconds(300));
    assert_eq!(problem(&answer), "starting");
    world.run_for(HOUR_MS);
    let answer = asks(&world, world.now().minus_seconds(300));
    assert!(answer.status().is_success(), "{}", text(&answer));
}

#[test]
fn what_cannot_be_taken_over_is_named_and_stays_frozen_alone() {
    let mut world = World::new();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
    world.run_for(MINUTE_MS);
    let lost = bought(&world, &mut holder);
    let found = bought(&world, &mut holder);
    let drop = format!(
        "DELETE FROM shop_papers WHERE kind = 'received' AND hex(order_id) = upper('{}')",
        lost.id
    );
    world.machine(SHOP).database.run(&drop, &[]).unwrap();
    brought_back(&mut world, moment, &bytes);
    world.run_for(30_000);
    assert_eq!(reasons(&world, COURIER), ["recollection-doubts"]);
    let answer = world.get(COURIER, &format!("/v1/answers/{}", lost.root));
    assert_eq!(problem(&answer), "starting");
    let request = delivery(&world, &lost, &clearance(&world, &lost));
    let answer = world.post(COURIER, "/v1/deliveries", COSE, request);
    assert_eq!(problem(&answer), "starting");
    assert!(
        world
            .get(COURIER, &format!("/v1/answers/{}", found.root))
            .status()
            .is_success()
    );
    let tables = world.get_json(COURIER, "/v1/console")["tables"].clone();
    let doubts = tables
        .as_array()
        .unwrap()
        .iter()
        .find(|table| table["name"] == "doubts");
    assert!(doubts.unwrap().to_string().contains(&lost.root.to_string()));
}

#[test]
fn a_party_whose_generation_is_past_or_that_cannot_ask_decides_nothing() {
    let mut world = World::new();
    let order = bought(&world, &mut holder(&world));
    world.enter_generation(COURIER, 2);
    world.run_for(10_000);
    world.enter_generation(COURIER, 1);
    assert_eq!(reasons(&world, COURIER), ["generation-past"]);
    let answer = world.get(COURIER, &format!("/v1/answers/{}", order.root));
    assert_eq!(problem(&answer), "starting");
    world.enter_generation(CA, 2);
    assert_eq!(reasons(&world, CA), ["generation-unknown"]);
    let told = [("moment", "1".to_owned())];
    let answer = command(&world, CA, "restore", &told, "one");
    assert_eq!(problem(&answer), "malformed");
    world.enter_generation(CA, 1);
    assert_eq!(reasons(&world, CA), [""; 0]);
}

#[test]
fn a_shop_tells_a_certified_courier_alone_and_what_that_signed_alone() {
    let world = World::new();
    bought(&world, &mut holder(&world));
    let asks = |from: &str, key, to: &str, after: Option<Vec<u8>>| {
        let envelope = Envelope::new(
            domain(from),
            Audience::Party(domain(to)),
            [7; 32],
            world.now(),
            600,
        );
        let question = RecollectionRequest {
            envelope,
            generation: 2,
            since: Timestamp(0),
            after,
        };
        let signed = signed_as(&world, from, key, &question);
        world.post(SHOP, "/v1/recollections", COSE, signed)
    };
    assert!(asks(COURIER, COURIER_KEY, SHOP, None).status().is_success());
    assert_eq!(
        problem(&asks(COURIER, COURIER_KEY, ISSUER, None)),
        "wrong-recipient"
    );
    for mark in [vec![1; 3], vec![1; 65]] {
        assert_eq!(
            problem(&asks(COURIER, COURIER_KEY, SHOP, Some(mark))),
            "malformed"
        );
    }
    assert_eq!(asks(SHOP, SHOP_KEY, SHOP, None).status(), 403);
    assert_eq!(json!(world.requests(SHOP, "/v1/recollections")), json!(5));
}

#[test]
fn a_shop_of_several_objects_tells_what_each_of_them_holds() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
    world.run_for(MINUTE_MS);
    let forgotten: Vec<_> = (0..6).map(|_| bought(&world, &mut holder)).collect();
    let said = |world: &World| -> Vec<_> {
        let orders = forgotten.iter();
        orders
            .map(|order| courier_answer(world, order).statement)
            .collect()
    };
    let before = said(&world);
    brought_back(&mut world, moment, &bytes);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, COURIER), [""; 0]);
    assert_eq!(said(&world), before);
}

#[test]
fn more_orders_than_a_page_has_are_told_page_by_page() {
    let mut world = World::new();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    world.run_for(1_000);
    let (moment, bytes) = (world.now(), memory(&world));
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
    brought_back(&mut world, moment, &bytes);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world, COURIER), [""; 0]);
    assert!(world.requests(SHOP, "/v1/recollections") >= 3);
    let all = "SELECT count(*) FROM courier_deliveries WHERE state = 'confirmed'";
    assert_eq!(world.number(COURIER, all), forgotten + 1);
}
