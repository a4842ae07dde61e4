//! TOP UP (80 4E 00 00): more is lent than before (source document 000, claim 6, *re-supplement*).

use tallystick_protocol::wire::money::MINOR_MAX;

use super::stored::{lending, lending_mut};
use crate::StatusWord;
use crate::applets::home::{asked, require_no_parameters};
use crate::host::home::lending::TopUp;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// Adds exactly what was asked for, after the PIN, and signs the loan anew. The request says from what it begins, so that
/// the same one again adds nothing.
pub(crate) fn top_up(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let asked: TopUp = asked(command)?;
    session.require_verified()?;
    let mut next = lending(state)?.clone();
    let mut loans = next.loans.iter_mut();
    let lent = loans.find(|one| one.loan.number == asked.loan && !one.is_stopped);
    let lent = lent.ok_or(StatusWord::ReferenceNotFound)?;
    if lent.loan.total != asked.from {
        return Err(StatusWord::AlreadyThere);
    }
    let more = |so_far: u64| {
        let sum = so_far.checked_add(asked.more);
        sum.filter(|sum| asked.more > 0 && *sum <= MINOR_MAX)
            .ok_or(StatusWord::WrongData)
    };
    let orders = |so_far: u32| {
        let sum = so_far.checked_add(asked.orders);
        sum.ok_or(StatusWord::WrongData)
    };
    lent.loan.total = more(lent.loan.total)?;
    lent.total_left = more(lent.total_left)?;
    lent.loan.count = orders(lent.loan.count)?;
    lent.count_left = orders(lent.count_left)?;
    let loan = lent.loan.clone();
    let signed = next.keys.sign(&loan)?;
    *lending_mut(state)? = next;
    Ok(Outcome::data(signed).changing(true))
}
