//! STATUS (80 40 00 01) and LOG (80 4A 00 00): what the card says to its own wallet.

use alloc::vec::Vec;

use tallystick_protocol::wire::cbor::encode_value;

use super::stored::lending;
use crate::StatusWord;
use crate::applets::home::{require_no_data, require_no_parameters};
use crate::host::home::lending::{HomeView, TerminalView};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

pub(super) fn state(state: &State) -> Result<Outcome, StatusWord> {
    let Ok(lending) = lending(state) else {
        return Ok(Outcome::data(encode_value(&HomeView {
            keys: None,
            first_tries: 0,
            second_tries: 0,
            terminals: Vec::new(),
            loans: Vec::new(),
            registration: 0,
        })));
    };
    let terminals = lending.terminals.iter().map(|terminal| TerminalView {
        id: terminal.id(),
        name: terminal.name.clone(),
    });
    Ok(Outcome::data(encode_value(&HomeView {
        keys: Some(lending.keys.public()?),
        first_tries: lending.first.tries_left,
        second_tries: lending.second.tries_left,
        terminals: terminals.collect(),
        loans: lending.loans.clone(),
        registration: lending.registration,
    })))
}

/// The newest orders that were signed, as a CBOR list.
pub(crate) fn log(state: &State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    require_no_data(command)?;
    Ok(Outcome::data(encode_value(&lending(state)?.decisions)))
}
