//! LIST (80 1A 00 00).

use alloc::vec::Vec;

use tallystick_protocol::cbor::encode_value;

use crate::{
    StatusWord, apdu::Command, host::TakenSlot, outcome::Outcome, state::Slot, state::State,
};

/// Lists, as a CBOR array, the slots with an enrolment key, in ascending order. Wants no PIN: by it a
/// wallet recognises the card that holds its accounts. A holder identifier is the hash of a public key,
/// and whoever has the card can ask it for that key anyway.
pub(crate) fn list(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    if (command.header.p1, command.header.p2) != (0, 0) {
        return Err(StatusWord::WrongParameters);
    }
    if !command.data.is_empty() {
        return Err(StatusWord::WrongLength);
    }
    let taken = |slot: &Slot| TakenSlot {
        slot: slot.number,
        holder: slot.holder,
    };
    let slots: Vec<TakenSlot> = state.slots.iter().map(taken).collect();
    Ok(Outcome::data(encode_value(&slots)))
}
