//! Parties come into being from nothing.

use crate::support::{CA, KEYS, World, problem};
use tallystick_parties::Party;
use tallystick_parties::native::block_on;
use tallystick_parties::office::settings::ConsoleAccess;
use tallystick_protocol::account::{CertificateAnswer, HolderCertificateRequest};
use tallystick_protocol::test_keys::test_spki;
use tallystick_protocol::trust::certificate::{Certificate, TrustAnchors};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

#[test]
fn a_party_certifies_and_keys_itself_from_nothing() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    block_on(party.wake());

    let root = world.get(CA, "/v1/root.cer").into_body();
    let anchors = TrustAnchors::from_der(&[root]).unwrap();
    let certificate = Certificate::from_der(&party.office.identity().unwrap().certificate).unwrap();
    let now = Timestamp(crate::support::START_MS / 1000);
    let certified = anchors.verify(&certificate, now, Role::Shop).unwrap();
    assert_eq!(certified.domain.unwrap().as_str(), "shop.localhost");
    assert_eq!(party.office.spaces().unwrap(), [0]);
}

#[test]
fn the_first_request_starts_a_party_too() {
    let mut world = World::new();
    world.start_bare(Role::Courier, "courier.localhost");
    let health = world.get_json("courier.localhost", "/health");
    assert_eq!(health["status"], "ready");
    let identity = world.get_json("courier.localhost", "/v1/identity");
    assert_eq!(identity["spaces"], serde_json::json!([0]));
    assert_eq!(identity["role"], "courier");
}

#[test]
fn without_the_ca_a_party_says_that_it_is_starting_and_tries_again() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    world.hub.cut(CA, true);
    let health = world.get("shop.localhost", "/health");
    assert_eq!(health.status(), 503);
    assert_eq!(
        problem(&world.get("shop.localhost", "/v1/identity")),
        "starting"
    );

    let retry_at = party.office.tables().alarm().unwrap().unwrap();
    assert!(retry_at > crate::support::START_MS && retry_at <= crate::support::START_MS + 1000);
    world.hub.cut(CA, false);
    world.clock.set(retry_at);
    block_on(party.wake());
    assert_eq!(world.get("shop.localhost", "/health").status(), 200);
}

#[test]
fn the_ca_certifies_nobody_without_the_token_of_that_role_and_domain() {
    let mut world = World::new();
    let machine = world.machine("shop.localhost");
    let mut settings = World::settings(Role::Shop, "shop.localhost");
    settings.registration_token = World::settings(Role::Shop, "other.localhost").registration_token;
    let party = crate::support::Bare::new(machine, settings);
    let refused = block_on(party.office.bootstrap()).unwrap_err();
    assert_eq!(refused.kind.as_str(), "unauthorised");
    assert!(party.office.identity().is_err());
}

#[test]
fn the_ca_certifies_nobody_under_a_name_that_the_token_is_not_for() {
    let mut world = World::new();
    let machine = world.machine("shop.localhost");
    let mut settings = World::settings(Role::Shop, "shop.localhost");
    settings.name = "Kiso Tea & Books".to_owned();
    let party = crate::support::Bare::new(machine, settings);
    let refused = block_on(party.office.bootstrap()).unwrap_err();
    assert_eq!(refused.kind.as_str(), "unauthorised");
    assert!(party.office.identity().is_err());
}

#[test]
fn the_same_request_gives_the_same_certificate_and_a_late_one_a_new() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    block_on(party.wake());
    let first = party.office.identity().unwrap().certificate.clone();
    let renewal = block_on(party.office.renew_if_due()).unwrap();
    assert_eq!(party.office.identity().unwrap().certificate, first);

    let expiry = Certificate::from_der(&first).unwrap().not_after();
    assert_eq!(renewal, (expiry.seconds() - 30 * 86_400) * 1000);
    world.clock.set((expiry.seconds() - 86_400) * 1000);
    block_on(party.office.renew_if_due()).unwrap();
    let second = party.office.identity().unwrap().certificate.clone();
    assert_ne!(second, first);
    assert!(Certificate::from_der(&second).unwrap().not_after() > expiry);
}

#[test]
fn a_restarted_party_finds_everything_and_asks_for_nothing() {
    let mut world = World::new();
    let machine = world.machine("shop.localhost");
    let settings = World::settings(Role::Shop, "shop.localhost");
    let party = crate::support::Bare::new(machine.clone(), settings.clone());
    block_on(party.wake());
    let before = party.office.identity().unwrap().certificate.clone();
    let said = world.hub.received().len();

    let party = crate::support::Bare::new(machine, settings);
    block_on(party.wake());
    assert_eq!(party.office.identity().unwrap().certificate, before);
    assert_eq!(world.hub.received().len(), said);
}

#[test]
fn with_another_sealing_key_nothing_opens() {
    let mut world = World::new();
    let machine = world.machine("shop.localhost");
    let settings = World::settings(Role::Shop, "shop.localhost");
    block_on(crate::support::Bare::new(machine.clone(), settings.clone()).wake());

    let mut other = settings;
    other.sealing_key = tallystick_parties::store::vault::SealingKey::new([99; 32]);
    let party = crate::support::Bare::new(machine, other);
    assert!(party.office.migrate().is_ok());
    assert!(party.office.identity().is_err());
}

#[test]
fn private_keys_and_shares_lie_sealed_in_the_database() {
    let mut world = World::new();
    let machine = world.machine("shop.localhost");
    let party = crate::support::Bare::new(
        machine.clone(),
        World::settings(Role::Shop, "shop.localhost"),
    );
    block_on(party.wake());
    let stored = machine.database.bytes().unwrap();
    // The prepared key as the party holds it; any 48 bytes in a row of it would be too many.
    let key = tallystick_protocol::test_keys::TEST_KEYS[2];
    for window in key[300..].windows(48).step_by(48) {
        assert!(!stored.windows(48).any(|stored| stored == window));
    }
}

#[test]
fn routes_answer_preflights_and_refuse_large_bodies() {
    let world = World::new();
    let preflight = world.ask(KEYS, http::Method::OPTIONS, "/v1/holder-shares", None);
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
    let large = world.post(
        KEYS,
        "/v1/holder-shares",
        "application/cbor",
        vec![0; 256 * 1024 + 1],
    );
    assert_eq!(problem(&large), "too-large");
    assert_eq!(large.headers()["access-control-allow-origin"], "*");
    let nothing = world.get(KEYS, "/v1/nothing");
    assert_eq!(problem(&nothing), "not-found");
}

fn holder_certificate(
    world: &World,
    party: &crate::support::Bare,
    key: usize,
    label: &str,
) -> http::Response<Vec<u8>> {
    let request = HolderCertificateRequest {
        envelope: party
            .office
            .envelope(Audience::Party(crate::support::domain(CA)), [1; 32], 300),
        signing_public_key: test_spki(key),
        label: label.to_owned(),
    };
    let request = block_on(party.office.say(&request)).unwrap();
    world.post(CA, "/v1/holder-certificates", "application/cose", request)
}

#[test]
fn an_issuer_gets_one_certificate_for_each_holder_key() {
    let mut world = World::new();
    let issuer = world.start_bare(Role::Issuer, "issuer.localhost");
    block_on(issuer.wake());
    let first = holder_certificate(&world, &issuer, 6, "account 17");
    let again = holder_certificate(&world, &issuer, 6, "account 17");
    assert_eq!(first.status(), 200);
    assert_eq!(first.body(), again.body());
    let answer: CertificateAnswer = decode(first.body()).unwrap();
    let certificate = Certificate::from_der(&answer.certificate).unwrap();
    let anchors = &issuer.office.identity().unwrap().anchors;
    let holder = anchors
        .verify(&certificate, issuer.office.now(), Role::Holder)
        .unwrap();
    assert_eq!(holder.name, "account 17");

    let renamed = holder_certificate(&world, &issuer, 6, "account 18");
    assert_eq!(problem(&renamed), "conflict");
    let another = holder_certificate(&world, &issuer, 7, "account 18");
    assert_ne!(another.body(), first.body());
}

#[test]
fn only_issuers_have_holders_certified() {
    let mut world = World::new();
    let shop = world.start_bare(Role::Shop, "shop.localhost");
    block_on(shop.wake());
    let refused = holder_certificate(&world, &shop, 6, "account 17");
    assert_eq!(problem(&refused), "untrusted-certificate");
}

#[test]
fn a_closed_console_opens_only_with_the_operators_token() {
    let mut world = World::new();
    let machine = world.machine("shop.localhost");
    let mut settings = World::settings(Role::Shop, "shop.localhost");
    settings.console = ConsoleAccess::Token("open sesame".to_owned().into());
    let party = crate::support::Bare::new(machine, settings);
    let ask = |value: Option<&str>| {
        let mut request = http::Request::new(Vec::new());
        if let Some(value) = value {
            request
                .headers_mut()
                .insert("authorization", value.parse().unwrap());
        }
        party.office.require_console(&request).is_ok()
    };
    assert!(ask(Some("Bearer open sesame")));
    for wrong in [
        None,
        Some("Bearer"),
        Some("Bearer open"),
        Some("open sesame"),
    ] {
        assert!(!ask(wrong));
    }
}
