//! ENROL (80 42 00 00) and REVOKE (80 42 01 00).

use tallystick_protocol::home::TERMINALS_MAX;
use tallystick_protocol::wire::identifier::TerminalId;

use super::stored::{Terminal, lending, lending_mut};
use crate::StatusWord;
use crate::applets::home::instruction::{ENROL, REVOKE};
use crate::applets::home::{asked, require_p1_alone};
use crate::host::home::lending::{Enrolment, NAME_BYTES_MAX};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Keys and a name, after the PIN was verified; a terminal that is known gets another name. Or the identifier of a
/// terminal that is to be known no more.
pub(crate) fn terminal(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    match require_p1_alone(command.header)? {
        ENROL => enrol(state, session, command),
        REVOKE => revoke(state, command),
        _ => Err(StatusWord::WrongParameters),
    }
}

fn enrol(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let Enrolment { keys, name } = asked(command)?;
    session.require_verified()?;
    let is_name = (1..=NAME_BYTES_MAX).contains(&name.len());
    if !is_name || keys.verifying().is_err() {
        return Err(StatusWord::WrongData);
    }
    let lending = lending_mut(state)?;
    if let Ok(known) = lending.terminal_mut(&keys.terminal()) {
        let changed = known.name != name;
        known.name = name;
        return Ok(Outcome::done().changing(changed));
    }
    if lending.terminals.len() >= TERMINALS_MAX {
        return Err(StatusWord::NotEnoughMemory);
    }
    lending.terminals.push(Terminal {
        keys,
        name,
        nonce: None,
        opened: None,
        stopped_at: None,
    });
    Ok(Outcome::done().changing(true))
}

/// Its loans and what it has released go with it.
fn revoke(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let id = command.data.try_into().map(TerminalId);
    let id = id.map_err(|_| StatusWord::WrongLength)?;
    if lending(state)?.terminal(&id).is_err() {
        return Err(StatusWord::ReferenceNotFound);
    }
    let lending = lending_mut(state)?;
    lending.forget_session(&id);
    lending.loans.retain(|loan| loan.loan.terminal != id);
    lending.terminals.retain(|terminal| terminal.id() != id);
    Ok(Outcome::done().changing(true))
}
