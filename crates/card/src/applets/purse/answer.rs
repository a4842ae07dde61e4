//! ANSWER (80 2E place P2): an offer is accepted or refused (Sa9 to Sa12, Sd6 to Sd8).

use rand_core::CryptoRng;
use tallystick_protocol::purse::{MovementOffer, MovementReply};

use super::pending::Pending;
use super::work::Work;
use super::{asked, place};
use crate::StatusWord;
use crate::host::purse::{PendingStep, Signed};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

const REFUSE: u8 = 0;
const ACCEPT: u8 = 1;

/// The signed offer of a movement that has not ended. Accepted (P2 = 01), what the purse takes is pending in; refused
/// (00), what it gives comes back (T004-34). Answers with the signed reply; a prepaid purse with nothing, and a refusal
/// changes nothing in it: what its agent signs decides.
///
/// The checkpoint in an offer says what will be, so it is taken only with the verdict.
pub(crate) fn answer(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place(command.header)?;
    let step = match command.header.p2 {
        ACCEPT => PendingStep::Accepted,
        REFUSE => PendingStep::Refused,
        _ => return Err(StatusWord::WrongParameters),
    };
    let given: Signed = asked(command)?;
    let mut work = Work::begin(state, place, given.at)?;
    let signs = work.require_bearer(session)?;
    let offer: MovementOffer = work.open(state, &given.bytes)?;
    let index = matching(&work, &offer)?;
    let pending = work.value.pending.get(index).cloned();
    let mut pending = pending.ok_or(StatusWord::ReferenceNotFound)?;
    if pending.step != PendingStep::Asked {
        return again(pending, step);
    }
    if !signs && step == PendingStep::Refused {
        // The bank asks the agent alone: what a bearer's card has set aside comes back by the bank's word.
        return Ok(Outcome::done());
    }
    work.hear(offer.at);
    if step == PendingStep::Accepted {
        // A prepaid purse hears of what its agent has accepted, be it late.
        if signs {
            work.require_current()?;
            require_open(&work, &offer)?;
        }
    } else if pending.is_out() {
        work.value.give_back(&pending, given.at, &[]);
    }
    pending.step = step;
    work.replace(index, pending.clone());
    if signs {
        let reply = MovementReply {
            purse: work.terms.number,
            transaction: offer.transaction,
            accepted: step == PendingStep::Accepted,
            state: work.value.state(),
            at: given.at,
        };
        pending.reply = Some(work.sign(session, &reply, rng)?);
        work.replace(index, pending.clone());
    }
    let reply = pending.reply.unwrap_or_default();
    Ok(Outcome::data(reply).changing(work.finish(state)))
}

/// The same reply again; no other.
fn again(pending: Pending, step: PendingStep) -> Result<Outcome, StatusWord> {
    if pending.step == step {
        Ok(Outcome::data(pending.reply.unwrap_or_default()))
    } else {
        Err(StatusWord::AlreadyThere)
    }
}

/// The movement that the card asked for and that the offer is about in every respect.
fn matching(work: &Work, offer: &MovementOffer) -> Result<usize, StatusWord> {
    let number = work.terms.number;
    if offer.purse != number && offer.checkpoint.purse != number {
        return Err(StatusWord::NotForThisPurse);
    }
    let index = work.value.find(offer.transaction);
    let index = index.ok_or(StatusWord::ReferenceNotFound)?;
    let pending = work.value.pending.get(index);
    let pending = pending.ok_or(StatusWord::ReferenceNotFound)?;
    if offer.amount.currency != work.terms.currency {
        return Err(StatusWord::NotForThisPurse);
    }
    let same = pending.source == offer.source
        && pending.destination == offer.destination
        && pending.amount == offer.amount.minor
        && !pending.is_payment();
    if same {
        Ok(index)
    } else {
        Err(StatusWord::WrongData)
    }
}

fn require_open(work: &Work, offer: &MovementOffer) -> Result<(), StatusWord> {
    if work.now < offer.expires_at {
        Ok(())
    } else {
        Err(StatusWord::Expired)
    }
}

impl Work {
    fn replace(&mut self, index: usize, pending: Pending) {
        if let Some(place) = self.value.pending.get_mut(index) {
            *place = pending;
        }
    }
}
