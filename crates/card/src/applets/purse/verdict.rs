//! VERDICT (80 30 place 00): how a movement ended (Sa16, Sd10, T004-35).

use tallystick_protocol::purse::{MovementOutcome, MovementVerdict};

use super::work::Work;
use super::{asked, place_alone};
use crate::StatusWord;
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// The signed verdict; no PIN, because only the bank can say it. It ends the one movement that it names and never
/// writes a balance. About a movement that is not pending it changes nothing. Its checkpoint is taken if it is newer.
pub(crate) fn verdict(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let given: Signed = asked(command)?;
    let mut work = Work::begin(state, place, given.at)?;
    let verdict: MovementVerdict = work.open(state, &given.bytes)?;
    let number = work.terms.number;
    if verdict.purse != number && verdict.checkpoint.purse != number {
        return Err(StatusWord::NotForThisPurse);
    }
    let Some(index) = work.value.find(verdict.transaction) else {
        return Ok(Outcome::done());
    };
    require_accepted(&work, index, verdict.outcome)?;
    end(&mut work, index, &verdict, &given);
    work.hear(verdict.checkpoint.at);
    if work.is_newer(&verdict.checkpoint) {
        work.take(verdict.checkpoint, &given.bytes);
    }
    Ok(Outcome::done().changing(work.finish(state)))
}

/// A verdict names no amount: what comes in is what the card accepted of the bank's offer.
fn require_accepted(work: &Work, index: usize, outcome: MovementOutcome) -> Result<(), StatusWord> {
    let pending = work.value.pending.get(index);
    let is_early = pending.is_some_and(|pending| pending.may_come_in() && !pending.is_in());
    if is_early && outcome == MovementOutcome::Completed {
        Err(StatusWord::ConditionsNotSatisfied)
    } else {
        Ok(())
    }
}

fn end(work: &mut Work, index: usize, verdict: &MovementVerdict, given: &Signed) {
    let pending = work.value.pending.remove(index);
    match verdict.outcome {
        MovementOutcome::Completed if pending.is_out() => {
            work.value.add_evidence(pending.transaction, &given.bytes);
        }
        MovementOutcome::Completed if pending.is_in() => {
            work.value.take_in(&pending, given.at, &given.bytes);
        }
        MovementOutcome::NotCompleted if pending.is_out() => {
            work.value.give_back(&pending, given.at, &given.bytes);
        }
        MovementOutcome::Completed | MovementOutcome::NotCompleted => {}
    }
}
