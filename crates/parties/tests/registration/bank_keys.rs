//! What the CA certifies for banks and purses: keys of P-256 as well as RSA.

use tallystick_parties::native::block_on;
use tallystick_parties::office::http::COSE;
use tallystick_protocol::account::{CertificateAnswer, HolderCertificateRequest};
use tallystick_protocol::bank::BankKeyRequest;
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::test_keys::test_spki;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::Role;

use crate::bank::Bank;
use crate::world::{BANK, CA, OTHER_BANK, World, domain, problem, said, token};

fn request(bank: &Bank, public_key: &[u8], token: [u8; 32]) -> Vec<u8> {
    let to = Audience::Party(domain(CA));
    let request = BankKeyRequest {
        envelope: bank.office.envelope(to, key_digest(public_key), 600),
        public_key: public_key.to_vec(),
        token,
    };
    block_on(bank.office.say(&request)).unwrap()
}

fn p256(secret: u8) -> Vec<u8> {
    VerifyingKey::of_p256(&[secret; 32])
        .unwrap()
        .to_spki()
        .unwrap()
}

#[test]
fn a_bank_has_its_key_for_purses_certified_once_for_each_token() {
    for key in [p256(9), test_spki(7)] {
        let mut world = World::new();
        let bank = world.other_bank(Role::Issuer, OTHER_BANK);
        let ask = |key: &[u8]| {
            let body = request(&bank, key, token(Role::Bank, OTHER_BANK));
            world.post(CA, "/v1/bank-keys", COSE, body)
        };
        let answer = ask(&key);
        let made: CertificateAnswer = said(&answer);
        let certificate = Certificate::from_der(&made.certificate).unwrap();
        let identity = world.bank.office.identity().unwrap();
        let now = world.bank.office.now();
        let owner = identity.anchors.verify(&certificate, now, Role::Bank);
        let owner = owner.unwrap();
        assert_eq!(owner.domain, Some(domain(OTHER_BANK)));
        assert_eq!(owner.name, OTHER_BANK);
        assert_eq!(owner.public_key, VerifyingKey::from_spki(&key).unwrap());
        assert_eq!(ask(&key).body(), answer.body(), "the same again");
        assert_eq!(problem(&ask(&p256(10))), "unauthorised", "another key");
    }
}

#[test]
fn nobody_else_has_a_key_certified_for_a_bank() {
    let mut world = World::new();
    let key = p256(9);
    let ask = |bank: &Bank, token| {
        problem(&world.post(CA, "/v1/bank-keys", COSE, request(bank, &key, token)))
    };
    assert_eq!(ask(&world.bank, [0; 32]), "unauthorised");
    let own = token(Role::Issuer, BANK);
    assert_eq!(ask(&world.bank, own), "unauthorised", "the issuer's token");
    let others = token(Role::Bank, OTHER_BANK);
    assert_eq!(ask(&world.bank, others), "unauthorised", "another bank's");
    let shop = world.other_bank(Role::Shop, OTHER_BANK);
    let body = request(&shop, &key, others);
    let by_a_shop = world.post(CA, "/v1/bank-keys", COSE, body);
    assert_eq!(problem(&by_a_shop), "untrusted-certificate");
    let third = world.other_bank(Role::Issuer, "third-bank.localhost");
    let off_the_curve = [&key[..60], &[key[60] ^ 1], &key[61..]].concat();
    let own = token(Role::Bank, "third-bank.localhost");
    let body = request(&third, &off_the_curve, own);
    let refused = world.post(CA, "/v1/bank-keys", COSE, body);
    assert_eq!(problem(&refused), "bad-signature");
}

#[test]
fn a_registration_authority_has_a_purse_key_of_p256_certified_and_a_courier_does_not() {
    let mut world = World::new();
    let made: CertificateAnswer = said(&ask_by(&world, &world.bank));
    let certificate = Certificate::from_der(&made.certificate).unwrap();
    assert_eq!(certificate.claimed_role(), Some(Role::Holder));
    assert_eq!(certificate.public_key().to_spki().unwrap(), p256(9));
    let courier = world.other_bank(Role::Courier, "courier.localhost");
    assert_eq!(problem(&ask_by(&world, &courier)), "untrusted-certificate");
    let other = world.other_bank(Role::RegistrationAuthority, "other-ra.localhost");
    let by_ra: CertificateAnswer = said(&ask_by(&world, &other));
    assert!(Certificate::from_der(&by_ra.certificate).is_ok());
}

fn ask_by(world: &World, party: &Bank) -> http::Response<Vec<u8>> {
    let to = Audience::Party(domain(CA));
    let request = HolderCertificateRequest {
        envelope: party.office.envelope(to, [1; 32], 600),
        signing_public_key: p256(9),
        label: "Purse 1".into(),
    };
    let body = block_on(party.office.say(&request)).unwrap();
    world.post(CA, "/v1/holder-certificates", COSE, body)
}
