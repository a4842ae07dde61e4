//! SZ3 and SZ9 in the document's own form: the registration authority makes the key and the card alone opens it.

use http::Response;
use rsa::{BoxedUint, RsaPrivateKey};
use tallystick_parties::native::block_on;
use tallystick_parties::office::http::CBOR;
use tallystick_protocol::bank::{OpeningOutcome, PurseKeyDelivery, PurseKeyKind, PurseKeyRequest};
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::trust::signature::{VerifyingKey, public_key_to_spki};
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use crate::applying::{apply, verified};
use crate::card::{Key, applied};
use crate::world::{BANK, OTHER_BANK, RA, World, domain, hanako, holds, problem};

const CARD: [u8; 32] = [5; 32];

fn request(kind: PurseKeyKind, number: u8) -> PurseKeyRequest {
    PurseKeyRequest {
        bank: domain(BANK),
        registration: hanako().number,
        number: [number; 32],
        enrolment_public_key: public_key(&CARD).unwrap(),
        kind,
    }
}

fn make(world: &World, request: &PurseKeyRequest) -> Response<Vec<u8>> {
    world.post(RA, "/v1/purse-keys", CBOR, encode(request))
}

/// The delivery, verified as a wallet does.
fn delivered(world: &World, answer: &Response<Vec<u8>>) -> PurseKeyDelivery {
    assert_eq!(answer.status(), 200, "{}", problem(answer));
    let identity = world.bank.office.identity().unwrap();
    let role = Role::RegistrationAuthority;
    let now = world.bank.office.now();
    let delivery = open::<PurseKeyDelivery>(answer.body(), &identity.anchors, now, role).unwrap();
    delivery.require_recipient(&Audience::Holder).unwrap();
    delivery.require_sender(&domain(RA)).unwrap();
    delivery.message
}

#[test]
fn a_key_of_p256_opens_in_its_card_alone_and_belongs_to_the_public_key() {
    let world = World::new();
    world.register(&hanako());
    let answer = make(&world, &request(PurseKeyKind::P256, 1));
    let delivery = delivered(&world, &answer);
    assert_eq!(delivery.envelope.transaction, [1; 32]);
    let secret = delivery.secret.open(&CARD).unwrap();
    let secret: [u8; 32] = secret.as_slice().try_into().unwrap();
    let public = VerifyingKey::of_p256(&secret).unwrap();
    assert_eq!(public.to_spki().unwrap(), delivery.public_key);
    assert!(delivery.secret.open(&[6; 32]).is_err());
    let kept = world.kept_at_ra();
    assert!(!holds(&kept, &secret), "it forgets the key at once");
    let again = make(&world, &request(PurseKeyKind::P256, 1));
    assert_eq!(again.body(), answer.body(), "the same key again");
    let other = make(&world, &request(PurseKeyKind::P256, 2));
    assert_ne!(delivered(&world, &other).public_key, delivery.public_key);
}

#[test]
fn a_key_of_rsa_arrives_as_two_primes_of_the_public_key() {
    let world = World::new();
    world.register(&hanako());
    let delivery = delivered(&world, &make(&world, &request(PurseKeyKind::Rsa2048, 1)));
    let secret = delivery.secret.open(&CARD).unwrap();
    assert_eq!(secret.len(), 256);
    let prime = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 1024).unwrap();
    let primes = (prime(&secret[..128]), prime(&secret[128..]));
    let key = RsaPrivateKey::from_p_q(primes.0, primes.1, BoxedUint::from(65_537_u32)).unwrap();
    let public = public_key_to_spki(key.as_public_key()).unwrap();
    assert_eq!(public, delivery.public_key);
    let kept = world.kept_at_ra();
    assert!(!holds(&kept, &secret[..128]) && !holds(&kept, &secret[128..]));
}

#[test]
fn a_key_that_was_made_here_is_applied_with_as_one_that_the_card_made() {
    let world = World::new();
    world.register(&hanako());
    let delivery = delivered(&world, &make(&world, &request(PurseKeyKind::P256, 1)));
    let secret = delivery.secret.open(&CARD).unwrap();
    let key = Key::Delivered(secret.as_slice().try_into().unwrap());
    verified(&world, &apply(&world, &applied(key)), key);
}

#[test]
fn keys_are_made_for_those_who_opened_an_account_and_not_without_end() {
    let world = World::new();
    let wanted = request(PurseKeyKind::P256, 1);
    assert_eq!(problem(&make(&world, &wanted)), "unauthorised");
    world.bank.outcome.set(OpeningOutcome::NotSolvent);
    world.register(&hanako());
    assert_eq!(problem(&make(&world, &wanted)), "unauthorised");

    let world = World::new();
    world.register(&hanako());
    let mut elsewhere = wanted.clone();
    elsewhere.bank = domain(OTHER_BANK);
    assert_eq!(problem(&make(&world, &elsewhere)), "unauthorised");
    let mut low_order = wanted.clone();
    low_order.enrolment_public_key = [0; 32];
    assert_eq!(problem(&make(&world, &low_order)), "malformed");
    for number in 1..=16 {
        delivered(&world, &make(&world, &request(PurseKeyKind::P256, number)));
    }
    let one_more = request(PurseKeyKind::P256, 17);
    assert_eq!(problem(&make(&world, &one_more)), "over-cap");
    let mut other = wanted;
    other.kind = PurseKeyKind::Rsa2048;
    assert_eq!(problem(&make(&world, &other)), "replayed");
}

#[test]
fn a_key_cut_short_at_any_write_is_made_once() {
    let mut finished = false;
    for writes in 0..50 {
        let world = World::new();
        world.register(&hanako());
        world.ra.database.fail_after(writes);
        let outcome = make(&world, &request(PurseKeyKind::P256, 1));
        block_on(world.restart()).unwrap();
        let answer = make(&world, &request(PurseKeyKind::P256, 1));
        delivered(&world, &answer);
        if outcome.status() == 200 {
            assert_eq!(outcome.body(), answer.body());
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}
