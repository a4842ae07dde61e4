//! What an operator sees and can stop: console, readiness, blocked parties, keys of a party.

use std::rc::Rc;

use http::{Method, Request, Response};
use tallystick_parties::Party;
use tallystick_parties::issuer::{Issuer, IssuerConfig};
use tallystick_parties::native::block_on;
use tallystick_parties::office::settings::further_registration_token;
use tallystick_parties::ports::{Database as _, Tables};
use tallystick_protocol::account::PartyCertificateRequest;
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::certificate::UnsignedRequest;
use tallystick_protocol::trust::signature::{public_key_to_spki, sign_pss};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::holder::{CBOR, Holder};
use super::talk::{buy, issuer_answer, send_order, state};
use super::world::{CA, CENTRE, COURIER, ISSUER, SHOP, World, problem, settings, text};

const DAY_MS: u64 = 86_400_000;

fn ask(
    world: &World,
    of: &str,
    method: Method,
    path: &str,
    tag: Option<&str>,
) -> Response<Vec<u8>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("https://{of}{path}"));
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    block_on(world.running(of).serve(request.body(Vec::new()).unwrap()))
}

fn get(world: &World, of: &str, path: &str) -> Response<Vec<u8>> {
    ask(world, of, Method::GET, path, None)
}

#[test]
fn head_is_answered_as_get_without_a_body() {
    let world = World::new();
    for of in [CA, CENTRE, SHOP, ISSUER, COURIER] {
        for path in ["/health", "/v1/identity", "/v1/ready"] {
            let head = ask(&world, of, Method::HEAD, path, None);
            assert_eq!(head.status(), 200, "{of}{path}");
            assert!(head.body().is_empty());
            assert_eq!(head.headers(), get(&world, of, path).headers());
        }
    }
}

#[test]
fn another_method_is_refused_with_those_that_are_allowed() {
    let world = World::new();
    let propfind = Method::from_bytes(b"PROPFIND").unwrap();
    for (of, path, allowed) in [
        (SHOP, "/v1/catalogue", "GET, HEAD, OPTIONS"),
        (SHOP, "/v1/orders", "POST, OPTIONS"),
        (SHOP, "/health", "GET, HEAD, OPTIONS"),
        (ISSUER, "/v1/captures", "POST, OPTIONS"),
        (COURIER, "/v1/confirmations", "POST, OPTIONS"),
        (CA, "/v1/certificates", "POST, OPTIONS"),
        (CENTRE, "/v1/holder-shares", "POST, OPTIONS"),
    ] {
        for method in [&propfind, &Method::DELETE] {
            let answer = ask(&world, of, method.clone(), path, None);
            assert_eq!(answer.status(), 405, "{of}{path}");
            assert_eq!(answer.headers()["allow"], allowed);
        }
    }
}

#[test]
fn no_page_of_another_origin_reads_a_console_and_no_card_number_is_on_it() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    buy(&world, &holder.usual_order(&world, &[("sencha-100", 1)]));
    for of in [CA, CENTRE, SHOP, ISSUER, COURIER] {
        for method in [Method::GET, Method::OPTIONS] {
            let answer = ask(&world, of, method, "/v1/console", None);
            assert!(answer.status().is_success());
            assert!(
                !answer.headers().contains_key("access-control-allow-origin"),
                "{of}"
            );
        }
    }
    let console = text(&get(&world, ISSUER, "/v1/console"));
    let number = world
        .machine(ISSUER)
        .database
        .run("SELECT card_number, card_expiry FROM issuer_accounts", &[]);
    let number = number.unwrap();
    let (number, expiry) = (number[0].text(0).unwrap(), number[0].text(1).unwrap());
    assert!(
        !console.contains(number) && !console.contains(expiry),
        "{console}"
    );
    assert!(
        console.contains(&format!("•••• {}", &number[number.len() - 4..])),
        "{console}"
    );
}

#[test]
fn a_console_shows_page_by_page_and_says_when_nothing_is_new() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    for _ in 0..3 {
        buy(&world, &holder.usual_order(&world, &[("hojicha-100", 1)]));
    }
    let first = get(&world, SHOP, "/v1/console");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let page: serde_json::Value = serde_json::from_slice(first.body()).unwrap();
    assert_eq!(page["lines"].as_array().unwrap().len(), 3);
    assert!(page["next"].is_null());
    let newest = page["newest"]["order_id"].as_str().unwrap();
    assert_eq!(page["lines"][0]["order_id"], newest);
    let rest = world.get_json(
        SHOP,
        &format!(
            "/v1/console?before={}-{newest}",
            page["lines"][0]["received_at"]
        ),
    );
    assert_eq!(
        rest["lines"].as_array().unwrap()[..],
        page["lines"].as_array().unwrap()[1..]
    );
    let again = ask(&world, SHOP, Method::GET, "/v1/console", Some(&tag));
    assert_eq!((again.status().as_u16(), again.body().len()), (304, 0));
    let other = ask(
        &world,
        SHOP,
        Method::GET,
        "/v1/console?state=refused",
        Some(&tag),
    );
    assert_eq!(other.status(), 200, "it names what was asked for, too");
    buy(&world, &holder.usual_order(&world, &[("hojicha-100", 1)]));
    let anew = ask(&world, SHOP, Method::GET, "/v1/console", Some(&tag));
    assert_eq!(anew.status(), 200);
}

#[test]
fn the_lines_come_as_a_file_whose_parts_follow_each_other() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    buy(&world, &order);
    let file = get(&world, SHOP, "/v1/console/orders.csv");
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(!file.headers().contains_key("link"), "it is whole");
    let text = text(&file);
    let lines: Vec<_> = text
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].len(), lines[1].len());
    assert_eq!(
        lines[1][1..6],
        [
            &*order.id.short(),
            &order.id.to_string(),
            "1500",
            "JPY",
            "accepted"
        ]
    );
}

fn fill_with_orders(world: &World) {
    let sql = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
        INSERT INTO shop_orders (order_id, root, form_digest, issuer, courier, minor, currency, received_at,
            expires_at, state, refused_by, refused_reason, issuer_nonce, courier_nonce, tracking)
        SELECT randomblob(32), randomblob(32), randomblob(32), 'i.localhost', 'c.localhost', 1400 + i % 50,
            'JPY', 1700000000 + i, 1700001200 + i, CASE WHEN i % 10 = 0 THEN 'refused' ELSE 'accepted' END,
            CASE WHEN i % 10 = 0 THEN 'issuer' END, CASE WHEN i % 10 = 0 THEN 'declined' END, x'', x'',
            printf('HY-%04d-%04d-0000', i / 10000, i % 10000) FROM n";
    world.machine(SHOP).database.run(sql, &[]).unwrap();
}

#[test]
fn one_order_is_found_among_a_hundred_thousand_in_a_fifth_of_a_second() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    buy(&world, &holder.usual_order(&world, &[("hojicha-100", 1)]));
    fill_with_orders(&world);
    let wanted = world.machine(SHOP).database.run(
        "SELECT lower(hex(order_id)), tracking FROM shop_orders WHERE received_at = 1700004321",
        &[],
    );
    let wanted = wanted.unwrap();
    let (order, tracking) = (wanted[0].text(0).unwrap(), wanted[0].text(1).unwrap());
    let short = format!("{}-{}", &order[..4], &order[4..8]);
    let finds_it = |query: &str| {
        let began = std::time::Instant::now();
        let page = world.get_json(SHOP, &format!("/v1/console?{query}"));
        let took = began.elapsed();
        assert!(took.as_millis() < 200, "{query} took {took:?}");
        let lines = page["lines"].as_array().unwrap().clone();
        lines.iter().any(|line| line["order_id"] == order)
    };
    assert!(finds_it(&format!("search={short}")));
    assert!(finds_it(&format!("search={order}")));
    assert!(finds_it(&format!("search={tracking}")));
    assert!(finds_it("search=1421&from=1700004321&until=1700004322"));
    assert!(finds_it(&format!("before=1700004322-{}", "0".repeat(64))));
    assert!(!finds_it("state=refused&search=1421"));
    assert!(!finds_it(""));
}

#[test]
fn a_party_says_for_each_reason_that_it_is_not_ready() {
    let world = World::new();
    let reasons = |of| {
        let answer = get(&world, of, "/v1/ready");
        let said: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(answer.status() == 200, said["ready"] == true);
        let reasons = said["reasons"].as_array().unwrap().iter();
        reasons
            .map(|reason| reason["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(reasons(SHOP).is_empty() && reasons(ISSUER).is_empty());
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    world.hub.cut(ISSUER, true);
    send_order(&world, &holder.usual_order(&world, &[("sencha-100", 1)]));
    world.run_for(11 * 60_000);
    assert_eq!(reasons(SHOP), ["letter-waiting"]);
    world.hub.cut(CA, true);
    let frozen =
        "UPDATE accounts SET frozen_at_ms = 1 WHERE account = (SELECT min(account) FROM accounts)";
    world.machine(ISSUER).database.run(frozen, &[]).unwrap();
    assert_eq!(reasons(ISSUER), ["ledger-frozen"]);
    let database = &world.machine(COURIER).database;
    let taken = database.size().unwrap().bytes;
    database.say_limit(taken * 5 / 4);
    assert_eq!(reasons(COURIER), ["storage"]);
    database.say_limit(taken * 2);
    assert!(reasons(COURIER).is_empty());
    world.clock.advance(392 * DAY_MS);
    assert!(reasons(COURIER).contains(&"certificate-ending".to_owned()));
    world.clock.advance(10 * DAY_MS);
    assert!(reasons(COURIER).contains(&"certificate-expired".to_owned()));
    assert_eq!(get(&world, COURIER, "/health").status(), 200, "it is alive");
}

fn blocking(world: &World, blocked: &[&str]) {
    let mut config = IssuerConfig::new(settings(Role::Issuer, ISSUER));
    config.opens_accounts = true;
    config.blocked = blocked
        .iter()
        .map(|name| Domain::parse(name).unwrap())
        .collect();
    let issuer = Rc::new(Issuer::new(world.machine(ISSUER).clone(), config));
    world.hub.connect(ISSUER, issuer);
}

#[test]
fn nothing_is_reserved_for_a_shop_or_courier_that_is_blocked() {
    for blocked in [SHOP, COURIER] {
        let world = World::new();
        let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        blocking(&world, &[blocked]);
        buy(&world, &order);
        assert_eq!(state(&world, &order), ShopState::Refused, "{blocked}");
        let answer = issuer_answer(&world, &order);
        assert!(
            answer.refusal.is_some() && answer.money.is_none(),
            "the refusal is signed"
        );
    }
}

#[test]
fn what_was_authorised_before_a_shop_was_blocked_is_captured_and_a_blocked_couriers_word_is_not() {
    for (blocked, money) in [
        (SHOP, MoneyState::Captured),
        (COURIER, MoneyState::Reserved),
    ] {
        let world = World::new();
        let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        world.hub.cut(COURIER, true);
        buy(&world, &order);
        blocking(&world, &[blocked]);
        world.hub.cut(COURIER, false);
        world.run_for(120_000);
        assert_eq!(
            issuer_answer(&world, &order).money,
            Some(money),
            "{blocked}"
        );
        blocking(&world, &[]);
        world.run_for(20 * 60_000); // letters that got nowhere wait longer each time
        assert_eq!(
            issuer_answer(&world, &order).money,
            Some(MoneyState::Captured),
            "{blocked}"
        );
    }
}

fn certify(world: &World, seed: usize, token: [u8; 32]) -> Response<Vec<u8>> {
    let own = settings(Role::Courier, COURIER);
    let key = test_key(seed);
    let spki = public_key_to_spki(key.as_ref()).unwrap();
    let unsigned = UnsignedRequest::new(Role::Courier, &own.domain, &own.name, &spki).unwrap();
    let signature = sign_pss(&mut TestRng::new(1), &key, unsigned.to_be_signed()).unwrap();
    let pkcs10 = unsigned.finish(&signature).unwrap();
    world.post(
        CA,
        "/v1/certificates",
        CBOR,
        encode(&PartyCertificateRequest { pkcs10, token }),
    )
}

#[test]
fn a_registration_token_certifies_one_key_and_the_next_one_replaces_it() {
    let world = World::new();
    let own = settings(Role::Courier, COURIER);
    let first = own.registration_token.unwrap();
    let second = further_registration_token(
        &tallystick_simulation::cast::REGISTRATION_KEY,
        2,
        (Role::Courier, &own.domain, &own.name),
    );
    // The courier itself used the first when it started.
    let refused = certify(&world, 6, first);
    assert_eq!(problem(&refused), "unauthorised");
    assert!(text(&refused).contains("token 2"), "{}", text(&refused));
    assert_eq!(certify(&world, 6, second).status(), 200);
    assert_eq!(
        certify(&world, 6, second).status(),
        200,
        "the same key again"
    );
    assert_eq!(problem(&certify(&world, 7, second)), "unauthorised");
    // The key before is not renewed any more.
    world.clock.advance(370 * DAY_MS);
    let before = world.machine(CA).log.lines().len();
    block_on(world.running(COURIER).wake());
    let log = world.machine(CA).log.lines()[before..].join("\n");
    assert!(!log.contains("certified"), "{log}");
}
