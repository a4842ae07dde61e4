//! Who spent twice is caught by two of his own signatures; who did not, by nothing.

use super::*;
use crate::purse::{PurseReport, PurseState};
use crate::wire::cbor::decode;

fn credentials() -> Credentials {
    PAYER.credentials()
}

fn proof(first: (SaidKind, Vec<u8>), second: (SaidKind, Vec<u8>)) -> Contradiction {
    Contradiction::new(credentials(), 7, first, second)
}

fn verified(proof: &Contradiction) -> Result<PurseNumber, LocalError> {
    let (bank, key) = bank();
    proof.verify((&bank, &key), NOW)
}

fn paid(payment: &LocalPayment) -> (SaidKind, Vec<u8>) {
    (SaidKind::Payment, sign(payment, &PAYER.secret))
}

/// The payer's report after that payment and one more entry.
fn report(payment: &LocalPayment) -> PurseReport {
    let first = payment.entry();
    let mut second = first.clone();
    second.sequence = 8;
    second.previous = first.hash();
    PurseReport {
        bank: bank().0,
        purse: PAYER.number,
        state: PurseState {
            amount: 0,
            pending_out: 0,
            pending_in: 0,
            checkpoint: 1,
            sequence: 8,
            head: second.hash(),
        },
        pending: Vec::new(),
        after: 6,
        entries: alloc::vec![first, second],
        at: NOW,
        prepaid: None,
    }
}

#[test]
fn two_payments_at_one_place_of_a_history_name_who_spent_twice() {
    let once = PAYER.pays(&PAYEE);
    let mut again = once.clone();
    again.nonce = [1; 32];
    let proof = proof(paid(&once), paid(&again));
    assert_eq!(verified(&proof), Ok(PAYER.number));
    // A third party has it as bytes, and the bank's key.
    let read: Contradiction = decode(&encode(&proof)).unwrap();
    assert_eq!(verified(&read), Ok(PAYER.number));
}

#[test]
fn a_payment_that_is_missing_in_the_own_report_is_a_contradiction_too() {
    let told = PAYER.pays(&PAYEE);
    let mut hidden = told.clone();
    hidden.nonce = [1; 32];
    let report = report(&told);
    let said = |report| (SaidKind::Report, sign(report, &PAYER.secret));
    assert_eq!(
        verified(&proof(paid(&hidden), said(&report))),
        Ok(PAYER.number)
    );
    // The payment that it tells is none.
    let both = proof(paid(&told), said(&report));
    assert_eq!(verified(&both), Err(LocalError::NoContradiction));
    // A report whose entries do not lead to its head says nothing of them.
    let mut broken = report.clone();
    broken.entries[1].balance += 1;
    let broken = proof(paid(&hidden), said(&broken));
    assert_eq!(verified(&broken), Err(LocalError::NoContradiction));
}

#[test]
fn nobody_honest_is_named() {
    let once = PAYER.pays(&PAYEE);
    // Shown twice, replayed, or paid twice at two places of the history.
    let twice = proof(paid(&once), paid(&once));
    assert_eq!(verified(&twice), Err(LocalError::NoContradiction));
    let mut later = once.clone();
    later.sequence = 8;
    later.previous = once.entry().hash();
    let both = proof(paid(&once), paid(&later));
    assert_eq!(verified(&both), Err(LocalError::NoContradiction));
    // What another purse signed is no word of this one: a payee cannot be named by what he was given.
    let mut other = once.clone();
    other.nonce = [1; 32];
    other.payer = PAYEE.number;
    let foreign = (SaidKind::Payment, sign(&other, &PAYEE.secret));
    let mixed = proof(paid(&once), foreign);
    assert_eq!(verified(&mixed), Err(LocalError::BadSignature));
    // Nor is one that the purse signed in another's name.
    let named = (SaidKind::Payment, sign(&other, &PAYER.secret));
    let mixed = proof(paid(&once), named);
    assert_eq!(verified(&mixed), Err(LocalError::NoContradiction));
    // A kind that it is not.
    let relabelled = proof(paid(&once), (SaidKind::Receipt, paid(&other).1));
    assert_eq!(verified(&relabelled), Err(LocalError::BadSignature));
}

#[test]
fn a_payee_who_takes_two_payments_at_one_place_has_signed_that_too() {
    let payment = PAYEE.pays(&PAYER);
    let taken = PAYER.takes(&payment);
    let mut other = payment.clone();
    other.nonce = [1; 32];
    let second = PAYER.takes(&other);
    let said = |answer: &LocalAnswer| (SaidKind::Receipt, sign(answer, &PAYER.secret));
    let proof = Contradiction::new(credentials(), 1, said(&taken), said(&second));
    assert_eq!(verified(&proof), Ok(PAYER.number));
    // A refusal stands at no place.
    let mut refused = second.clone();
    refused.taken = None;
    let proof = Contradiction::new(credentials(), 1, said(&taken), said(&refused));
    assert_eq!(verified(&proof), Err(LocalError::NoContradiction));
}
