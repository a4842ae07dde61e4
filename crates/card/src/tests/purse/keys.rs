use tallystick_protocol::bank::PurseApplication;
use tallystick_protocol::purse::{HistoryPolicy, P256_SECRET_BYTES, SealedSecret, key_digest};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::Currency;

use super::bank::{Bank, LIFE, START};
use super::holder::Holder;
use crate::Applet;
use crate::applets::identity::rsa_key;
use crate::host::CardError;
use crate::host::purse::{self, ApplicationTerms, OpeningGiven};

fn application(holder: &Holder) -> ApplicationTerms {
    ApplicationTerms {
        bank: holder.bank.domain.clone(),
        account: 4711,
        holder: HolderId([3; 32]),
        at: holder.now,
    }
}

#[test]
fn a_purse_applies_with_the_key_that_the_card_made_and_keeps() {
    for algorithm in [Algorithm::Es256, Algorithm::Ps256] {
        let mut holder = Holder::with(Bank::new());
        let key = holder.ok(purse::make_key(3, algorithm));
        assert_eq!(holder.ok(purse::make_key(3, algorithm)), key, "once made");
        let other = match algorithm {
            Algorithm::Es256 => Algorithm::Ps256,
            Algorithm::Ps256 => Algorithm::Es256,
        };
        let refused = holder.tried(purse::make_key(3, other));
        assert_eq!(refused, Err(CardError::Refused(0x6a89)));
        let terms = application(&holder);
        let signed = holder.ok(purse::apply(3, &terms));
        let public = VerifyingKey::from_spki(&key).unwrap();
        assert_eq!(public.algorithm(), algorithm);
        let said: PurseApplication = keyed::open(&signed, &public).unwrap();
        assert_eq!((said.purse_public_key, said.account), (key, 4711));
        let empty = holder.tried(purse::apply(4, &terms));
        assert_eq!(empty, Err(CardError::NotFound));
    }
}

#[test]
fn a_key_made_elsewhere_comes_in_sealed_to_the_card_and_opens_a_purse() {
    let mut holder = Holder::with(Bank::new());
    let enrolment = holder.bench.enrol(2);
    holder.bench.enrol(5);
    holder.bench.select(Applet::Purse);
    let (primes, _) = rsa_key::generate(holder.bank.rng()).unwrap();
    for (place, algorithm, secret) in [
        (0, Algorithm::Es256, &[9; P256_SECRET_BYTES][..]),
        (1, Algorithm::Ps256, primes.as_slice()),
    ] {
        let sealed = SealedSecret::new(holder.bank.rng(), &enrolment, algorithm, secret).unwrap();
        let elsewhere = holder.tried(purse::put_key(place, 5, &sealed));
        assert_eq!(elsewhere, Err(CardError::Refused(0x6a80)));
        let empty = holder.tried(purse::put_key(place, 6, &sealed));
        assert_eq!(empty, Err(CardError::NotFound));
        let key = holder.ok(purse::put_key(place, 2, &sealed));
        assert_eq!(holder.ok(purse::put_key(place, 2, &sealed)), key);
        holder.bank.checkpoint.purse.0[0] = place;
        let terms = holder.bank.terms(Some(key_digest(&key)));
        let opening = OpeningGiven {
            certificate: holder.bank.sign(&terms),
            notice: Some(holder.bank.notice(false)),
            at: START,
        };
        holder.ok(purse::open(place, &opening));
    }
    let state = holder.bench.card.state();
    let held = |secret: &[u8]| state.windows(16).any(|window| *window == secret[..16]);
    assert!(
        !held(&[9; 32]) && !held(primes.as_slice()),
        "both are in the safe"
    );
}

#[test]
fn what_is_no_key_is_refused() {
    let mut holder = Holder::with(Bank::new());
    let enrolment = holder.bench.enrol(2);
    holder.bench.select(Applet::Purse);
    for (algorithm, secret) in [
        (Algorithm::Es256, &[0; 32][..]),
        (Algorithm::Es256, &[0xff; 32]),
        (Algorithm::Ps256, &[0; 256]),
    ] {
        let sealed = SealedSecret::new(holder.bank.rng(), &enrolment, algorithm, secret).unwrap();
        let refused = holder.tried(purse::put_key(0, 2, &sealed));
        assert_eq!(refused, Err(CardError::Refused(0x6a80)));
    }
}

#[test]
fn a_purse_is_opened_by_what_its_bank_signed_for_its_key_and_by_nothing_else() {
    let mut holder = Holder::with(Bank::new());
    let right = holder.opening(0, Algorithm::Es256);
    let key = holder.ok(purse::make_key(0, Algorithm::Es256));
    let other_key = holder.ok(purse::make_key(1, Algorithm::Es256));
    let terms = holder.bank.terms(Some(key_digest(&key)));
    let of_other_key = holder.bank.terms(Some(key_digest(&other_key)));
    let of_none = holder.bank.terms(None);
    let mut expired = terms.clone();
    expired.expires_at = START;
    let mut elsewhere = terms.clone();
    elsewhere.bank = crate::tests::bench::domain("other-bank.localhost");
    let mut other_purse = terms.clone();
    other_purse.number.0[0] ^= 1;
    let with = |holder: &Holder, terms, at| OpeningGiven {
        certificate: holder.bank.sign(terms),
        at,
        ..right.clone()
    };
    for (terms, error) in [
        (&of_other_key, CardError::NotForThisPurse),
        (&expired, CardError::Expired),
        (&elsewhere, CardError::NotForThisPurse),
        (&other_purse, CardError::NotForThisPurse),
        (&of_none, CardError::Refused(0x6a89)),
    ] {
        let given = with(&holder, terms, START);
        assert_eq!(holder.tried(purse::open(0, &given)), Err(error));
    }
    let late = with(&holder, &terms, START.plus_seconds(LIFE));
    assert_eq!(holder.tried(purse::open(0, &late)), Err(CardError::Expired));
    let no_key = with(&holder, &terms, START);
    assert_eq!(
        holder.tried(purse::open(7, &no_key)),
        Err(CardError::NotFound)
    );
    let without = OpeningGiven {
        notice: None,
        ..right.clone()
    };
    let malformed = Err(CardError::Refused(0x6a80));
    assert_eq!(holder.tried(purse::open(0, &without)), malformed);
    let mut forged = right.clone();
    let end = forged.certificate.len() - 1;
    forged.certificate[end] ^= 1;
    let refused = holder.tried(purse::open(0, &forged));
    assert_eq!(refused, Err(CardError::BadSignature));
    holder.ok(purse::open(0, &right));
    assert_eq!(holder.amounts(), (0, 0, 0));
}

#[test]
fn a_purse_begins_empty_whatever_its_bank_says_and_is_there_once() {
    let mut holder = Holder::with(Bank::new());
    holder.bank.checkpoint.purse_amount = 100;
    let rich = holder.opening(0, Algorithm::Es256);
    let refused = holder.tried(purse::open(0, &rich));
    assert_eq!(refused, Err(CardError::Refused(0x6a80)));
    holder.bank.checkpoint.purse_amount = 0;
    let opening = holder.opening(0, Algorithm::Es256);
    holder.ok(purse::open(0, &opening));
    let twice = holder.opening(1, Algorithm::Es256);
    let refused = holder.tried(purse::open(1, &twice));
    assert_eq!(refused, Err(CardError::Refused(0x6a89)));
}

#[test]
fn a_card_holds_purses_of_several_banks_and_currencies_and_lists_them() {
    let mut holder = Holder::new();
    let mut other = Bank::named("banque.localhost", super::bank::BankKey::P256([8; 32]));
    other.currency = Currency::Eur;
    other.checkpoint.policy = HistoryPolicy::Stop;
    let certificate = other.certificate();
    holder.ok(purse::put_bank(&certificate, START));
    let first = core::mem::replace(&mut holder.bank, other);
    let opening = holder.opening(9, Algorithm::Es256);
    holder.ok(purse::open(9, &opening));
    holder.ok(purse::make_key(11, Algorithm::Es256));
    let listed = purse::purses(&holder.bench.send(purse::list_purses()).bytes).unwrap();
    let listed: alloc::vec::Vec<_> = listed
        .into_iter()
        .map(|listed| (listed.place, listed.bank))
        .collect();
    let other = holder.bank.domain.clone();
    assert_eq!(
        listed,
        [
            (0, Some(first.domain.clone())),
            (9, Some(other)),
            (11, None)
        ]
    );
    // What one bank signs is nothing to another's purse.
    let notice = holder.bank.notice(false);
    let refused = holder.tried(purse::take_notice(0, &notice, START));
    assert_eq!(refused, Err(CardError::BadSignature));
}

#[test]
fn sixteen_purses_and_no_more() {
    let mut holder = Holder::with(Bank::new());
    for place in 0..purse::PLACES {
        holder.ok(purse::make_key(place, Algorithm::Es256));
    }
    let refused = holder.tried(purse::make_key(purse::PLACES, Algorithm::Es256));
    assert_eq!(refused, Err(CardError::Refused(0x6a86)));
}

#[test]
fn a_purse_is_closed_only_when_it_holds_nothing_and_nothing_is_pending() {
    let mut holder = Holder::holding(100);
    let refused = Err(CardError::NotSettled);
    assert_eq!(holder.tried(purse::close(0)), refused);
    let given = holder.give(100).unwrap();
    assert_eq!(holder.tried(purse::close(0)), refused);
    holder.end(
        given.transaction,
        tallystick_protocol::purse::MovementOutcome::Completed,
    );
    holder.ok(purse::close(0));
    assert_eq!(holder.tried(purse::close(0)), Err(CardError::NotFound));
    holder.ok(purse::make_key(1, Algorithm::Es256));
    holder.ok(purse::close(1));
}
