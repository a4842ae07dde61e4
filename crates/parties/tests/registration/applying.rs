//! SZ4 to SZ9: a purse is applied for, its key certified, and the card gets what the bank signed.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_parties::office::fault::Kind;
use tallystick_parties::office::http::{CBOR, COSE};
use tallystick_protocol::bank::{OpeningOutcome, PurseApplicationRequest, PurseOpening};
use tallystick_protocol::purse::{PurseCertificate, PurseNumber, key_digest};
use tallystick_protocol::test_keys::test_signature;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use crate::bank::PURSE;
use crate::card::{Key, application, applied};
use crate::world::{BANK, CA, OTHER_BANK, RA, World, domain, hanako, problem, said};

const OPEN: &str = "/v1/purse-keys";
const CARD: Key = Key::P256(5);

pub fn apply(world: &World, request: &PurseApplicationRequest) -> Response<Vec<u8>> {
    world.post(RA, "/v1/purse-applications", CBOR, encode(request))
}

/// What the card gets, with everything in it verified as the card does.
pub fn verified(world: &World, answer: &Response<Vec<u8>>, key: Key) -> PurseOpening {
    checked(world, said(answer), key)
}

pub fn checked(world: &World, opening: PurseOpening, key: Key) -> PurseOpening {
    let identity = world.bank.office.identity().unwrap();
    let now = world.bank.office.now();
    let owner = |der: &[u8], role| {
        let certificate = Certificate::from_der(der).unwrap();
        identity.anchors.verify(&certificate, now, role).unwrap()
    };
    let bank = owner(&opening.bank_certificate, Role::Bank);
    assert_eq!(bank.domain, Some(domain(BANK)));
    let purse = keyed::open::<PurseCertificate>(&opening.purse_certificate, &bank.public_key);
    let purse = purse.unwrap();
    assert_eq!(purse.number, PURSE);
    assert_eq!(purse.key, Some(key_digest(&key.public())));
    let certified = owner(opening.key_certificate.as_ref().unwrap(), Role::Holder);
    assert_eq!(certified.public_key.to_spki().unwrap(), key.public());
    assert!(certified.name.starts_with("Purse "), "it names nobody");
    opening
}

#[test]
fn a_purse_is_opened_for_a_key_of_either_kind() {
    for key in [CARD, Key::Rsa(7)] {
        let world = World::registered();
        verified(&world, &apply(&world, &applied(key)), key);
        let console = world.get_json(RA, "/v1/console");
        assert_eq!(console["counters"]["purse_keys"], 1);
    }
}

#[test]
fn the_same_application_again_has_the_same_answer_and_asks_nobody() {
    let world = World::registered();
    let first = apply(&world, &applied(CARD));
    world.hub.cut(BANK, true);
    world.hub.cut(CA, true);
    let again = apply(&world, &applied(CARD));
    assert_eq!(first.body(), again.body());
    let mut other = application(CARD);
    other.account = 4712;
    let other = PurseApplicationRequest {
        application: CARD.signs(&other),
        approval: Vec::new(),
        ..applied(CARD)
    };
    assert_eq!(problem(&apply(&world, &other)), "replayed");
}

#[test]
fn an_application_that_the_purse_s_own_key_did_not_sign_is_refused() {
    let world = World::registered();
    let mut forged = applied(CARD);
    forged.application = Key::P256(6).signs(&application(CARD));
    assert_eq!(problem(&apply(&world, &forged)), "bad-signature");
    forged.application = b"not even signed".to_vec();
    assert_eq!(problem(&apply(&world, &forged)), "malformed");
    let mut elsewhere = application(CARD);
    elsewhere.bank = domain("unknown-bank.localhost");
    forged.application = CARD.signs(&elsewhere);
    assert_eq!(problem(&apply(&world, &forged)), "not-found");
    assert_eq!(world.bank.asked(OPEN), 0);
}

#[test]
fn an_application_that_the_account_did_not_approve_is_refused_until_it_does() {
    let world = World::registered();
    let mut forged = applied(CARD);
    let bytes = application(CARD).approval_to_be_signed();
    forged.approval = test_signature(5, &bytes);
    assert_eq!(problem(&apply(&world, &forged)), "bad-signature");
    assert_eq!(problem(&apply(&world, &forged)), "bad-signature");
    verified(&world, &apply(&world, &applied(CARD)), CARD);
}

#[test]
fn whoever_is_silent_is_waited_for_and_a_retry_goes_on() {
    for silent in [CA, BANK] {
        let world = World::registered();
        world.hub.cut(silent, true);
        assert_eq!(problem(&apply(&world, &applied(CARD))), "unreachable");
        world.hub.cut(silent, false);
        verified(&world, &apply(&world, &applied(CARD)), CARD);
    }
}

#[test]
fn a_lost_answer_of_the_bank_is_asked_for_again_by_itself() {
    let world = World::registered();
    world.bank.loses.set(1);
    assert_eq!(problem(&apply(&world, &applied(CARD))), "unreachable");
    world.clock.advance(60_000);
    block_on(world.restart()).unwrap();
    world.hub.cut(BANK, true);
    verified(&world, &apply(&world, &applied(CARD)), CARD);
    let heard = world.bank.heard.borrow();
    let mut heard = heard.iter().filter(|(path, _)| path == OPEN);
    let first = heard.next().unwrap();
    assert!(heard.all(|said| said == first));
}

#[test]
fn t004_43_a_purse_that_the_bank_does_not_open_stays_closed() {
    let world = World::registered();
    world.bank.refuses.set(Some(Kind::UntrustedCertificate));
    let refused = apply(&world, &applied(CARD));
    assert_eq!(problem(&refused), "untrusted-certificate");
    world.bank.refuses.set(None);
    verified(&world, &apply(&world, &applied(CARD)), CARD);
}

#[test]
fn what_the_bank_did_not_sign_for_this_key_does_not_reach_the_card() {
    let mut world = World::registered();
    let other = world.other_bank(Role::Issuer, OTHER_BANK);
    let number = PurseNumber([0x42; 16]);
    let for_another = world.bank.opening(&Key::P256(6).public(), number);
    let mut by_another = other.opening(&CARD.public(), number);
    by_another.bank_certificate = world.bank.key_certificate.borrow().clone();
    let mut mixed = world.bank.opening(&CARD.public(), number);
    mixed.notice = world
        .bank
        .opening(&CARD.public(), PurseNumber([1; 16]))
        .notice;
    let mut certified_as_party = world.bank.opening(&CARD.public(), number);
    certified_as_party.bank_certificate = world.bank.office.identity().unwrap().certificate.clone();
    for forged in [for_another, by_another, mixed, certified_as_party] {
        world.bank.forged.replace(Some(encode(&forged)));
        assert_eq!(problem(&apply(&world, &applied(CARD))), "starting");
    }
    world.bank.forged.replace(None);
    verified(&world, &apply(&world, &applied(CARD)), CARD);
}

#[test]
fn an_application_cut_short_at_any_write_goes_on_to_one_certificate_and_one_purse() {
    let mut finished = false;
    for writes in 0..200 {
        let world = World::registered();
        world.ra.database.fail_after(writes);
        let outcome = apply(&world, &applied(CARD));
        block_on(world.restart()).unwrap();
        let answer = apply(&world, &applied(CARD));
        verified(&world, &answer, CARD);
        let console = world.get_json(CA, "/v1/console");
        let certified = &console["counters"]["holder_certificates"];
        assert_eq!(*certified, 1, "cut after {writes}");
        if outcome.status() == 200 {
            assert_eq!(outcome.body(), answer.body());
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

#[test]
fn an_application_goes_on_by_itself_when_the_wallet_does_not_come_back() {
    let world = World::registered();
    world.hub.cut(CA, true);
    apply(&world, &applied(CARD));
    world.hub.cut(CA, false);
    world.run_for(120);
    assert_eq!(world.bank.asked(OPEN), 1);
    let as_cose = world.post(RA, "/v1/purse-applications", COSE, encode(&applied(CARD)));
    assert_eq!(problem(&as_cose), "unsupported-media-type");
}

/// How many keys the CA certified.
fn certified(world: &World) -> serde_json::Value {
    world.get_json(CA, "/v1/console")["counters"]["holder_certificates"].clone()
}

#[test]
fn a_key_is_certified_for_those_alone_who_opened_an_account() {
    let world = World::new();
    assert_eq!(problem(&apply(&world, &applied(CARD))), "unauthorised");
    world.bank.outcome.set(OpeningOutcome::NotSolvent);
    world.register(&hanako());
    assert_eq!(problem(&apply(&world, &applied(CARD))), "unauthorised");
    let world = World::registered();
    let mut unknown = applied(CARD);
    unknown.registration = [1; 32];
    assert_eq!(problem(&apply(&world, &unknown)), "unauthorised");
    assert_eq!(certified(&world), 0);
    assert_eq!(world.bank.asked(OPEN), 0);
    assert_eq!(world.kept("ra_purse_keys"), 0);
    verified(&world, &apply(&world, &applied(CARD)), CARD);
}

#[test]
fn no_more_keys_wait_for_one_registration_than_a_card_has_places() {
    let world = World::registered();
    world.bank.refuses.set(Some(Kind::Unauthorised));
    for key in 1..=16 {
        let refused = apply(&world, &applied(Key::P256(key)));
        assert_eq!(problem(&refused), "unauthorised");
    }
    assert_eq!(certified(&world), 16);
    let one_more = applied(Key::P256(17));
    assert_eq!(problem(&apply(&world, &one_more)), "over-cap");
    assert_eq!(certified(&world), 16);
    world.bank.refuses.set(None);
    verified(&world, &apply(&world, &applied(CARD)), CARD);
    verified(&world, &apply(&world, &one_more), Key::P256(17));
}

#[test]
fn a_key_for_which_no_purse_was_opened_is_dropped_after_a_month() {
    let world = World::registered();
    verified(&world, &apply(&world, &applied(CARD)), CARD);
    world.bank.refuses.set(Some(Kind::Unauthorised));
    apply(&world, &applied(Key::P256(6)));
    world.bank.refuses.set(None);
    world.nights(29);
    assert_eq!(world.kept("ra_purse_keys"), 2);
    world.nights(3);
    assert_eq!(world.kept("ra_purse_keys"), 1);
    verified(&world, &apply(&world, &applied(CARD)), CARD);
}
