//! PROVE (80 1C slot 00).

use tallystick_protocol::keys::proof;

use super::slot_number;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Opens a challenge that was sealed to the slot's enrolment key and answers with what was in it, 32
/// bytes. Wants no PIN: a wallet asks before it presents one. What was sealed as a share does not open
/// here.
pub(crate) fn prove(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let number = slot_number(command.header)?;
    if command.header.p2 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    if command.data.len() != proof::CHALLENGE_BYTES {
        return Err(StatusWord::WrongLength);
    }
    let slot = state.slot(number).ok_or(StatusWord::ReferenceNotFound)?;
    let secret = slot.secret.as_slice().try_into();
    let secret = secret.map_err(|_| StatusWord::MemoryFailure)?;
    let answer = proof::answer(secret, command.data).map_err(|_| StatusWord::WrongData)?;
    Ok(Outcome::data(answer.to_vec()))
}
