//! TAKE (80 B8 place 01) and REFUSE (80 B8 place 02): Sb8 to Sb10.

use rand_core::CryptoRng;
use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::purse::local::{Delivered, LocalAnswer, SealedAnswer, Taken};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::time::Timestamp;

use super::look::seen;
use super::received::Received;
use super::refused;
use super::stored::Answered;
use crate::StatusWord;
use crate::applets::purse::instruction::{LOOK, REFUSE, TAKE};
use crate::applets::purse::pending::{Pending, Side};
use crate::applets::purse::work::Work;
use crate::applets::purse::{asked, place};
use crate::host::purse::{PendingStep, Signed};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Shows a payment (P2 = 00), takes it (01) or refuses it for good (02). Answers with the sealed answer; the same payment
/// again has the same, whatever P2 says and however it is sealed. Another payment for a request that was answered is refused.
pub(crate) fn take(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let takes = match command.header.p2 {
        LOOK => return seen(state, place, command),
        TAKE => true,
        REFUSE => false,
        _ => return Err(StatusWord::WrongParameters),
    };
    let given: Signed = asked(command)?;
    let mut work = Work::begin(state, place, given.at)?;
    session.require_verified()?;
    let received = Received::find(&work, &given.bytes)?;
    let known = received.asked(&work)?.answered.as_ref();
    if let Some(known) = known.filter(|known| known.payment == received.digest) {
        return Ok(Outcome::data(known.answer.clone()));
    }
    let known = known.cloned();
    let is_used = known.is_some();
    let delivered = received.open(&work, state)?;
    if let Some(known) = known.filter(|known| known.is_about(&delivered)) {
        // Sealed anew: whoever refused it now would have signed both that it was taken and that it never is.
        return Ok(Outcome::data(known.answer));
    }
    // The wallet's clock may be behind what the bank has signed: the payer's bank judges by this time.
    let at = work.now;
    let taken = match takes && !is_used {
        true => Some(take_in(&mut work, &received, &delivered, at)?),
        false => None,
    };
    let answer = answer(&work, &delivered, taken, at);
    let signed = work.sign(session, &answer, rng)?;
    let (key, transaction) = (&delivered.answer_key, &answer.transaction);
    let sealed = SealedAnswer::seal(rng, key, transaction, &signed).map_err(refused)?;
    let sealed = encode(&sealed);
    // A second payment for one request never gets further than this: it need not be remembered to be refused again.
    if let Some(asked) = work
        .value
        .asked
        .get_mut(received.index)
        .filter(|_| !is_used)
    {
        asked.answered = Some(Answered {
            payment: received.digest,
            answer: sealed.clone(),
        });
    }
    Ok(Outcome::data(sealed).changing(work.finish(state)))
}

impl Answered {
    /// Whether it answers that payment, however it was sealed.
    fn is_about(&self, delivered: &Delivered) -> bool {
        let answer = decode::<SealedAnswer>(&self.answer);
        let transaction = delivered.payment.transaction();
        answer.is_ok_and(|answer| transaction.0.starts_with(&answer.payment))
    }
}

/// Adds the amount, and the payment to the history as its evidence (Sb9).
fn take_in(
    work: &mut Work,
    received: &Received,
    delivered: &Delivered,
    at: Timestamp,
) -> Result<Taken, StatusWord> {
    let payment = &delivered.payment;
    let amount = payment.amount.minor;
    let wanted = received.asked(work)?.amount;
    if wanted.is_some_and(|wanted| wanted != amount) {
        return Err(StatusWord::WrongData);
    }
    work.require_current()?;
    if work.value.is_full() {
        return Err(StatusWord::HistoryFull);
    }
    work.value.require_may_hold(amount)?;
    let previous = work.value.head;
    let incoming = Pending {
        transaction: payment.transaction(),
        source: Endpoint::Purse(payment.payer),
        destination: work.endpoint(),
        amount,
        at,
        side: Side::Takes,
        step: PendingStep::Accepted,
        asked: None,
        reply: None,
        outgoing: None,
    };
    work.value
        .take_in(&incoming, at, &delivered.evidence.to_bytes());
    Ok(Taken {
        sequence: work.value.sequence,
        previous,
        balance: work.value.amount,
    })
}

fn answer(work: &Work, delivered: &Delivered, taken: Option<Taken>, at: Timestamp) -> LocalAnswer {
    let payment = &delivered.payment;
    LocalAnswer {
        bank: work.terms.bank.clone(),
        payer: payment.payer,
        payee: work.terms.number,
        transaction: payment.transaction(),
        amount: payment.amount,
        taken,
        at,
    }
}
