//! STOP (80 48 P1 00) and STOP BY TERMINAL (80 5A 00 00).

use tallystick_protocol::home::{AccessPurpose, AccessRequest, HomeRefusal};

use super::call::Said;
use super::stored::lending_mut;
use crate::StatusWord;
use crate::applets::home::instruction::{EVERYTHING, ONE};
use crate::applets::home::{asked, refused, require_no_data, require_p1_alone};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// Stops one loan (its number), or everything. Wants no PIN: whoever is at the card may.
pub(crate) fn stop(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    match require_p1_alone(command.header)? {
        ONE => {
            let number: u32 = asked(command)?;
            let lending = lending_mut(state)?;
            let mut loans = lending.loans.iter_mut();
            let loan = loans.find(|loan| loan.loan.number == number);
            let loan = loan.ok_or(StatusWord::ReferenceNotFound)?;
            let changed = !loan.is_stopped;
            loan.is_stopped = true;
            Ok(Outcome::done().changing(changed))
        }
        EVERYTHING => {
            require_no_data(command)?;
            let lending = lending_mut(state)?;
            let before = lending.clone();
            lending.stop_everything();
            let changed = *lending != before;
            Ok(Outcome::done().changing(changed))
        }
        _ => Err(StatusWord::WrongParameters),
    }
}

/// Stops everything, because a terminal says so. What it said before its last stop counts no more, so that nobody who
/// kept it can stop what is lent later.
pub(crate) fn stop_from_away(
    state: &mut State,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let said: Said<AccessRequest> = Said::read(state, command)?;
    let request = &said.message;
    said.require(request.terminal, request.home)?;
    if request.purpose != AccessPurpose::Stop {
        return Err(refused(HomeRefusal::Malformed));
    }
    let lending = lending_mut(state)?;
    let terminal = lending.terminal_mut(&request.terminal)?;
    if terminal.stopped_at >= Some(request.at) {
        return Ok(Outcome::done());
    }
    terminal.stopped_at = Some(request.at);
    lending.stop_everything();
    Ok(Outcome::done().changing(true))
}
