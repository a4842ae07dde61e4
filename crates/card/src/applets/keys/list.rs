//! LIST (80 1A 00 P2): the slots, or whether anybody has made the card their own.

use alloc::{vec, vec::Vec};

use tallystick_protocol::wire::cbor::encode_value;

use crate::StatusWord;
use crate::applets::keys::Slot;
use crate::host::TakenSlot;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Lists, as a CBOR array, the slots with an enrolment key, in ascending order. Wants no PIN: by it a
/// wallet recognises the card that holds its accounts. A holder identifier is the hash of a public key,
/// and whoever has the card can ask it for that key anyway.
fn slots(state: &State) -> Outcome {
    let taken = |slot: &Slot| TakenSlot {
        slot: slot.number,
        holder: slot.holder,
    };
    let slots: Vec<TakenSlot> = state.slots.iter().map(taken).collect();
    Outcome::data(encode_value(&slots))
}

/// One byte: 01 if PIN or PUK is still the factory's, else 00. A card that holds nothing yet may have
/// its holder's PIN already, and asking for a try to find out would cost one.
fn is_from_factory(state: &State) -> Outcome {
    let is_new = state.pin.is_factory() || state.puk.is_factory();
    Outcome::data(vec![u8::from(is_new)])
}

pub(crate) fn list(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    if !command.data.is_empty() {
        return Err(StatusWord::WrongLength);
    }
    match (command.header.p1, command.header.p2) {
        (0, 0) => Ok(slots(state)),
        (0, 1) => Ok(is_from_factory(state)),
        _ => Err(StatusWord::WrongParameters),
    }
}
