//! Who was revoked is refused by everybody, from the next list on; and nobody is accepted while it cannot be known.

use data_encoding::{BASE64, HEXLOWER};
use http::{Request, Response};
use sha2::{Digest, Sha256};
use tallystick_parties::Party;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::account::{HolderCertificateRequest, RevocationRequest};
use tallystick_protocol::checkout::answers::{Refusal, RefusalReason, ShopState};
use tallystick_protocol::test_keys::{test_spki, test_statement};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::certificate::revocation::{RevocationList, RevocationReason};
use tallystick_protocol::trust::statement::{Audience, Envelope, SignedMessage, open};
use tallystick_protocol::wire::identifier::Role;

use super::commands::command;
use super::holder::{COSE, Holder};
use super::talk::{buy, form_by, send_order, state};
use super::world::{
    Between, CA, CENTRE, COURIER, COURIER_SHARDS, DIRECTORY, ISSUER, OTHER_COURIER, SHOP, World,
    domain, problem, text,
};

const HOUR_MS: u64 = 3_600_000;
/// The parties' keys, by their numbers among the test keys.
const ISSUER_KEY: usize = 3;
const COURIER_KEY: usize = 4;

/// The newest list of the directory, verified.
pub fn list(world: &World) -> RevocationList {
    let answer = world.get(DIRECTORY, "/v1/crl");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let list = world.anchors.verify_list(answer.body(), world.now());
    list.unwrap()
}

/// The certificate that a party shows.
pub fn certificate_of(world: &World, party: &str) -> Certificate {
    let identity = world.get_json(party, "/v1/identity");
    let der = BASE64.decode(identity["certificate"].as_str().unwrap().as_bytes());
    Certificate::from_der(&der.unwrap()).unwrap()
}

fn key_hash(key: usize) -> [u8; 32] {
    Sha256::digest(test_spki(key)).into()
}

/// What a party signs to the CA about a key.
fn to_ca(world: &World, from: &str, about: [u8; 32]) -> Envelope {
    let to = Audience::Party(domain(CA));
    Envelope::new(domain(from), to, about, world.now(), 300)
}

fn signed<M: SignedMessage>(world: &World, from: (&str, usize), message: &M) -> Vec<u8> {
    test_statement(message, &certificate_of(world, from.0), from.1)
}

/// A party has the certificates of that key revoked.
fn revoke(world: &World, from: (&str, usize), key: [u8; 32]) -> Response<Vec<u8>> {
    let request = RevocationRequest {
        envelope: to_ca(world, from.0, key),
        reason: Some(RevocationReason::Superseded),
    };
    let request = signed(world, from, &request);
    world.post(CA, "/v1/revocations", COSE, request)
}

/// The number of the key of holder `seed` among the test keys.
const fn holder_key(seed: usize) -> usize {
    6 + seed % 2
}

/// The CA's operator revokes a party.
fn revoke_party(world: &World, party: &str, id: &str) -> Response<Vec<u8>> {
    let told = [("party", party.to_owned())];
    command(world, CA, "revoke-party", &told, id)
}

#[test]
fn t004_10_what_a_revoked_holders_key_signed_pays_nothing() {
    let world = World::with_directory();
    let mut hanako = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let mut taro = Holder::enrol(&world, 2, "Taro Suzuki", "090-8765-4321");
    let first = hanako.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &first).state, ShopState::Accepted);

    let answer = revoke(&world, (ISSUER, ISSUER_KEY), key_hash(holder_key(1)));
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(answer.headers()["content-type"], "application/pkix-crl");
    let proof = world.anchors.verify_list(answer.body(), world.now());
    let serial = Certificate::from_der(&hanako.certificate).unwrap();
    let revoked = proof.unwrap().find(serial.serial()).cloned().unwrap();
    assert_eq!(revoked.reason, Some(RevocationReason::Superseded));

    world.run_for(HOUR_MS);
    assert_eq!(list(&world).find(serial.serial()), Some(&revoked));
    let order = hanako.usual_order(&world, &[("sencha-100", 1)]);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Refused);
    let refusal = receipt.refusal.unwrap();
    let refusal = open::<Refusal>(&refusal, &world.anchors, world.now(), Role::Issuer).unwrap();
    assert_eq!(refusal.message.reason, RefusalReason::Declined);
    let order = taro.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn t004_10_a_revoked_key_is_not_certified_again() {
    let world = World::with_directory();
    let _holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let ask = || {
        let request = HolderCertificateRequest {
            envelope: to_ca(&world, ISSUER, [1; 32]),
            signing_public_key: test_spki(holder_key(1)),
            label: "Account 1".to_owned(),
        };
        let request = signed(&world, (ISSUER, ISSUER_KEY), &request);
        world.post(CA, "/v1/holder-certificates", COSE, request)
    };
    assert_eq!(ask().status(), 200);
    revoke(&world, (ISSUER, ISSUER_KEY), key_hash(holder_key(1)));
    assert_eq!(problem(&ask()), "certificate-revoked");
}

#[test]
fn the_same_request_twice_is_once() {
    let world = World::with_directory();
    let _holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let key = key_hash(holder_key(1));
    let first = revoke(&world, (ISSUER, ISSUER_KEY), key);
    world.run_for(60_000);
    let again = revoke(&world, (ISSUER, ISSUER_KEY), key);
    assert_eq!(first.status(), 200);
    assert_eq!(first.body(), again.body());
    assert_eq!(list(&world).as_der(), first.body());
    assert_eq!(list(&world).revoked().len(), 1);
}

#[test]
fn t004_43_whoever_did_not_have_a_key_certified_does_not_have_it_revoked() {
    let world = World::with_directory();
    let _holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let before = list(&world);
    let key = key_hash(holder_key(1));
    // Certified for something else; and not the one whose name it says.
    let answer = revoke(&world, (COURIER, COURIER_KEY), key);
    assert_eq!(problem(&answer), "not-found");
    let request = RevocationRequest {
        envelope: to_ca(&world, ISSUER, key),
        reason: None,
    };
    let forged = signed(&world, (COURIER, COURIER_KEY), &request);
    let answer = world.post(CA, "/v1/revocations", COSE, forged);
    assert_eq!(problem(&answer), "wrong-sender");
    let forged = signed(&world, (ISSUER, COURIER_KEY), &request);
    let answer = world.post(CA, "/v1/revocations", COSE, forged);
    assert_eq!(problem(&answer), "bad-signature");
    world.run_for(60_000);
    assert_eq!(list(&world), before);
}

#[test]
fn a_party_has_its_own_key_revoked_and_is_nobody_from_then_on() {
    let world = World::with_directory();
    let answer = revoke(&world, (COURIER, COURIER_KEY), key_hash(COURIER_KEY));
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let again = revoke(&world, (COURIER, COURIER_KEY), key_hash(COURIER_KEY));
    assert_eq!(problem(&again), "certificate-revoked");
}

#[test]
fn a_revoked_courier_is_refused_by_its_peers_and_another_one_delivers() {
    let world = World::with_directory();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);

    assert_eq!(revoke_party(&world, COURIER, "1").status(), 200);
    world.run_for(HOUR_MS);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let stands = buy(&world, &order).state;
    assert_ne!(stands, ShopState::Accepted);
    let log = world.machine(SHOP).log.lines().join("\n");
    assert!(log.contains("certificate-revoked"), "{log}");

    let form = form_by(&world, OTHER_COURIER, &[("sencha-100", 1)]);
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn what_a_revoked_shop_asks_is_refused_with_a_reason_of_its_own() {
    let world = World::with_directory();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    assert_eq!(revoke_party(&world, SHOP, "1").status(), 200);
    world.run_for(HOUR_MS);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    send_order(&world, &order);
    world.run_for(10_000);
    assert_ne!(state(&world, &order), ShopState::Accepted);
    let seen = world.hub.received();
    let told = seen
        .iter()
        .filter(|message| message.by == SHOP && message.from == ISSUER)
        .any(|message| {
            String::from_utf8_lossy(&message.bytes).contains("problems/certificate-revoked")
        });
    assert!(told, "the issuer never said why");
}

#[test]
fn an_operator_revokes_one_certificate_by_its_number() {
    let world = World::with_directory();
    let serial = certificate_of(&world, COURIER).serial().to_vec();
    let tell = |serial: &[u8], id: &str| {
        let told = [("certificate", HEXLOWER.encode(serial))];
        command(&world, CA, "revoke-certificate", &told, id)
    };
    assert_eq!(problem(&tell(&[1; 16], "1")), "not-found");
    let answer = tell(&serial, "2");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    world.run_for(10_000);
    let list = list(&world);
    assert_eq!(list.revoked().len(), 1);
    assert_eq!(list.find(&serial).unwrap().reason, None);
    let console = world.get_json(CA, "/v1/console");
    assert_eq!(console["counters"]["revoked_certificates"], 1);
}

/// What an issuer answers to what no shop says, with a good signature of one.
fn ask_issuer(world: &World) -> String {
    let request = RevocationRequest {
        envelope: to_ca(world, COURIER, key_hash(1)),
        reason: None,
    };
    let request = signed(world, (COURIER, COURIER_KEY), &request);
    problem(&world.post(ISSUER, "/v1/captures", COSE, request))
}

fn reasons(world: &World, party: &str) -> Vec<String> {
    let answer = world.get(party, "/v1/ready");
    let ready: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let reasons = ready["reasons"].as_array().unwrap().iter();
    let codes = reasons.map(|reason| reason["code"].as_str().unwrap().to_owned());
    codes.collect()
}

#[test]
fn while_the_list_is_void_nobody_is_accepted_and_it_recovers_by_itself() {
    let world = World::with_directory();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    world.hub.cut(DIRECTORY, true);
    world.run_for(17 * HOUR_MS);
    assert!(reasons(&world, ISSUER).is_empty());
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    world.run_for(6 * HOUR_MS);
    assert_eq!(reasons(&world, ISSUER), ["revocations-ending"]);
    world.run_for(2 * HOUR_MS);
    assert_eq!(reasons(&world, ISSUER), ["revocations-stale"]);
    assert_eq!(ask_issuer(&world), "revocations-stale");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_ne!(buy(&world, &order).state, ShopState::Accepted);
    let health = world.get_json(ISSUER, "/health");
    assert_eq!(health["status"], "ready", "it serves what needs nobody");

    world.hub.cut(DIRECTORY, false);
    world.run_for(20 * 60_000);
    assert!(reasons(&world, ISSUER).is_empty());
    assert_ne!(ask_issuer(&world), "revocations-stale");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn a_list_that_the_ca_did_not_sign_changes_nothing() {
    let world = World::with_directory();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let good = world.get(DIRECTORY, "/v1/crl").into_body();
    world.put_between(DIRECTORY, move |path| {
        let mut forged = good.clone();
        let last = forged.len() - 1;
        forged[last] ^= 1;
        match path {
            "/v1/crl" => Between::Instead(crl(forged)),
            _ => Between::Nothing,
        }
    });
    world.run_for(3 * HOUR_MS);
    let log = world.machine(ISSUER).log.lines().join("\n");
    assert!(
        log.contains(r#""event":"revocations","outcome":"bad-signature""#),
        "{log}"
    );
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn an_older_list_does_not_give_a_revoked_party_back() {
    let world = World::with_directory();
    let before = world.get(DIRECTORY, "/v1/crl").into_body();
    assert_eq!(revoke_party(&world, COURIER, "1").status(), 200);
    world.run_for(HOUR_MS);
    assert_eq!(ask_issuer(&world), "certificate-revoked");
    let again = before.clone();
    world.put_between(DIRECTORY, move |path| match path {
        "/v1/crl" => Between::Instead(crl(before.clone())),
        _ => Between::Nothing,
    });
    world.run_for(3 * HOUR_MS);
    assert_eq!(ask_issuer(&world), "certificate-revoked");
    let log = world.machine(ISSUER).log.lines().join("\n");
    assert!(
        log.contains(r#""event":"revocations","outcome":"replayed""#),
        "{log}"
    );
    // Nor does the directory take it back.
    world.connect_again(DIRECTORY);
    let answer = world.post(DIRECTORY, "/v1/crl", "application/pkix-crl", again);
    assert_eq!(problem(&answer), "replayed");
}

fn crl(list: Vec<u8>) -> Response<Vec<u8>> {
    let answer = Response::builder().header("content-type", "application/pkix-crl");
    answer.body(list).unwrap()
}

/// The operator revokes the courier, and the CA's power fails after so many writes. Says whether it did.
fn revoked_with_power_failure(writes: u32) -> bool {
    let mut world = World::with_directory();
    let first = list(&world).number();
    let told = [("party", COURIER.to_owned())];
    // The operator is known before.
    assert_eq!(command(&world, CA, "retry", &[], "0").status(), 200);
    let before = world.machine(CA).database.writes();
    world.machine(CA).database.fail_after(writes);
    let at = world.now();
    let say =
        |world: &World| super::commands::said(world, CA, "revoke-party", &told, "1", at).status();
    say(&world);
    world.run_for(5_000);
    let failed = world.machine(CA).database.writes() - before >= writes;
    world.machine(CA).database.mend();
    world.restart(CA);
    // The page sends the same signed bytes again until they are answered.
    assert_eq!(say(&world), 200, "{writes} writes");
    world.run_for(180_000);
    let list = list(&world);
    let serial = certificate_of(&world, COURIER).serial().to_vec();
    assert!(list.find(&serial).is_some(), "{writes} writes");
    assert_eq!(list.number(), first + 1, "{writes} writes");
    for sql in [
        "SELECT count(*) FROM outbox",
        "SELECT count(*) - 1 FROM revocation_lists",
        "SELECT count(*) - 1 FROM certificates WHERE revoked_at IS NOT NULL",
    ] {
        assert_eq!(world.number(CA, sql), 0, "{sql} after {writes} writes");
    }
    failed
}

#[test]
fn the_ca_loses_power_at_any_write_and_the_revocation_is_published_once() {
    let mut writes = 0;
    while revoked_with_power_failure(writes) {
        writes += 1;
        assert!(writes < 100, "the revocation never ends");
    }
    assert!(writes > 10, "only {writes} writes");
}

#[test]
fn a_list_is_signed_anew_four_times_a_day_and_reaches_everybody() {
    let world = World::with_directory();
    let first = list(&world);
    world.run_for(24 * HOUR_MS);
    let later = list(&world);
    assert_eq!(later.number(), first.number() + 4);
    let newest = later.this_update().0 + 6 * 3_600;
    assert!(newest > world.clock.now_ms() / 1000);
    for party in [CENTRE, SHOP, ISSUER, COURIER, OTHER_COURIER] {
        assert!(reasons(&world, party).is_empty(), "{party}");
    }
}

#[test]
fn a_shard_has_the_list_from_its_office() {
    let mut world = World::with_directory();
    world.spread_courier(4);
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let has = "SELECT count(*) FROM facts WHERE name = 'revocation-list'";
    let with_a_list = || {
        let shards = COURIER_SHARDS.iter();
        shards.map(|shard| world.number(shard, has)).sum::<i64>()
    };
    assert!(with_a_list() >= 1);
    assert_eq!(revoke_party(&world, SHOP, "1").status(), 200);
    world.run_for(2 * HOUR_MS);
    let delivery = RevocationRequest {
        envelope: to_ca(&world, SHOP, key_hash(1)),
        reason: None,
    };
    let asked = signed(&world, (SHOP, 2), &delivery);
    for (number, shard) in COURIER_SHARDS.iter().enumerate() {
        if world.number(shard, has) == 0 {
            continue;
        }
        let request = Request::builder()
            .method("POST")
            .uri(format!("https://{COURIER}/v1/deliveries"))
            .header("content-type", COSE)
            .body(asked.clone())
            .unwrap();
        let answer = block_on(world.running(shard).serve(request));
        assert_eq!(problem(&answer), "certificate-revoked", "shard {number}");
    }
}
