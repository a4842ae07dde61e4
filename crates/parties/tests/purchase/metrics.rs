//! What a monitoring system reads, by the rules of its format.

use std::collections::BTreeMap;

use http::{Method, Request};
use tallystick_parties::Party;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables as _;

use super::holder::Holder;
use super::talk::buy;
use super::world::{CA, CENTRE, COURIER, ISSUER, SHOP, World, text};

/// Reads a page as the format says (version 0.0.4): for each metric HELP, TYPE, then its samples, each
/// metric once, each sample once; the last line ends with a line feed.
fn parse(page: &str) -> BTreeMap<String, f64> {
    assert!(page.ends_with('\n'));
    let mut samples = BTreeMap::new();
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut helped, mut current) = ("", "");
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            assert!(!help.is_empty() && !kinds.contains_key(name), "{line}");
            helped = name;
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(
                name == helped && ["counter", "gauge"].contains(&kind),
                "{line}"
            );
            assert!((kind == "counter") == name.ends_with("_total"), "{line}");
            kinds.insert(name, kind);
            current = name;
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = sample.split_once('{').unwrap_or((sample, "}"));
            assert_eq!(name, current, "samples stand with their metric");
            let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(name.chars().all(is_name), "{line}");
            let labels = labels.strip_suffix('}').unwrap();
            if !labels.is_empty() {
                let (label, quoted) = labels.split_once('=').unwrap();
                assert!(label.chars().all(is_name), "{line}");
                assert!(quoted.len() > 2 && quoted.starts_with('"') && quoted.ends_with('"'));
            }
            let value: f64 = value.parse().unwrap();
            assert!(samples.insert(sample.to_owned(), value).is_none(), "{line}");
        }
    }
    samples
}

fn metrics(world: &World, of: &str) -> BTreeMap<String, f64> {
    let answer = world.get(of, "/v1/metrics");
    assert_eq!(answer.status(), 200, "{of}: {}", text(&answer));
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(answer.headers()["content-type"], kind);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    parse(&text(&answer))
}

#[test]
fn every_partys_metrics_are_read_by_the_rules_of_their_format() {
    let world = World::new();
    for of in [CA, CENTRE, SHOP, ISSUER, COURIER] {
        let read = metrics(&world, of);
        assert_eq!(read["tallystick_ready"], 1.0, "{of}");
        assert!(read["tallystick_storage_bytes"] > 0.0);
        assert!(read["tallystick_certificate_seconds_left"] > 86_400.0 * 360.0);
        assert_eq!(read["tallystick_jobs{state=\"stuck\"}"], 0.0);
        assert_eq!(
            read.contains_key("tallystick_ledger_frozen_accounts"),
            of == ISSUER
        );
    }
}

#[test]
fn metrics_tell_what_is_counted_late_stuck_and_frozen() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    buy(&world, &holder.usual_order(&world, &[("sencha-100", 1)]));
    let before = metrics(&world, ISSUER);
    assert_eq!(before["tallystick_kept{what=\"captured\"}"], 1.0);
    assert_eq!(before["tallystick_ledger_frozen_accounts"], 0.0);
    world.get(ISSUER, "/v1/nothing");
    let freeze =
        "UPDATE accounts SET frozen_at_ms = 1 WHERE account = (SELECT min(account) FROM accounts)";
    world.machine(ISSUER).database.run(freeze, &[]).unwrap();
    let stuck = "INSERT INTO due (kind, reference, at_ms, since_ms, stuck_at_ms) VALUES ('gone', 'x', 1, 1, 1)";
    world.machine(ISSUER).database.run(stuck, &[]).unwrap();
    let after = metrics(&world, ISSUER);
    let refused = "tallystick_requests_total{code=\"4xx\"}";
    assert_eq!(after[refused] - before[refused], 1.0);
    assert_eq!(after["tallystick_ledger_frozen_accounts"], 1.0);
    assert_eq!(after["tallystick_jobs{state=\"stuck\"}"], 1.0);
    assert_eq!(after["tallystick_ready"], 0.0);
    world.hub.cut(ISSUER, true);
    super::talk::send_order(&world, &holder.usual_order(&world, &[("hojicha-100", 1)]));
    world.run_for(90_000);
    let shop = metrics(&world, SHOP);
    assert_eq!(shop["tallystick_letters"], 1.0);
    assert!(shop["tallystick_oldest_letter_seconds"] >= 89.0);
}

#[test]
fn metrics_of_many_objects_are_on_one_page_and_say_which_object_they_are_of() {
    let mut world = World::new();
    world.spread_courier(4);
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let read = metrics(&world, COURIER);
    let kept =
        |object: &str| read[&format!("tallystick_kept{{object=\"{object}\",what=\"orders\"}}")];
    for (number, name) in ["shard-00", "shard-01", "shard-02", "shard-03"]
        .into_iter()
        .enumerate()
    {
        let is_there = usize::from(order.root.0[0] % 4) == number;
        assert_eq!(kept(name), f64::from(u8::from(is_there)));
        assert_eq!(read[&format!("tallystick_ready{{object=\"{name}\"}}")], 1.0);
    }
    assert_eq!(read["tallystick_kept{what=\"orders\"}"], 0.0);
    assert_eq!(read["tallystick_shards_silent"], 0.0);
    let gone = world.machine(super::world::COURIER_SHARDS[2]);
    gone.database.fail_after(0);
    assert_eq!(metrics(&world, COURIER)["tallystick_shards_silent"], 1.0);
}

#[test]
fn metrics_want_the_operators_token_like_the_console() {
    let world = World::new();
    let mut settings = super::world::settings(
        tallystick_protocol::wire::identifier::Role::Courier,
        COURIER,
    );
    settings.console = tallystick_parties::office::settings::ConsoleAccess::Closed;
    let courier =
        tallystick_parties::courier::Courier::new(world.machine(COURIER).clone(), settings);
    let request = Request::builder()
        .method(Method::GET)
        .uri(format!("https://{COURIER}/v1/metrics"))
        .body(Vec::new())
        .unwrap();
    assert_eq!(block_on(courier.serve(request)).status(), 401);
}
