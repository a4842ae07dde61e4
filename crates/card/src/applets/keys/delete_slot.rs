//! DELETE SLOT (80 18 slot 00).

use super::slot_number;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Deletes an enrolment key and the shares sealed to it, after the PIN was verified.
pub(crate) fn delete_slot(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let number = slot_number(command.header)?;
    if command.header.p2 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    if state.slot(number).is_none() {
        return Err(StatusWord::ReferenceNotFound);
    }
    session.require_verified()?;
    state.slots.retain(|slot| slot.number != number);
    Ok(Outcome::done().changing(true))
}
