//! What the merchant's own server is told: signed so that it can be verified by the published key alone, stored with what
//! happened, sent until it is taken or three days are over.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::Request;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_simulation::cast::SERVER;

use super::holder::{Holder, Order};
use super::merchant::{MINUTE, ask_with, get_json, post, world};
use super::talk::{buy, send_order};
use super::world::{Between, COURIER, SHOP, World, problem, text};

const DAY: u64 = 24 * 60 * MINUTE;

fn order(world: &World) -> Order {
    let mut holder = Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678");
    holder.usual_order(world, &[("sencha-100", 1)])
}

/// The shop's key for webhooks, as anybody fetches it.
fn key(world: &World) -> (String, VerifyingKey) {
    let answer = ask_with(world, ("GET", "/webhook-keys"), &[], None);
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let set: Json = serde_json::from_slice(answer.body()).unwrap();
    let jwk = &set["keys"][0];
    assert_eq!(
        (&jwk["kty"], &jwk["crv"], &jwk["alg"]),
        (&"EC".into(), &"P-256".into(), &"ES256".into())
    );
    let coordinate = |name: &str| {
        let text = jwk[name].as_str().unwrap();
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    };
    // The compressed point (SEC 1 §2.3.3).
    let (x, y) = (coordinate("x"), coordinate("y"));
    let sign = 2 + (y[31] & 1);
    let point = [&[sign][..], &x].concat();
    (
        jwk["kid"].as_str().unwrap().to_owned(),
        VerifyingKey::from_short(&point).unwrap(),
    )
}

fn header<'a>(message: &'a Request<Vec<u8>>, name: &str) -> &'a str {
    message.headers()[name].to_str().unwrap()
}

/// Verifies a message as RFC 9421 and RFC 9530 say, by what stands in it and the published key.
fn verified(message: &Request<Vec<u8>>, (kid, key): &(String, VerifyingKey)) -> bool {
    let digest = format!(
        "sha-256=:{}:",
        BASE64.encode(&Sha256::digest(message.body()))
    );
    let parameters = header(message, "signature-input")
        .strip_prefix("tallystick=")
        .unwrap();
    assert!(
        parameters.contains(&format!(";keyid=\"{kid}\"")),
        "{parameters}"
    );
    assert!(parameters.ends_with(";alg=\"ecdsa-p256-sha256\";tag=\"tallystick-webhook\""));
    let covered = "(\"@method\" \"@target-uri\" \"content-digest\" \"content-type\");created=";
    assert!(parameters.starts_with(covered), "{parameters}");
    let base = format!(
        "\"@method\": {}\n\"@target-uri\": {}\n\"content-digest\": {}\n\"content-type\": {}\n\"@signature-params\": {parameters}",
        message.method(),
        message.uri(),
        header(message, "content-digest"),
        header(message, "content-type"),
    );
    let signature = header(message, "signature")
        .strip_prefix("tallystick=:")
        .unwrap();
    let signature = BASE64
        .decode(signature.strip_suffix(':').unwrap().as_bytes())
        .unwrap();
    digest == header(message, "content-digest") && key.verify(base.as_bytes(), &signature).is_ok()
}

#[test]
fn each_move_is_told_signed_with_the_published_key_and_says_no_goods_and_no_address() {
    let (world, server) = world();
    let order = order(&world);
    buy(&world, &order);
    world.run_for(MINUTE);
    let key = key(&world);
    let told = server.told();
    assert_eq!(server.types(), ["order.received", "order.accepted"]);
    for message in &told {
        assert!(verified(message, &key));
        assert_eq!(
            message.uri().to_string(),
            format!("https://{SERVER}/webhook")
        );
        assert!(!message.headers().contains_key("authorization"));
    }
    let body: Json = serde_json::from_slice(told[1].body()).unwrap();
    let mut names: Vec<_> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "created_at",
            "id",
            "order",
            "order_reference",
            "state",
            "type"
        ]
    );
    assert_eq!(body["order"], order.id.to_string());
    assert_eq!(
        body["order_reference"],
        order.path().rsplit('/').next().unwrap()
    );
    assert_eq!(body["state"], "accepted");
    // Whatever is changed of it on the way is found.
    let mut changed = told[1].clone();
    changed.body_mut().push(b' ');
    assert!(!verified(&changed, &key));
    let mut elsewhere = told[1].clone();
    *elsewhere.uri_mut() = format!("https://{SERVER}/other").parse().unwrap();
    assert!(!verified(&elsewhere, &key));
    let mut later = told[1].clone();
    let input = header(&later, "signature-input").replace("created=1", "created=2");
    later
        .headers_mut()
        .insert("signature-input", input.parse().unwrap());
    assert!(!verified(&later, &key));
}

#[test]
fn an_event_is_sent_again_until_it_is_taken_and_the_log_says_so() {
    let (world, server) = world();
    server.status.set(500);
    let order = order(&world);
    buy(&world, &order);
    world.run_for(MINUTE);
    let tries = server.told().len();
    assert!((8..30).contains(&tries), "{tries}");
    let log = get_json(&world, "/events");
    for event in log["events"].as_array().unwrap() {
        assert_eq!(
            (&event["state"], &event["last_status"]),
            (&"waiting".into(), &500.into())
        );
        assert!(event["next_at"].is_string() && event["last_at"].is_string());
    }
    let ids: std::collections::BTreeSet<_> = server
        .told()
        .iter()
        .map(|one| serde_json::from_slice::<Json>(one.body()).unwrap()["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 2, "the same number each time");
    // A redirect is not followed, and not taken for success.
    server.status.set(302);
    world.run_for(30 * MINUTE);
    server.status.set(200);
    world.run_for(30 * MINUTE);
    let log = get_json(&world, "/events?limit=1");
    assert_eq!(log["events"][0]["type"], "order.accepted");
    assert_eq!(log["events"][0]["state"], "delivered");
    assert!(log["events"][0].get("next_at").is_none());
    let before = log["next"].as_str().unwrap();
    let older = get_json(&world, &format!("/events?before={before}"));
    assert_eq!(older["events"][0]["type"], "order.received");
    assert!(older.get("next").is_none());
    let sent = server.told().len();
    world.run_for(DAY);
    assert_eq!(
        server.told().len(),
        sent,
        "what was taken is not sent again"
    );
}

#[test]
fn an_event_that_nobody_takes_for_three_days_is_given_up_and_sent_again_when_asked() {
    let (world, server) = world();
    let order = order(&world);
    world.hub.cut(SERVER, true);
    buy(&world, &order);
    world.run_for(4 * DAY);
    let log = get_json(&world, "/events");
    let events = log["events"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(event["state"], "given-up");
        assert!(event["tries"].as_u64().unwrap() > 20, "{event}");
        assert!(event.get("last_status").is_none() && event.get("next_at").is_none());
    }
    let log = world.machine(SHOP).log.lines();
    assert!(
        log.iter()
            .any(|line| line.contains("webhook") && line.contains("given-up"))
    );
    let console = world.get_json(SHOP, "/v1/console");
    assert_eq!(console["counters"]["webhooks_given_up"], 2);
    assert_eq!(console["counters"]["webhooks_waiting"], 0);
    let mut tables = console["tables"].as_array().unwrap().iter();
    let shown = tables.find(|table| table["name"] == "webhooks").unwrap();
    assert_eq!(shown["rows"].as_array().unwrap().len(), 2);
    assert_eq!(shown["rows"][0][3]["word"], "webhook-given-up");
    let metrics = text(&world.get(SHOP, "/v1/metrics"));
    assert!(
        metrics.contains("tallystick_kept{what=\"webhooks_given_up\"} 2"),
        "{metrics}"
    );
    world.hub.cut(SERVER, false);
    world.run_for(DAY);
    assert_eq!(server.types(), [""; 0], "given up is given up");
    let id = events[0]["id"].as_str().unwrap();
    let again = post(&world, &format!("/events/{id}/again"), "x", None);
    assert_eq!(again.status(), 202, "{}", text(&again));
    world.run_for(MINUTE);
    assert_eq!(server.types(), ["order.accepted"]);
    assert_eq!(
        get_json(&world, "/events")["events"][0]["state"],
        "delivered"
    );
    let unknown = post(
        &world,
        "/events/019ad0c5-1234-7000-8000-000000000000/again",
        "x",
        None,
    );
    assert_eq!(problem(&unknown), "not-found");
}

#[test]
fn wherever_the_power_fails_an_event_is_told_and_under_one_number() {
    let (mut world, server) = world();
    let order = order(&world);
    world.hub.cut(SERVER, true);
    buy(&world, &order);
    world.hub.cut(SERVER, false);
    let tables = world.machine(SHOP).database.clone();
    // The two events that wait: each write of sending them fails once.
    for writes in 0..12 {
        tables.fail_after(writes);
        world.run_for(2 * MINUTE);
        tables.mend();
        world.restart(SHOP);
    }
    world.run_for(30 * MINUTE);
    let log = get_json(&world, "/events");
    for event in log["events"].as_array().unwrap() {
        assert_eq!(event["state"], "delivered", "{event}");
    }
    let mut told = server.types();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, ["order.accepted", "order.received"]);
    let due = tables.run("SELECT count(*) FROM due WHERE kind = 'webhook'", &[]);
    assert_eq!(due.unwrap()[0].integer(0).unwrap(), 0);
}

#[test]
fn an_event_is_stored_with_what_happened_or_neither_is() {
    let (world, server) = world();
    let order = order(&world);
    let tables = world.machine(SHOP).database.clone();
    let count = |sql: &str| tables.run(sql, &[]).unwrap()[0].integer(0).unwrap();
    for writes in 0..30 {
        tables.fail_after(writes);
        let answer = send_order(&world, &order);
        tables.mend();
        let stored = count("SELECT count(*) FROM shop_orders");
        assert_eq!(
            stored,
            count("SELECT count(*) FROM shop_events"),
            "{writes}"
        );
        if answer.status().is_success() {
            break;
        }
    }
    assert_eq!(count("SELECT count(*) FROM shop_orders"), 1);
    world.run_for(MINUTE);
    assert_eq!(server.types().first().unwrap(), "order.received");
}

#[test]
fn an_order_that_expires_or_is_refused_is_told_as_that() {
    let (world, server) = world();
    let order = order(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Instead(
            http::Response::builder()
                .status(502)
                .body(Vec::new())
                .unwrap(),
        ),
        _ => Between::Nothing,
    });
    send_order(&world, &order);
    world.run_for(2 * DAY);
    assert_eq!(server.types(), ["order.received", "order.expired"]);
    let mut holder = Holder::enrol(&world, 2, "Jiro Sato", "090-0000-0000");
    let dear = holder.usual_order(&world, &[("kyusu-pot", 12)]);
    world.connect_again(COURIER);
    buy(&world, &dear);
    world.run_for(MINUTE);
    assert_eq!(server.types()[2..], ["order.received", "order.refused"]);
    let body: Json = serde_json::from_slice(server.told()[3].body()).unwrap();
    assert_eq!(body["state"], "refused");
}

#[test]
fn a_shop_without_a_server_tells_nobody_and_keeps_no_events() {
    let world = World::new();
    let order = order(&world);
    buy(&world, &order);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_events"), 0);
    assert_eq!(get_json(&world, "/events"), json!({ "events": [] }));
    assert!(!world.hub.missed().contains(&SERVER.to_owned()));
}
