//! CANCEL (80 4C 00 00): an order for which nothing is charged is the loan's again (source document 000, claim 5).

use tallystick_protocol::checkout::answers::IssuerAnswer;
use tallystick_protocol::trust::statement::{StatementError, open};
use tallystick_protocol::wire::identifier::Role;

use super::stored::{lending, lending_mut};
use crate::StatusWord;
use crate::applets::home::{asked, require_no_parameters};
use crate::host::home::lending::Cancelling;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// By the word of the issuer that was to pay, and no other. The amount is back exactly once; what was answered to the order
/// is not answered again.
pub(crate) fn cancel(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let given: Cancelling = asked(command)?;
    let known = lending(state)?;
    let mut decisions = known.decisions.iter();
    let decision = decisions.find(|one| one.root == given.root);
    let decision = decision.ok_or(StatusWord::ReferenceNotFound)?.clone();
    if decision.is_cancelled {
        return Err(StatusWord::AlreadyThere);
    }
    let anchors = state.purses.as_ref().and_then(|purses| purses.anchors());
    let anchors = anchors.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let word = open::<IssuerAnswer>(&given.word, &anchors, given.at, Role::Issuer);
    let word = word.map_err(|error| not_said(&error))?;
    word.require_sender(&decision.issuer)
        .map_err(|error| not_said(&error))?;
    if !word.message.frees(&decision.root, decision.expires_at) {
        return Err(StatusWord::WrongData);
    }
    let lending = lending_mut(state)?;
    let loans = &mut lending.loans;
    if let Some(lent) = (loans.iter_mut()).find(|lent| lent.loan.number == decision.loan) {
        let total = lent.total_left.saturating_add(decision.amount.minor);
        lent.total_left = total.min(lent.loan.total);
        lent.count_left = lent.count_left.saturating_add(1).min(lent.loan.count);
    }
    lending.remembered.retain(|one| one.root != decision.root);
    for one in &mut lending.decisions {
        one.is_cancelled |= one.root == decision.root;
    }
    Ok(Outcome::done().changing(true))
}

/// Why the word does not count.
const fn not_said(error: &StatementError) -> StatusWord {
    match error {
        StatementError::Malformed => StatusWord::WrongData,
        StatementError::Expired => StatusWord::Expired,
        _ => StatusWord::BadSignature,
    }
}
