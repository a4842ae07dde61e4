//! CLEAR HISTORY (80 3C place 00).

use tallystick_protocol::purse::HistoryPolicy;
use tallystick_protocol::wire::time::Timestamp;

use super::work::Work;
use super::{place_alone, require_no_data};
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Empties a history that stops when it is full (F1), after the PIN was verified. The next entry still names the one
/// before it. What was taken over from a prepaid card stays until the bank has heard of it.
pub(crate) fn clear(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    require_no_data(command)?;
    let mut work = Work::begin(state, place, Timestamp(0))?;
    work.require_bearer(session)?;
    if work.value.checkpoint.policy != HistoryPolicy::Stop {
        return Err(StatusWord::ConditionsNotSatisfied);
    }
    if work.value.untold_take_over().is_some() {
        return Err(StatusWord::NotTold);
    }
    work.value.history.clear();
    Ok(Outcome::done().changing(work.finish(state)))
}
