//! A courier whose orders are spread over several objects.

use http::{Method, Request, StatusCode};
use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::{Siblings as _, Tables as _};
use tallystick_protocol::checkout::answers::{Acceptance, MoneyState};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;

use super::commands::command_of;
use super::courier_alone::{ISSUER_KEY, asked, clearance, delivery, holder};
use super::holder::{COSE, Order};
use super::talk::{buy, courier_answer, issuer_answer};
use super::world::{COURIER, COURIER_SHARDS, World, problem, text};

const COUNT: &str = "SELECT count(*) FROM courier_deliveries";

/// How many deliveries the office has, and how many each of the shards.
fn deliveries(world: &World) -> (i64, Vec<i64>) {
    let shards = COURIER_SHARDS
        .iter()
        .filter(|name| world.machines.iter().any(|(own, _)| own == *name));
    let shards = shards.map(|name| world.number(name, COUNT)).collect();
    (world.number(COURIER, COUNT), shards)
}

/// What the courier says when it is asked to deliver.
fn delivered(world: &World, order: &Order) -> String {
    let body = delivery(world, order, &clearance(world, order));
    let answer = world.post(COURIER, "/v1/deliveries", COSE, body);
    let said = open::<Acceptance>(answer.body(), &world.anchors, world.now(), Role::Courier);
    said.map_or_else(|_| problem(&answer), |said| said.message.tracking)
}

#[test]
fn each_order_is_at_the_shard_of_its_root_and_nowhere_else() {
    let mut world = World::new();
    world.spread_courier(4);
    let mut holder = holder(&world);
    for _ in 0..6 {
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        buy(&world, &order);
        assert!(courier_answer(&world, &order).accepted);
        let money = issuer_answer(&world, &order).money;
        assert_eq!(money, Some(MoneyState::Captured));
        let home = COURIER_SHARDS[usize::from(order.root.0[0] % 4)];
        let sql = format!(
            "{COUNT} WHERE hex(root) = upper('{}') AND state = 'confirmed'",
            order.root
        );
        assert_eq!(world.number(home, &sql), 1, "{}", order.root);
    }
    let (office, shards) = deliveries(&world);
    assert_eq!(office, 0);
    assert_eq!(shards.iter().sum::<i64>(), 6);
}

#[test]
fn what_the_office_accepted_before_there_were_shards_is_not_accepted_again() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let before = delivered(&world, &order);
    world.spread_courier(4);
    assert_eq!(delivered(&world, &order), "replayed", "in other words");
    assert_eq!(deliveries(&world), (1, vec![0; 4]));
    let said = courier_answer(&world, &order).statement;
    let said = open::<Acceptance>(&said, &world.anchors, world.now(), Role::Courier);
    assert_eq!(said.unwrap().message.tracking, before);
    let reason = asked(
        &world,
        super::world::ISSUER,
        ISSUER_KEY,
        &order,
        world.now(),
    );
    assert_ne!(reason, "expired", "it said that it delivers");
    let new = holder.usual_order(&world, &[("sencha-100", 1)]);
    delivered(&world, &new);
    let (office, shards) = deliveries(&world);
    assert_eq!((office, shards.iter().sum::<i64>()), (1, 1));
}

#[test]
fn what_the_office_closed_before_there_were_shards_stays_closed() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let asked = |world: &World| asked(world, super::world::ISSUER, ISSUER_KEY, &order, world.now());
    assert_eq!(asked(&world), "expired");
    world.spread_courier(2);
    assert_eq!(delivered(&world, &order), "expired");
    assert_eq!(asked(&world), "expired");
    assert_eq!(deliveries(&world), (0, vec![0; 2]));
}

#[test]
fn an_office_hands_on_what_an_edge_sends_it_that_knows_of_no_shards_yet() {
    let mut world = World::new();
    world.spread_courier(4);
    let mut holder = holder(&world);
    let first = holder.usual_order(&world, &[("sencha-100", 1)]);
    delivered(&world, &first);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let body = delivery(&world, &order, &clearance(&world, &order));
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("https://{COURIER}/v1/deliveries"))
        .header("content-type", COSE);
    let answer = block_on(world.running(COURIER).serve(request.body(body).unwrap()));
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    let (office, shards) = deliveries(&world);
    assert_eq!((office, shards.iter().sum::<i64>()), (0, 2));
}

#[test]
fn a_shard_serves_while_its_office_is_gone() {
    let mut world = World::new();
    world.spread_courier(4);
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let before = delivered(&world, &order);
    world.machine(COURIER).database.fail_after(0);
    for name in COURIER_SHARDS {
        world.restart(name);
    }
    let said = courier_answer(&world, &order).statement;
    let said = open::<Acceptance>(&said, &world.anchors, world.now(), Role::Courier);
    assert_eq!(said.unwrap().message.tracking, before);
}

#[test]
fn what_a_shard_keeps_of_the_key_is_sealed() {
    let mut world = World::new();
    world.spread_courier(2);
    world.get(COURIER, "/v1/answers/00");
    world.run_for(1_000);
    let sealed = "SELECT count(*) FROM secrets WHERE name = 'rsa-key'";
    for name in &COURIER_SHARDS[..2] {
        assert_eq!(world.number(name, sealed), 1);
        let key = tallystick_protocol::test_keys::TEST_KEYS[4];
        let held = world.machine(name).database.bytes().unwrap();
        assert!(!tallystick_simulation::search::holds(
            &held,
            &key[key.len() - 64..]
        ));
    }
}

#[test]
fn nobody_outside_reaches_the_paths_between_siblings_and_no_object_answers_there_without_their_mac()
{
    let mut world = World::new();
    world.spread_courier(2);
    for path in [
        "/siblings/standing",
        "/siblings/shares",
        "/siblings/known/v1/deliveries",
        "//siblings/standing",
    ] {
        let answer = world.post(COURIER, path, "application/cbor", vec![2]);
        assert_eq!(problem(&answer), "not-found", "{path}");
        for mac in ["", "00", &"0".repeat(64)] {
            let request = Request::post(format!("https://{COURIER}{path}"))
                .header("content-type", "application/cbor")
                .header("x-sibling", mac);
            let shard = &world.machine(COURIER_SHARDS[0]).network;
            let office = tallystick_parties::office::place::Place::Office;
            let answer = block_on(shard.ask(office, request.body(vec![2]).unwrap())).unwrap();
            assert_eq!(problem(&answer), "not-found", "{path}");
        }
    }
}

#[test]
fn with_another_number_of_shards_a_courier_does_not_serve() {
    let mut world = World::new();
    world.spread_courier(2);
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    delivered(&world, &order);
    world.spread_courier(4);
    for path in ["/v1/ready", "/health"] {
        let answer = world.get(COURIER, path);
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            text(&answer).contains("SHARDS is not what it was"),
            "{path}"
        );
    }
    assert_eq!(
        courier_status(&world, &order),
        StatusCode::SERVICE_UNAVAILABLE
    );
}

fn courier_status(world: &World, order: &Order) -> StatusCode {
    let path = format!("/v1/answers/{}", order.root);
    world.get(COURIER, &path).status()
}

#[test]
fn an_operator_sees_a_shard_that_is_named() {
    let mut world = World::new();
    world.spread_courier(4);
    let mut holder = holder(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    delivered(&world, &order);
    let home = order.root.0[0] % 4;
    for shard in 0..4_u8 {
        let console = world.get_json(COURIER, &format!("/v1/console?shard=0{shard}"));
        assert_eq!(console["counters"]["orders"], u8::from(shard == home));
    }
}

#[test]
fn an_office_is_ready_when_its_shards_are_and_names_the_one_that_is_not() {
    let mut world = World::new();
    world.spread_courier(4);
    let ready = |world: &World| text(&world.get(COURIER, "/v1/ready"));
    assert_eq!(ready(&world), r#"{"ready":true,"reasons":[]}"#);
    world.machine(COURIER_SHARDS[2]).database.say_limit(100_000);
    assert!(
        ready(&world).contains("true"),
        "what was heard is said for a minute"
    );
    world.run_for(61_000);
    assert!(
        ready(&world).contains("shard-02: Its database takes"),
        "{}",
        ready(&world)
    );
    world.run_for(61_000);
    world.machine(COURIER_SHARDS[3]).database.fail_after(0);
    assert!(ready(&world).contains("shard-03: "), "{}", ready(&world));
}

#[test]
fn an_operator_has_what_is_stuck_tried_again_at_every_shard_at_once() {
    let mut world = World::new();
    world.spread_courier(4);
    for name in [COURIER, COURIER_SHARDS[1], COURIER_SHARDS[3]] {
        let stuck = "INSERT INTO due (kind, reference, at_ms, since_ms, stuck_at_ms) VALUES ('x', 'y', 1, 1, 1)";
        world.machine(name).database.run(stuck, &[]).unwrap();
    }
    let answer = command_of(&world, COURIER, "retry", &[], "1", world.now());
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    for name in [COURIER, COURIER_SHARDS[1], COURIER_SHARDS[3]] {
        let stuck = "SELECT count(*) FROM due WHERE stuck_at_ms IS NOT NULL";
        assert_eq!(world.number(name, stuck), 0, "{name}");
    }
}

/// As many more deliveries at every shard, copies of one that was accepted.
fn stored(world: &World, each: u32) {
    let shards = &COURIER_SHARDS[..];
    let of = |name: &&&str| world.number(name, COUNT) > 0;
    let sample = shards.iter().find(of).unwrap();
    let columns = "root, order_id, part, shop, issuer, parcels, received_at, state";
    let all = format!("SELECT {columns} FROM courier_deliveries LIMIT 1");
    let row = world.machine(sample).database.run(&all, &[]).unwrap();
    for (place, name) in shards.iter().enumerate() {
        for number in 0..each {
            let mut values = row[0].0.clone();
            let mut bytes = [0; 32];
            bytes[0] = u8::try_from(place).unwrap();
            bytes[1..5].copy_from_slice(&number.to_be_bytes());
            values[0] = bytes.into();
            values[1] = bytes.into();
            values[6] = (1_700_000_000 + u64::from(number % 7)).into();
            let sql = format!(
                "INSERT INTO courier_deliveries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            );
            world.machine(name).database.run(&sql, &values).unwrap();
        }
    }
}

#[test]
fn a_console_shows_the_orders_of_all_shards_newest_first_and_pages_through_them() {
    let mut world = World::new();
    world.spread_courier(4);
    let mut holder = holder(&world);
    for _ in 0..3 {
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        delivered(&world, &order);
    }
    stored(&world, 20);
    let mut seen: Vec<(u64, String)> = Vec::new();
    let mut path = "/v1/console".to_owned();
    loop {
        let page = world.get_json(COURIER, &path);
        assert_eq!(page["counters"]["orders"], 83);
        let lines = page["lines"].as_array().unwrap();
        let key = |line: &serde_json::Value| {
            (
                line["received_at"].as_u64().unwrap(),
                line["order_id"].as_str().unwrap().to_owned(),
            )
        };
        seen.extend(lines.iter().map(key));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/console?before={next}"),
            None => break,
        }
        assert_eq!(lines.len(), 25);
    }
    assert_eq!(seen.len(), 83);
    assert!(
        seen.is_sorted_by(|one, next| one > next),
        "newest first, each once"
    );
}

#[test]
fn an_order_of_any_shard_has_its_page_and_its_line_in_the_file() {
    let mut world = World::new();
    world.spread_courier(4);
    let mut holder = holder(&world);
    let orders: Vec<_> = (0..3)
        .map(|_| holder.usual_order(&world, &[("sencha-100", 1)]))
        .collect();
    for order in &orders {
        delivered(&world, order);
    }
    let file = text(&world.get(COURIER, "/v1/console/orders.csv"));
    assert_eq!(file.lines().count(), 1 + orders.len());
    for order in &orders {
        let path = format!("/v1/console/orders/{}", order.id);
        let page = world.get_json(COURIER, &path);
        assert_eq!(page["order"]["root"], order.root.to_string());
        assert!(file.contains(&order.id.to_string()));
    }
    let nowhere = world.get(COURIER, &format!("/v1/console/orders/{}", "ab".repeat(32)));
    assert_eq!(problem(&nowhere), "not-found");
}
