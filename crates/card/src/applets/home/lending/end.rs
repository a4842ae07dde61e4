//! END (80 5C 00 00).

use super::call::call;
use super::stored::lending_mut;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Forgets what a terminal has opened and released.
pub(crate) fn end(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let call = call(command)?;
    let lending = lending_mut(state)?;
    lending.terminal(&call.terminal)?;
    let before = lending.clone();
    lending.forget_session(&call.terminal);
    let changed = *lending != before;
    Ok(Outcome::done().changing(changed))
}
