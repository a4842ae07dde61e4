//! Those around a bank, played with the root's own key: the registration authority and the certification authority's
//! route for banks' keys.

use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::native::Machine;
use tallystick_parties::office::http as web;
use tallystick_protocol::account::{AccountOffer, CertificateAnswer};
use tallystick_protocol::bank::{
    BankKeyRequest, OpeningAnswer, OpeningOutcome, OpeningRequest, Registration,
};
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::test_keys::{TestRng, test_signature, test_spki, test_statement};
use tallystick_protocol::trust::certificate::{
    Certificate, Lifetime, Serial, TrustAnchors, UnsignedCertificate,
};
use tallystick_protocol::trust::statement::{Audience, Envelope, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::banking::GOOD_ACCOUNT;
use tallystick_simulation::cast::{Cast, PURSE_KEY_TOKEN, Running};

use super::holder::{COSE, Holder};
use super::world::{BANK, CA, World, domain, text};

/// The registration authority.
pub const AUTHORITY: &str = "registration.localhost";
/// Its test key.
const AUTHORITY_KEY: usize = 1;

/// A world with a bank that has whatever it needs around it.
pub fn world() -> World {
    with(Cast::default())
}

pub fn with(cast: Cast) -> World {
    let world = World::with_bank(cast);
    let certifier = Certifier {
        before: world.running(CA),
        anchors: world.anchors.clone(),
        clock: world.clock.clone(),
    };
    world.hub.connect(CA, Rc::new(certifier));
    world
}

/// The certification authority with its route for banks' keys.
struct Certifier {
    before: Running<Machine>,
    anchors: TrustAnchors,
    clock: tallystick_parties::native::SetClock,
}

impl Party for Certifier {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if request.uri().path() != "/v1/bank-keys" {
            return self.before.serve(request).await;
        }
        let now = Timestamp(tallystick_parties::ports::Clock::now_ms(&self.clock) / 1000);
        let asked =
            open::<BankKeyRequest>(request.body(), &self.anchors, now, Role::Issuer).unwrap();
        assert_eq!(asked.message.token, PURSE_KEY_TOKEN);
        let spki = &asked.message.public_key;
        asked.require_transaction(&key_digest(spki)).unwrap();
        let bank = &asked.message.envelope.from;
        let party = (Role::Bank, bank, "Midori Bank");
        let certificate = certified(&self.anchors, now, |root, serial, lifetime| {
            UnsignedCertificate::party(root, party, spki, serial, lifetime)
        });
        web::cbor(encode(&CertificateAnswer { certificate }))
    }

    async fn wake(&self) {}
}

type Made = Result<UnsignedCertificate, tallystick_protocol::trust::certificate::CertificateError>;

/// A certificate by the root, whose key is the test key 0, for a year.
fn certified(
    anchors: &TrustAnchors,
    now: Timestamp,
    make: impl FnOnce(&Certificate, Serial, Lifetime) -> Made,
) -> Vec<u8> {
    let root = &anchors.roots()[0];
    let serial = Serial::random(&mut TestRng::new(now.0));
    let unsigned = make(root, serial, Lifetime::days(now, 365)).unwrap();
    let signature = test_signature(0, unsigned.to_be_signed());
    unsigned.finish(&signature).unwrap().as_der().to_vec()
}

/// A certificate for a purse's key, for so many days.
pub fn certified_purse(world: &World, spki: &[u8], days: u64) -> Vec<u8> {
    certified(&world.anchors, world.now(), |root, serial, lifetime| {
        let lifetime = Lifetime::days(lifetime.not_before, days);
        UnsignedCertificate::holder(root, "Purse", spki, serial, lifetime)
    })
}

/// The certificate of a party in this role with a test key.
pub fn certified_party(world: &World, role: Role, name: &str, key: usize) -> Certificate {
    let party = (role, &domain(name), name);
    let der = certified(&world.anchors, world.now(), |root, serial, lifetime| {
        UnsignedCertificate::party(root, party, &test_spki(key), serial, lifetime)
    });
    Certificate::from_der(&der).unwrap()
}

/// What a holder tells the registration authority.
pub fn registration(seed: u64) -> Registration {
    Registration {
        bank: domain(BANK),
        number: [u8::try_from(seed).unwrap(); 32],
        name: "Hanako Yamada".to_owned(),
        address: "4-17 Narai-juku, Shiojiri".to_owned(),
        telephone: "090-1234-5678".to_owned(),
        password_verifier: [1; 32],
        outside_account: GOOD_ACCOUNT.to_owned(),
        currency: Currency::Jpy,
    }
}

/// The authority's request for an account (SZ1), signed by the party of that role.
pub fn opening_request(world: &World, role: Role, registration: &Registration) -> Vec<u8> {
    let request = OpeningRequest {
        envelope: authority_envelope(world, registration.number),
        registration: registration.clone(),
    };
    let leaf = certified_party(world, role, AUTHORITY, AUTHORITY_KEY);
    test_statement(&request, &leaf, AUTHORITY_KEY)
}

pub fn authority_envelope(world: &World, transaction: [u8; 32]) -> Envelope {
    let to = Audience::Party(domain(BANK));
    Envelope::new(domain(AUTHORITY), to, transaction, world.now(), 600)
}

/// A statement of the registration authority.
pub fn said_by_authority<M: tallystick_protocol::trust::statement::SignedMessage>(
    world: &World,
    message: &M,
) -> Vec<u8> {
    let role = Role::RegistrationAuthority;
    let leaf = certified_party(world, role, AUTHORITY, AUTHORITY_KEY);
    test_statement(message, &leaf, AUTHORITY_KEY)
}

/// What the bank answers to a registration (SZ3).
pub fn opening(world: &World, registration: &Registration) -> OpeningAnswer {
    let body = opening_request(world, Role::RegistrationAuthority, registration);
    let answer = world.post(BANK, "/v1/openings", COSE, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said = open::<OpeningAnswer>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    let said = said.unwrap();
    said.require_transaction(&registration.number).unwrap();
    said.message
}

/// The offer in an answer.
pub fn offer_in(world: &World, answer: &OpeningAnswer) -> AccountOffer {
    assert_eq!(answer.outcome, OpeningOutcome::Opened);
    let offer = answer.offer.as_ref().unwrap();
    open::<AccountOffer>(offer, &world.anchors, world.now(), Role::Issuer)
        .unwrap()
        .message
}

/// A holder with an account at the bank.
pub fn enrolled(world: &World, seed: u64) -> Holder {
    let answer = opening(world, &registration(seed));
    Holder::enrol_with(world, seed, offer_in(world, &answer))
}

/// As [`enrolled`], with that key to sign with.
#[allow(dead_code, reason = "the benchmark has many holders")]
pub fn enrolled_with_key(world: &World, seed: u64, key: rsa::RsaPrivateKey) -> Holder {
    let answer = opening(world, &registration(seed));
    Holder::enrol_with_key(world, seed, offer_in(world, &answer), key)
}

/// Puts money onto the account from outside.
pub fn deposit(world: &World, holder: &Holder, minor: u64, reference: &str) -> Response<Vec<u8>> {
    let body = serde_json::json!({
        "account": holder.card.number.as_str(),
        "amount": minor,
        "currency": "JPY",
        "reference": reference,
    });
    let body = body.to_string().into_bytes();
    world.post(BANK, "/v1/deposits", super::holder::JSON, body)
}
