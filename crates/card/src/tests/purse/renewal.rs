use tallystick_protocol::bank::{FeeOption, KeyRenewal, KeyRenewed};
use tallystick_protocol::purse::{MovementOutcome, MovementRequest, SealedSecret, key_digest};
use tallystick_protocol::trust::keyed::{self, KeyedError};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey};

use super::bank::{LIFE, START};
use super::holder::{ACCOUNT, Holder, PURSE, yen};
use crate::Applet;
use crate::host::CardError;
use crate::host::purse::{self, OpeningGiven, RenewalTerms};

/// The bank certifies the next key, and for longer.
fn certified(holder: &mut Holder, next: &[u8]) -> OpeningGiven {
    let mut terms = holder.bank.terms(Some(key_digest(next)));
    terms.issued_at = holder.now;
    terms.expires_at = holder.now.plus_seconds(LIFE);
    OpeningGiven {
        certificate: holder.bank.sign(&terms),
        notice: None,
        at: holder.now,
    }
}

fn renew(holder: &mut Holder, algorithm: Algorithm) -> (VerifyingKey, VerifyingKey) {
    let old = holder.view().public_key.unwrap();
    let next = holder.ok(purse::make_key(0, algorithm));
    assert_ne!(next, old);
    let terms = RenewalTerms {
        fee: FeeOption::KeyInstallation,
        at: holder.now,
        amount: yen(300),
    };
    let renewal = holder.ok(purse::renew(0, &terms));
    let old_key = VerifyingKey::from_spki(&old).unwrap();
    let said: KeyRenewal = keyed::open(&renewal, &old_key).unwrap();
    assert_eq!(said.new_public_key, next);
    assert_eq!(
        holder.view().public_key.unwrap(),
        old,
        "until the bank says so"
    );
    let given = certified(holder, &next);
    holder.ok(purse::open(0, &given));
    holder.ok(purse::open(0, &given));
    let view = holder.view();
    assert_eq!(
        (view.public_key, view.next_public_key),
        (Some(next.clone()), None)
    );
    let now = holder.now;
    let renewed = holder.ok(purse::renewed(0, now));
    let new_key = VerifyingKey::from_spki(&next).unwrap();
    let said: KeyRenewed = keyed::open(&renewed, &new_key).unwrap();
    assert_eq!(said.old_key, key_digest(&old));
    (old_key, new_key)
}

#[test]
fn t004_10_t004_18_t004_28_a_renewed_key_works_and_the_old_one_signs_nothing_any_more() {
    for (first, next) in [
        (Algorithm::Es256, Algorithm::Es256),
        (Algorithm::Ps256, Algorithm::Es256),
        (Algorithm::Es256, Algorithm::Ps256),
    ] {
        let mut holder = Holder::signing(first);
        holder.load(5_000).unwrap();
        let pending = holder.give(1_000).unwrap();
        holder.now = START.plus_seconds(LIFE - 10);
        let (old, new) = renew(&mut holder, next);
        assert_eq!(holder.amounts(), (4_000, 1_000, 0), "value stays");
        holder.end(pending.transaction, MovementOutcome::Completed);
        holder.now = START.plus_seconds(LIFE + 10);
        let terms = holder.terms(PURSE, ACCOUNT, yen(1));
        let signed = holder.ok(purse::request(0, &terms));
        keyed::open::<MovementRequest>(&signed, &new).unwrap();
        let by_old = keyed::open::<MovementRequest>(&signed, &old);
        assert!(matches!(
            by_old,
            Err(KeyedError::BadSignature | KeyedError::Malformed)
        ));
    }
}

#[test]
fn t004_10_t004_18_t004_28_an_expired_key_asks_for_no_new_one_and_moves_nothing() {
    let mut holder = Holder::holding(100);
    holder.ok(purse::make_key(0, Algorithm::Es256));
    holder.now = START.plus_seconds(LIFE);
    let terms = RenewalTerms {
        fee: FeeOption::Account,
        at: holder.now,
        amount: yen(300),
    };
    let refused = holder.tried(purse::renew(0, &terms));
    assert_eq!(refused, Err(CardError::Expired));
    assert_eq!(holder.give(1).map(|_| ()), Err(CardError::Expired));
}

#[test]
fn a_certificate_for_a_key_that_is_not_the_next_replaces_nothing() {
    let mut holder = Holder::new();
    let opening = holder.view().certificate.unwrap();
    let next = holder.ok(purse::make_key(0, Algorithm::Es256));
    let stranger = VerifyingKey::of_p256(&[4; 32]).unwrap().to_spki().unwrap();
    let given = certified(&mut holder, &stranger);
    let refused = holder.tried(purse::open(0, &given));
    assert_eq!(refused, Err(CardError::NotForThisPurse));
    let mut terms = holder.bank.terms(Some(key_digest(&next)));
    terms.number.0[0] ^= 1;
    let given = OpeningGiven {
        certificate: holder.bank.sign(&terms),
        notice: None,
        at: START,
    };
    let refused = holder.tried(purse::open(0, &given));
    assert_eq!(refused, Err(CardError::NotForThisPurse));
    assert_eq!(holder.view().next_public_key, Some(next.clone()));
    holder.now = START.plus_seconds(10);
    let given = certified(&mut holder, &next);
    holder.ok(purse::open(0, &given));
    // The certificate of before, again: the key that it names is gone.
    let old = OpeningGiven {
        certificate: opening,
        ..given
    };
    let refused = holder.tried(purse::open(0, &old));
    assert_eq!(refused, Err(CardError::OlderCheckpoint));
}

#[test]
fn a_purse_goes_on_with_its_key_under_a_longer_certificate() {
    let mut holder = Holder::holding(100);
    let key = holder.view().public_key.unwrap();
    holder.now = START.plus_seconds(10);
    let given = certified(&mut holder, &key);
    holder.ok(purse::open(0, &given));
    holder.now = START.plus_seconds(LIFE + 5);
    holder.give(1).unwrap();
}

#[test]
fn a_new_key_sent_over_the_air_takes_the_place_of_the_old_one() {
    let mut holder = Holder::holding(100);
    let enrolment = holder.bench.enrol(0);
    holder.bench.select(Applet::Purse);
    let sealed = SealedSecret::new(holder.bank.rng(), &enrolment, Algorithm::Es256, &[9; 32]);
    let next = holder.ok(purse::put_key(0, 0, &sealed.unwrap()));
    holder.now = START.plus_seconds(10);
    let given = certified(&mut holder, &next);
    holder.ok(purse::open(0, &given));
    assert_eq!(holder.view().public_key, Some(next));
    holder.unload(1).unwrap();
}

#[test]
fn a_renewal_needs_a_next_key_and_its_report_one_that_was_replaced() {
    let mut holder = Holder::new();
    let terms = RenewalTerms {
        fee: FeeOption::Account,
        at: START,
        amount: yen(300),
    };
    let refused = holder.tried(purse::renew(0, &terms));
    assert_eq!(refused, Err(CardError::NotFound));
    let refused = holder.tried(purse::renewed(0, START));
    assert_eq!(refused, Err(CardError::NotFound));
}
