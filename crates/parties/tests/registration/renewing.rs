//! S1 to S11: a purse gets a new key, and only when the card says so with it is the old one revoked.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_parties::office::http::COSE;
use tallystick_protocol::bank::{
    FeeOption, PurseOpening, RenewalAnswer, RenewalOutcome, RenewalPermit,
};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;

use crate::applying::{apply, checked, verified};
use crate::card::{Key, applied, renewal, renewed};
use crate::world::{BANK, CA, RA, World, hanako, problem, said};

const OLD: Key = Key::P256(5);
const NEW: Key = Key::P256(6);
const DAY_MS: u64 = 86_400_000;

/// A world in which the purse has its first key.
fn scene() -> (World, PurseOpening) {
    opened(World::new())
}

fn opened(world: World) -> (World, PurseOpening) {
    world.register(&hanako());
    let opening = verified(&world, &apply(&world, &applied(OLD)), OLD);
    (world, opening)
}

fn renew(world: &World, signer: Key, new: Key) -> Response<Vec<u8>> {
    let signed = signer.signs(&renewal(new));
    world.post(RA, "/v1/key-renewals", COSE, signed)
}

fn replaced(world: &World, signer: Key, old: Key) -> Response<Vec<u8>> {
    let signed = signer.signs(&renewed(old));
    world.post(RA, "/v1/keys-renewed", COSE, signed)
}

fn permit(world: &World, answer: &Response<Vec<u8>>) -> (RenewalPermit, Option<PurseOpening>) {
    let answer: RenewalAnswer = said(answer);
    let identity = world.bank.office.identity().unwrap();
    let now = world.bank.office.now();
    let permit = open::<RenewalPermit>(&answer.permit, &identity.anchors, now, Role::Issuer);
    let opening = answer.opening.map(|opening| decode(&opening).unwrap());
    (permit.unwrap().message, opening)
}

/// What the CA's list says of this certificate.
fn is_revoked(world: &World, opening: &PurseOpening) -> bool {
    let list = world.ca_list();
    let certificate = opening.key_certificate.as_ref().unwrap();
    let certificate = Certificate::from_der(certificate).unwrap();
    list.find(certificate.serial()).is_some()
}

#[test]
fn t004_10_a_purse_gets_a_new_key_and_the_old_one_is_revoked_when_the_card_has_it() {
    for new in [NEW, Key::Rsa(7)] {
        let (world, old) = scene();
        let (permit, opening) = permit(&world, &renew(&world, OLD, new));
        assert_eq!(permit.outcome, RenewalOutcome::Permitted);
        let opening = checked(&world, opening.unwrap(), new);
        world.run_for(60);
        assert!(!is_revoked(&world, &old), "the card may not have it yet");
        assert_eq!(replaced(&world, new, OLD).status(), 204);
        world.run_for(60);
        assert!(is_revoked(&world, &old));
        assert!(!is_revoked(&world, &opening));
        assert_eq!(replaced(&world, new, OLD).status(), 204, "the same again");
        assert_eq!(world.bank.fees.get(), 1);
    }
}

#[test]
fn t004_18_the_old_key_is_refused_once_it_is_replaced_and_the_new_one_renews() {
    let (world, _) = scene();
    renew(&world, OLD, NEW);
    replaced(&world, NEW, OLD);
    let third = Key::P256(7);
    assert_eq!(problem(&renew(&world, OLD, third)), "bad-signature");
    let (_, opening) = permit(&world, &renew(&world, NEW, third));
    checked(&world, opening.unwrap(), third);
    assert_eq!(replaced(&world, third, NEW).status(), 204);
}

#[test]
fn t004_23_a_key_whose_certificate_has_ended_is_not_renewed() {
    let (world, _) = scene();
    world.clock.advance(398 * DAY_MS);
    block_on(world.bank.office.renew_if_due()).unwrap();
    block_on(world.restart()).unwrap();
    assert_eq!(problem(&renew(&world, OLD, NEW)), "expired");
    assert_eq!(world.bank.asked("/v1/purse-renewals"), 0);
}

#[test]
fn t004_28_a_key_that_was_revoked_is_not_renewed() {
    let (world, old) = opened(World::with_directory());
    world.revoke_as_ra(old.key_certificate.as_ref().unwrap());
    world.run_for(2 * 3600);
    assert!(is_revoked(&world, &old));
    let refused = renew(&world, OLD, NEW);
    assert_eq!(problem(&refused), "certificate-revoked");
    assert_eq!(world.bank.asked("/v1/purse-renewals"), 0);
}

#[test]
fn t004_43_what_the_old_key_did_not_sign_changes_nothing() {
    let (world, old) = scene();
    assert_eq!(problem(&renew(&world, NEW, NEW)), "bad-signature");
    assert_eq!(world.bank.asked("/v1/purse-renewals"), 0);
    let mut unknown = renewal(NEW);
    unknown.purse.0[0] ^= 1;
    let unknown = world.post(RA, "/v1/key-renewals", COSE, OLD.signs(&unknown));
    assert_eq!(problem(&unknown), "not-found");
    world.run_for(60);
    assert!(!is_revoked(&world, &old));
    assert_eq!(problem(&renew(&world, OLD, OLD)), "replayed", "no new key");
}

#[test]
fn t004_43_what_the_new_key_did_not_sign_revokes_nothing() {
    let (world, old) = scene();
    renew(&world, OLD, NEW);
    assert_eq!(problem(&replaced(&world, OLD, OLD)), "bad-signature");
    let stranger = Key::P256(9);
    assert_eq!(problem(&replaced(&world, stranger, OLD)), "bad-signature");
    world.run_for(60);
    assert!(!is_revoked(&world, &old));
    // The old key is the purse's still.
    let (_, opening) = permit(&world, &renew(&world, OLD, NEW));
    checked(&world, opening.unwrap(), NEW);
}

#[test]
fn t004_43_what_the_bank_does_not_permit_goes_back_as_it_signed_it_and_nothing_is_certified() {
    for outcome in RenewalOutcome::ALL {
        if outcome == RenewalOutcome::Permitted {
            continue;
        }
        let (world, _) = scene();
        world.bank.permits.set(outcome);
        let (said, opening) = permit(&world, &renew(&world, OLD, NEW));
        assert_eq!((said.outcome, said.fee), (outcome, None));
        assert!(opening.is_none());
        let console = world.get_json(CA, "/v1/console");
        assert_eq!(console["counters"]["holder_certificates"], 1);
        assert_eq!(problem(&replaced(&world, NEW, OLD)), "bad-signature");
    }
}

#[test]
fn after_a_refusal_the_bank_is_asked_again_with_another_fee_option_too() {
    let (world, _) = scene();
    world.bank.permits.set(RenewalOutcome::FeeNotCovered);
    permit(&world, &renew(&world, OLD, NEW));
    world.bank.permits.set(RenewalOutcome::Permitted);
    let mut from_outside = renewal(NEW);
    from_outside.fee = FeeOption::OutsideAccount;
    let signed = OLD.signs(&from_outside);
    let (said, opening) = permit(&world, &world.post(RA, "/v1/key-renewals", COSE, signed));
    assert_eq!(said.outcome, RenewalOutcome::Permitted);
    checked(&world, opening.unwrap(), NEW);
    // What is permitted is no longer asked for in other words.
    assert_eq!(problem(&renew(&world, OLD, NEW)), "replayed");
}

#[test]
fn a_card_that_lost_a_new_key_makes_another_but_not_without_end() {
    let (world, _) = scene();
    for byte in 10..18 {
        let (_, opening) = permit(&world, &renew(&world, OLD, Key::P256(byte)));
        checked(&world, opening.unwrap(), Key::P256(byte));
    }
    assert_eq!(problem(&renew(&world, OLD, NEW)), "over-cap");
    assert_eq!(replaced(&world, Key::P256(12), OLD).status(), 204);
    // The others come too late.
    assert_eq!(problem(&replaced(&world, Key::P256(13), OLD)), "conflict");
}

#[test]
fn whoever_is_silent_is_waited_for_and_the_fee_is_taken_once() {
    for silent in [CA, BANK] {
        let (world, _) = scene();
        world.hub.cut(silent, true);
        assert_eq!(problem(&renew(&world, OLD, NEW)), "unreachable");
        world.hub.cut(silent, false);
        world.bank.loses.set(1);
        renew(&world, OLD, NEW);
        let (_, opening) = permit(&world, &renew(&world, OLD, NEW));
        checked(&world, opening.unwrap(), NEW);
        assert_eq!(world.bank.fees.get(), 1);
    }
}

#[test]
fn a_renewal_cut_short_at_any_write_goes_on_to_one_fee_and_one_certificate() {
    let mut finished = false;
    for writes in 0..200 {
        let (world, _) = scene();
        world.ra.database.fail_after(writes);
        let outcome = renew(&world, OLD, NEW);
        block_on(world.restart()).unwrap();
        let (_, opening) = permit(&world, &renew(&world, OLD, NEW));
        checked(&world, opening.unwrap(), NEW);
        assert_eq!(world.bank.fees.get(), 1, "cut after {writes}");
        let console = world.get_json(CA, "/v1/console");
        let certified = &console["counters"]["holder_certificates"];
        assert_eq!(*certified, 2, "cut after {writes}");
        if outcome.status() == 200 {
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

#[test]
fn a_replacement_cut_short_at_any_write_is_done_whole_or_not_at_all() {
    let mut finished = false;
    for writes in 0..50 {
        let (world, old) = scene();
        renew(&world, OLD, NEW);
        world.ra.database.fail_after(writes);
        let outcome = replaced(&world, NEW, OLD);
        block_on(world.restart()).unwrap();
        world.run_for(60);
        assert_eq!(is_revoked(&world, &old), outcome.status() == 204);
        assert_eq!(
            replaced(&world, NEW, OLD).status(),
            204,
            "cut after {writes}"
        );
        world.run_for(60);
        assert!(is_revoked(&world, &old));
        if outcome.status() == 204 {
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}
