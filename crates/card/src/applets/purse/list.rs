//! LIST (80 3A 00 00).

use alloc::vec::Vec;

use tallystick_protocol::wire::cbor::encode_value;

use super::require_no_data;
use super::stored::Purse;
use crate::StatusWord;
use crate::host::purse::ListedPurse;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Lists, as a CBOR array, the places that are taken, in ascending order. Wants no PIN.
pub(crate) fn list(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    if (command.header.p1, command.header.p2) != (0, 0) {
        return Err(StatusWord::WrongParameters);
    }
    require_no_data(command)?;
    let purses = state.purses.iter().flat_map(|purses| &purses.purses);
    let purses: Vec<ListedPurse> = purses.map(listed).collect();
    Ok(Outcome::data(encode_value(&purses)))
}

fn listed(purse: &Purse) -> ListedPurse {
    let terms = purse.value.as_ref().and_then(|value| value.terms().ok());
    ListedPurse {
        place: purse.place,
        bank: terms.as_ref().map(|terms| terms.bank.clone()),
        number: terms.map(|terms| terms.number),
    }
}
