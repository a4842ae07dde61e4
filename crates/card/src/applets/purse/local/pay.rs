//! PAY A PURSE (80 B6 place 00): Sb3 to Sb5.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::purse::local::{
    Credentials, LocalEvidence, LocalPayment, LocalRequest, SealedPayment, Shown,
};
use tallystick_protocol::wire::cbor::encode;

use super::stored::Outgoing;
use super::{bank, own_key, refused};
use crate::StatusWord;
use crate::applets::purse::pending::{Pending, Side};
use crate::applets::purse::take_over::take_over;
use crate::applets::purse::work::Work;
use crate::applets::purse::{asked, place_alone, request};
use crate::host::purse::{PaymentGiven, PendingStep};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Verifies who asks, sets the amount aside, and answers with the sealed payment. The same request again gives the same
/// payment; another amount for it, or one that was settled, is refused. What a prepaid card of this card pays the purse takes
/// over from it in the same change, so that nothing is taken over that is not paid, and nothing twice.
pub(crate) fn pay(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let given: PaymentGiven = asked(command)?;
    let mut work = Work::begin(state, place, given.at)?;
    session.require_verified()?;
    let (domain, key) = bank(&work, state)?;
    let opened = LocalRequest::open(&given.request, (&domain, &key), work.now);
    let (request, payee) = opened.map_err(refused)?;
    require_payable(&work, &payee, &request, &given)?;
    let mut payment = LocalPayment {
        bank: domain,
        payer: work.terms.number,
        payee: payee.certificate.number,
        nonce: request.nonce,
        amount: given.amount,
        sequence: 0,
        previous: work.value.head,
        balance: 0,
        // The wallet's clock may be behind what the bank has signed: the payee's bank judges by this time.
        at: work.now,
    };
    if let Some(known) = again(&work, &payment)? {
        return Ok(Outcome::data(known));
    }
    work.require_current()?;
    work.value.require_may_give(given.amount.minor)?;
    let giver = match given.prepaid {
        Some(place) => {
            let giver = take_over(&mut work, state, place, &given)?;
            payment.previous = work.value.head;
            Some(giver)
        }
        None => None,
    };
    request::begin(&mut work, pending(&payment))?;
    let transaction = payment.transaction();
    work.value.count_given(transaction, given.amount.minor);
    payment.sequence = work.value.sequence;
    payment.balance = work.value.amount;
    let signed = work.sign(session, &payment, rng)?;
    let credentials = Credentials::new(work.value.certificate.clone(), &own_key(&work)?);
    let credentials = credentials.map_err(|_| StatusWord::MemoryFailure)?;
    let evidence = LocalEvidence {
        purse: credentials,
        signed,
    };
    let sealed = SealedPayment::seal(rng, &request, &evidence);
    let (sealed, answer_key) = sealed.map_err(refused)?;
    let sealed = encode(&sealed);
    let outgoing = Outgoing {
        answer_key: answer_key.as_slice().into(),
        payee: request.payee,
    };
    if let Some(last) = work.value.pending.last_mut() {
        last.asked = Some(sealed.clone());
        last.outgoing = Some(outgoing);
    }
    if let Some(giver) = giver {
        giver.finish(state);
    }
    Ok(Outcome::data(sealed).changing(work.finish(state)))
}

fn require_payable(
    work: &Work,
    payee: &Shown,
    request: &LocalRequest,
    given: &PaymentGiven,
) -> Result<(), StatusWord> {
    let certificate = &payee.certificate;
    let is_other = certificate.number != work.terms.number;
    if certificate.currency != work.terms.currency
        || given.amount.currency != work.terms.currency
        || !is_other
    {
        return Err(StatusWord::NotForThisPurse);
    }
    let is_asked = request
        .amount
        .is_none_or(|amount| amount == given.amount.minor);
    if given.amount.minor == 0 || !is_asked {
        return Err(StatusWord::WrongData);
    }
    Ok(())
}

fn pending(payment: &LocalPayment) -> Pending {
    Pending {
        transaction: payment.transaction(),
        source: Endpoint::Purse(payment.payer),
        destination: Endpoint::Purse(payment.payee),
        amount: payment.amount.minor,
        at: payment.at,
        side: Side::Gives,
        step: PendingStep::Asked,
        asked: None,
        reply: None,
        outgoing: None,
    }
}

/// The payment, if this request was paid and is not settled.
fn again(work: &Work, payment: &LocalPayment) -> Result<Option<Vec<u8>>, StatusWord> {
    let transaction = payment.transaction();
    let known = work.value.find(transaction);
    let Some(known) = known.and_then(|index| work.value.pending.get(index)) else {
        let mut history = work.value.history.iter();
        let was_paid = history.any(|entry| entry.transaction == transaction);
        return match was_paid {
            true => Err(StatusWord::AlreadyThere),
            false => Ok(None),
        };
    };
    if known.amount == payment.amount.minor {
        Ok(known.asked.clone())
    } else {
        Err(StatusWord::AlreadyThere)
    }
}
