//! NOTICE (80 36 place 00): a checkpoint on its own (Sc3 and Sc4, T004-44).

use tallystick_protocol::purse::CheckpointNotice;
use tallystick_protocol::wire::money::MINOR_MAX;

use super::work::Work;
use super::{asked, place_alone};
use crate::StatusWord;
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// The signed notice; no PIN, because only the bank can say it. An older one than the purse has is refused.
pub(crate) fn notice(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let given: Signed = asked(command)?;
    let mut work = Work::begin(state, place, given.at)?;
    take(&mut work, state, &given.bytes)?;
    Ok(Outcome::done().changing(work.finish(state)))
}

/// Takes a notice over.
pub(super) fn take(work: &mut Work, state: &State, message: &[u8]) -> Result<(), StatusWord> {
    let notice: CheckpointNotice = work.open(state, message)?;
    let checkpoint = &notice.checkpoint;
    if checkpoint.purse != work.terms.number {
        return Err(StatusWord::NotForThisPurse);
    }
    if *checkpoint == work.value.checkpoint {
        return Ok(());
    }
    if checkpoint.number <= work.value.checkpoint.number {
        return Err(StatusWord::OlderCheckpoint);
    }
    // The bank knows of entries that are not here: this card is a copy of what it was.
    if checkpoint.through > work.value.sequence {
        return Err(StatusWord::ConditionsNotSatisfied);
    }
    if notice.forces {
        force(work, checkpoint.purse_amount, checkpoint.through)?;
    }
    work.take(notice.checkpoint, message);
    Ok(())
}

/// Puts the amount right. It makes no entry: the notice says at which entry it was, and the bank has signed it.
fn force(work: &mut Work, amount: u64, through: u64) -> Result<(), StatusWord> {
    if work.value.has_pending() {
        return Err(StatusWord::NotSettled);
    }
    if through != work.value.sequence {
        return Err(StatusWord::ConditionsNotSatisfied);
    }
    if amount > MINOR_MAX {
        return Err(StatusWord::WrongData);
    }
    work.value.amount = amount;
    Ok(())
}
