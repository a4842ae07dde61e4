//! STATUS (80 16 slot 00).

use alloc::vec::Vec;

use tallystick_protocol::keys::KeyContext;
use tallystick_protocol::wire::cbor::encode_value;

use super::slot_number;
use crate::StatusWord;
use crate::applets::keys::StoredShare;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Lists, as a CBOR array, the contexts for which the slot holds the shares of all centres.
pub(crate) fn status(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let number = slot_number(command.header)?;
    if command.header.p2 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    if !command.data.is_empty() {
        return Err(StatusWord::WrongLength);
    }
    let slot = state.slot(number).ok_or(StatusWord::ReferenceNotFound)?;
    let complete = slot.shares.iter().filter(|share| share.is_complete());
    let contexts: Vec<&KeyContext> = complete.map(|share: &StoredShare| &share.context).collect();
    Ok(Outcome::data(encode_value(&contexts)))
}
