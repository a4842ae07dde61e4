//! What the CA certifies for coupon offices: a key in a role of its own, for whoever has the token for that role.

use sha2::{Digest, Sha256};
use tallystick_parties::native::block_on;
use tallystick_parties::office::http::COSE;
use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::coupon::CouponKeyRequest;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::Role;

use crate::bank::Bank;
use crate::world::{BANK, CA, OTHER_BANK, World, domain, problem, said, token};

const PATH: &str = "/v1/coupon-keys";

fn p256(secret: u8) -> Vec<u8> {
    let key = VerifyingKey::of_p256(&[secret; 32]).unwrap();
    key.to_spki().unwrap()
}

/// A party's request; the transaction is to be the key's digest.
fn request(party: &Bank, transaction: [u8; 32], public_key: &[u8], token: [u8; 32]) -> Vec<u8> {
    let to = Audience::Party(domain(CA));
    let request = CouponKeyRequest {
        envelope: party.office.envelope(to, transaction, 600),
        public_key: public_key.to_vec(),
        token,
    };
    block_on(party.office.say(&request)).unwrap()
}

fn about(party: &Bank, public_key: &[u8], token: [u8; 32]) -> Vec<u8> {
    let digest = Sha256::digest(public_key).into();
    request(party, digest, public_key, token)
}

#[test]
fn t001_6_an_office_has_its_key_for_coupons_certified_in_a_role_of_its_own() {
    let world = World::new();
    let key = p256(9);
    let ask = |key: &[u8]| {
        let body = about(&world.bank, key, token(Role::CouponOffice, BANK));
        world.post(CA, PATH, COSE, body)
    };
    let made: CertificateAnswer = said(&ask(&key));
    let certificate = Certificate::from_der(&made.certificate).unwrap();
    let identity = world.bank.office.identity().unwrap();
    let now = world.bank.office.now();
    let as_role = |role| identity.anchors.verify(&certificate, now, role);
    let owner = as_role(Role::CouponOffice).unwrap();
    assert_eq!(owner.domain, Some(domain(BANK)));
    assert_eq!(owner.public_key.to_spki().unwrap(), key);
    for role in [Role::Issuer, Role::Bank, Role::Holder, Role::Shop] {
        assert!(as_role(role).is_err(), "{role}");
    }
    assert_eq!(
        said::<CertificateAnswer>(&ask(&key)),
        made,
        "the same again"
    );
    assert_eq!(problem(&ask(&p256(10))), "unauthorised", "another key");
}

#[test]
fn nobody_else_has_a_key_certified_for_coupons() {
    let mut world = World::new();
    let key = p256(9);
    let ask = |party: &Bank, token| problem(&world.post(CA, PATH, COSE, about(party, &key, token)));
    assert_eq!(ask(&world.bank, [0; 32]), "unauthorised");
    for role in [Role::Issuer, Role::Bank] {
        let other = token(role, BANK);
        assert_eq!(ask(&world.bank, other), "unauthorised", "{role}'s token");
    }
    let others = token(Role::CouponOffice, OTHER_BANK);
    assert_eq!(ask(&world.bank, others), "unauthorised", "another office's");
    let own = token(Role::CouponOffice, BANK);
    let body = request(&world.bank, [1; 32], &key, own);
    let answer = world.post(CA, PATH, COSE, body);
    assert_eq!(problem(&answer), "wrong-transaction");
    let shop = world.other_bank(Role::Shop, OTHER_BANK);
    let by_a_shop = world.post(CA, PATH, COSE, about(&shop, &key, others));
    assert_eq!(problem(&by_a_shop), "untrusted-certificate");
}
