//! CLOSE (80 3E place 00).

use super::work::purses;
use super::{place_alone, require_no_data};
use crate::StatusWord;
use crate::host::purse::PendingStep;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Deletes a purse that holds nothing and in which nothing is pending, or a key for which none was opened. Wants the
/// PIN where there is a key. As long as the bank has not heard of what was taken over from a prepaid card, both stay.
pub(crate) fn close(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    require_no_data(command)?;
    let purse = purses(state)?.at(place);
    let purse = purse.ok_or(StatusWord::ReferenceNotFound)?;
    if purse.key.is_some() {
        session.require_verified()?;
    }
    let is_settled = purse.value.as_ref().is_none_or(|value| {
        let mut pending = value.pending.iter();
        value.amount == 0 && pending.all(|pending| pending.step == PendingStep::Refused)
    });
    if !is_settled {
        return Err(StatusWord::NotSettled);
    }
    if let Some(value) = &purse.value
        && purses(state)?.has_untold(value)?
    {
        return Err(StatusWord::NotTold);
    }
    if let Some(purses) = &mut state.purses {
        purses.purses.retain(|purse| purse.place != place);
    }
    Ok(Outcome::done().changing(true))
}
