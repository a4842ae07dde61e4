//! SETTLE (80 BA place 00): Sb11 and Sb12.

use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::purse::local::{LocalAnswer, LocalEvidence, SealedAnswer};
use tallystick_protocol::wire::cbor::decode;

use super::refused;
use crate::StatusWord;
use crate::applets::purse::pending::Pending;
use crate::applets::purse::work::Work;
use crate::applets::purse::{asked, place_alone};
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// The payee's sealed answer; no PIN, because only the payee's card can say it. A receipt settles the payment, a refusal
/// gives it back. About a payment that is not pending any more it changes nothing.
pub(crate) fn settle(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let given: Signed = asked(command)?;
    let mut work = Work::begin(state, place, given.at)?;
    let sealed: SealedAnswer = decode(&given.bytes).map_err(|_| StatusWord::WrongData)?;
    let is_about = |pending: &Pending| pending.transaction.0.starts_with(&sealed.payment);
    let mut pending = work.value.pending.iter();
    let Some(index) = pending.position(|one| one.outgoing.is_some() && is_about(one)) else {
        return Ok(Outcome::done());
    };
    let (answer, evidence) = opened(&work, index, &sealed)?;
    let pending = work.value.pending.remove(index);
    if answer.taken.is_some() {
        work.value.add_evidence(pending.transaction, &evidence);
    } else {
        work.value.uncount(pending.transaction);
        work.value.give_back(&pending, given.at, &evidence);
    }
    Ok(Outcome::done().changing(work.finish(state)))
}

/// The answer about that payment, verified, and what is kept of it.
fn opened(
    work: &Work,
    index: usize,
    sealed: &SealedAnswer,
) -> Result<(LocalAnswer, alloc::vec::Vec<u8>), StatusWord> {
    let pending = work.value.pending.get(index);
    let pending = pending.ok_or(StatusWord::ReferenceNotFound)?;
    let outgoing = pending.outgoing.as_ref();
    let outgoing = outgoing.ok_or(StatusWord::ReferenceNotFound)?;
    let key = outgoing.answer_key.as_slice().try_into();
    let key = key.map_err(|_| StatusWord::MemoryFailure)?;
    let payee = outgoing.payee.key().map_err(refused)?;
    let opened = sealed.open(key, &pending.transaction, &payee);
    let (answer, signed) = opened.map_err(refused)?;
    // The bank judges by the time that the payee says: an answer that it would not take is none.
    outgoing.payee.require_counts(answer.at).map_err(refused)?;
    let is_this = answer.payer == work.terms.number
        && Endpoint::Purse(answer.payee) == pending.destination
        && answer.amount.minor == pending.amount
        && answer.amount.currency == work.terms.currency
        && answer.bank == work.terms.bank;
    if is_this {
        let evidence = LocalEvidence {
            purse: outgoing.payee.clone(),
            signed,
        };
        Ok((answer, evidence.to_bytes()))
    } else {
        Err(StatusWord::NotForThisPurse)
    }
}
