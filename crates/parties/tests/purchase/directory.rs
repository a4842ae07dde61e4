//! The directory: what it takes, what it gives out, and how everybody comes to its list at first.

use data_encoding::HEXLOWER;
use http::Request;
use sha2::{Digest, Sha256};
use tallystick_parties::Party;
use tallystick_parties::native::block_on;
use tallystick_protocol::account::KeyCertificates;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::test_keys::{TestAuthority, test_spki};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;

use super::commands::command;
use super::holder::Holder;
use super::revocation::{certificate_of, list};
use super::talk::buy;
use super::world::{CA, CENTRE, COURIER, DIRECTORY, ISSUER, SHOP, World, problem, text};

const CERTIFICATE: &str = "application/pkix-cert";
const LIST: &str = "application/pkix-crl";

fn path_of(key: usize) -> String {
    let key = Sha256::digest(test_spki(key));
    format!("/v1/certificates/{}", HEXLOWER.encode(&key))
}

/// The certificates that the directory has of a key, verified for a role.
fn found(world: &World, key: usize, role: Role) -> usize {
    let answer = world.get(DIRECTORY, &path_of(key));
    if answer.status() == 404 {
        return 0;
    }
    let found: KeyCertificates = decode(answer.body()).unwrap();
    for certificate in &found.certificates {
        let verified = world.anchors.certified(certificate, world.now(), role);
        assert!(verified.is_ok(), "{verified:?}");
    }
    found.certificates.len()
}

#[test]
fn every_certificate_is_found_by_its_key() {
    let world = World::with_directory();
    let _holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    world.run_for(5_000);
    for (key, role) in [
        (1, Role::KeyCentre),
        (2, Role::Shop),
        (3, Role::Issuer),
        (4, Role::Courier),
        (5, Role::Directory),
        (7, Role::Holder),
    ] {
        assert_eq!(found(&world, key, role), 1, "{role}");
    }
    assert_eq!(found(&world, 0, Role::Ca), 0, "the root is no leaf");
    let upper = path_of(2).replace("/v1/certificates/", "").to_uppercase();
    let upper = world.get(DIRECTORY, &format!("/v1/certificates/{upper}"));
    assert_eq!(upper.status(), 200);
    for wrong in ["", "00", &"g".repeat(64), &"0".repeat(64)] {
        let answer = world.get(DIRECTORY, &format!("/v1/certificates/{wrong}"));
        assert!(!answer.status().is_success(), "{wrong}");
    }
    let letters = world.number(CA, "SELECT count(*) FROM outbox");
    assert_eq!(letters, 0, "everything was receipted");
}

#[test]
fn a_revoked_or_ended_certificate_is_found_no_more() {
    let world = World::with_directory();
    let told = [("party", COURIER.to_owned())];
    assert_eq!(
        command(&world, CA, "revoke-party", &told, "1").status(),
        200
    );
    world.run_for(10_000);
    assert_eq!(found(&world, 4, Role::Courier), 0);
    assert_eq!(found(&world, 3, Role::Issuer), 1);
    world.clock.advance(398 * 86_400_000);
    assert_eq!(problem(&world.get(DIRECTORY, &path_of(3))), "not-found");
}

#[test]
fn the_directory_takes_what_the_root_signed_and_nothing_else() {
    let world = World::with_directory();
    let take = |path: &str, media_type, bytes: &[u8]| {
        problem(&world.post(DIRECTORY, path, media_type, bytes.to_vec()))
    };
    let mut rival = TestAuthority::new(world.now());
    let other = rival.party(Role::Shop, "rival.localhost", "Rival", 6);
    let mut altered = certificate_of(&world, SHOP).as_der().to_vec();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let root = world.get(CA, "/v1/root.cer").into_body();
    for (bytes, refused) in [
        (other.as_der(), "untrusted-certificate"),
        (&altered, "untrusted-certificate"),
        (&root, "untrusted-certificate"),
        (b"\x30\x00", "malformed"),
        (&[0x30; 5_000], "too-large"),
    ] {
        assert_eq!(take("/v1/entries", CERTIFICATE, bytes), refused);
    }
    let good = certificate_of(&world, SHOP);
    assert_eq!(
        take("/v1/entries", "text/plain", good.as_der()),
        "unsupported-media-type"
    );
    assert_eq!(take("/v1/entries", CERTIFICATE, good.as_der()), "");
    assert_eq!(found(&world, 2, Role::Shop), 1, "the same twice is once");

    let forged = rival.list(1_000, &[]);
    assert_eq!(take("/v1/crl", LIST, &forged), "untrusted-certificate");
    assert_eq!(take("/v1/crl", LIST, b"\x30\x00"), "malformed");
    let newest = list(&world);
    assert_eq!(take("/v1/crl", LIST, newest.as_der()), "");
    assert_eq!(list(&world), newest);
}

#[test]
fn a_list_can_be_kept_by_whoever_is_in_between_and_is_sent_once() {
    let world = World::with_directory();
    let first = world.get(DIRECTORY, "/v1/crl");
    assert_eq!(first.headers()["content-type"], LIST);
    assert_eq!(first.headers()["cache-control"], "public, max-age=300");
    let tag = first.headers()["etag"].clone();
    let ask = || {
        let request = Request::builder()
            .uri(format!("https://{DIRECTORY}/v1/crl"))
            .header("if-none-match", &tag)
            .body(Vec::new())
            .unwrap();
        block_on(world.running(DIRECTORY).serve(request))
    };
    assert_eq!(ask().status(), 304);
    assert!(ask().body().is_empty());
    let told = [("party", COURIER.to_owned())];
    command(&world, CA, "revoke-party", &told, "1");
    world.run_for(10_000);
    assert_eq!(ask().status(), 200);
}

#[test]
fn a_party_without_a_list_is_not_ready_and_waits_for_the_directory() {
    let mut world = World::new();
    for party in [CA, CENTRE, SHOP, ISSUER, COURIER] {
        let checks = if party == CA {
            "checked"
        } else {
            "not-checked"
        };
        assert_eq!(world.get_json(party, "/health")["revocations"], checks);
    }
    world.hub.cut(DIRECTORY, true);
    world.open_directory();
    for party in [CENTRE, SHOP, ISSUER, COURIER] {
        let answer = world.get(party, "/health");
        assert_eq!(answer.status(), 503, "{party}");
        let health: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(
            health["detail"],
            "It is waiting for the list of revoked certificates."
        );
        assert_eq!(health["revocations"], "checked");
        assert_eq!(problem(&world.get(party, "/v1/identity")), "starting");
    }
    world.hub.cut(DIRECTORY, false);
    world.run_for(180_000);
    for party in [CENTRE, SHOP, ISSUER, COURIER, DIRECTORY] {
        assert_eq!(world.get(party, "/health").status(), 200, "{party}");
    }
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn what_was_certified_before_there_was_a_directory_is_registered_then() {
    let mut world = World::new();
    let _holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    // As release 0.1.0 left them.
    let machine = world.machine(CA);
    let sql = "UPDATE certificates SET serial = NULL";
    tallystick_parties::ports::Tables::run(&machine.database, sql, &[]).unwrap();
    world.open_directory();
    for (key, role) in [(2, Role::Shop), (4, Role::Courier), (7, Role::Holder)] {
        assert_eq!(found(&world, key, role), 1, "{role}");
    }
    let told = [("party", COURIER.to_owned())];
    let answer = command(&world, CA, "revoke-party", &told, "1");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    world.run_for(10_000);
    let serial = certificate_of(&world, COURIER).serial().to_vec();
    assert!(list(&world).find(&serial).is_some());
}

#[test]
fn its_console_shows_what_it_has_and_who_was_revoked() {
    let world = World::with_directory();
    let told = [("party", COURIER.to_owned())];
    command(&world, CA, "revoke-party", &told, "1");
    world.run_for(10_000);
    let console = world.get_json(DIRECTORY, "/v1/console");
    assert_eq!(console["role"], "directory");
    assert_eq!(console["counters"]["revoked_certificates"], 1);
    assert_eq!(console["counters"]["party_certificates"], 6);
    let names: Vec<_> = console["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names[..3],
        ["revocation-list", "revoked", "certificates"],
        "{names:?}"
    );
    let text = console.to_string();
    assert!(text.contains("privilege-withdrawn"), "{text}");
}
