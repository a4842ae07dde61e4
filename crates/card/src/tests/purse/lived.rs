//! Purses in a card that has been used, and what their bank has said since.

use alloc::vec::Vec;

use tallystick_protocol::purse::{
    HistoryPolicy, MovementOutcome, MovementRequest, SealedSecret, key_digest,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey};
use zeroize::Zeroizing;

use super::bank::{Bank, BankKey, START};
use super::holder::{ACCOUNT, Apdu, PURSE, yen};
use crate::host::purse::{self, MovementTerms, OpeningGiven};

/// What comes next for the purse at place 0: each would change it.
pub(in crate::tests) struct Said {
    /// Its root.
    pub(in crate::tests) root: Vec<u8>,
    /// The certificate of another bank.
    pub(in crate::tests) other_bank: Vec<u8>,
    /// A certificate for its next key.
    pub(in crate::tests) renewal: OpeningGiven,
    /// An offer for the unload that is pending.
    pub(in crate::tests) offer: Vec<u8>,
    /// That it was not completed.
    pub(in crate::tests) verdict: Vec<u8>,
    /// A newer checkpoint.
    pub(in crate::tests) notice: Vec<u8>,
    /// A key made elsewhere, sealed to slot 0.
    pub(in crate::tests) secret: SealedSecret,
}

/// Has a purse opened and loaded at place 0, an unload pending in it and a next key beside its key, and makes a key at
/// place 1. The PIN is verified and the purse applet selected.
pub(in crate::tests) fn live(
    mut ok: impl FnMut(Apdu) -> Zeroizing<Vec<u8>>,
    enrolment_key: &[u8; 32],
) -> Said {
    let mut bank = Bank::new();
    bank.checkpoint.policy = HistoryPolicy::Stop;
    let mut data = |apdu| {
        let response = ok(apdu);
        response[..response.len() - 2].to_vec()
    };
    let root = bank.authority.root.as_der().to_vec();
    data(purse::put_roots(core::slice::from_ref(&root)));
    data(purse::put_bank(&bank.certificate(), START));
    let key = data(purse::make_key(0, Algorithm::Es256));
    let opening = opening(&mut bank, &key, true);
    data(purse::open(0, &opening));
    let public = VerifyingKey::from_spki(&key).unwrap();
    let mut terms = MovementTerms {
        source: ACCOUNT,
        destination: PURSE,
        amount: yen(5_000),
        at: START,
        prepaid: None,
        transaction: None,
    };
    let asked = data(purse::request(0, &terms));
    let load: MovementRequest = keyed::open(&asked, &public).unwrap();
    (terms.source, terms.destination) = (PURSE, ACCOUNT);
    terms.amount = yen(300);
    let offer = bank.offer(&load);
    data(purse::answer_offer(0, true, &bank.sign(&offer), START));
    let completed = bank.verdict(load.transaction, MovementOutcome::Completed);
    data(purse::take_verdict(0, &completed, START));
    let asked = data(purse::request(0, &terms));
    let unload: MovementRequest = keyed::open(&asked, &public).unwrap();
    let next = data(purse::make_key(0, Algorithm::Es256));
    data(purse::make_key(1, Algorithm::Es256));
    let offer = bank.offer(&unload);
    let secret = SealedSecret::new(bank.rng(), enrolment_key, Algorithm::Es256, &[9; 32]);
    Said {
        root,
        other_bank: Bank::named("other-bank.localhost", BankKey::P256([8; 32])).certificate(),
        renewal: self::opening(&mut bank, &next, false),
        offer: bank.sign(&offer),
        verdict: bank.verdict(unload.transaction, MovementOutcome::NotCompleted),
        notice: bank.notice(false),
        secret: secret.unwrap(),
    }
}

fn opening(bank: &mut Bank, key: &[u8], is_first: bool) -> OpeningGiven {
    let terms = bank.terms(Some(key_digest(key)));
    OpeningGiven {
        certificate: bank.sign(&terms),
        notice: is_first.then(|| bank.notice(false)),
        at: START,
    }
}
