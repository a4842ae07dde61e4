//! LEND (80 46 00 00).

use tallystick_protocol::home::calls::LENT_MAX;
use tallystick_protocol::home::{Loan, SHOPS_MAX};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::MINOR_MAX;

use super::stored::{Lending, lending, lending_mut};
use crate::StatusWord;
use crate::applets::home::{asked, require_no_parameters};
use crate::applets::purse::require_lendable;
use crate::host::home::lending::{LOAN_BYTES_MAX, LOANS_MAX, LoanTerms, LoanView};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// What is lent to a terminal that is known, of an account of this card, after the PIN was verified. The card numbers and
/// keeps the loan, and answers with it, signed.
pub(crate) fn lend(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let terms: LoanTerms = asked(command)?;
    session.require_verified()?;
    let mut next = lending(state)?.clone();
    let has_slot = state.slots.iter().any(|slot| slot.holder == terms.holder);
    if !has_slot || next.terminal(&terms.terminal).is_err() {
        return Err(StatusWord::ReferenceNotFound);
    }
    let fits = terms.shops.len() <= SHOPS_MAX
        && (1..=terms.total).contains(&terms.each.minor)
        && terms.total <= MINOR_MAX
        && terms.count > 0;
    if !fits {
        return Err(StatusWord::WrongData);
    }
    if let Some(purse) = &terms.purse {
        require_lendable(state, purse, terms.each.currency)?;
    }
    make_room(&mut next, &terms)?;
    let number = next.newest_loan.checked_add(1);
    let number = number.ok_or(StatusWord::NotEnoughMemory)?;
    let loan = Loan {
        home: next.keys.public()?.home(),
        number,
        terminal: terms.terminal,
        holder: terms.holder,
        shops: terms.shops,
        each: terms.each,
        total: terms.total,
        count: terms.count,
        ends_at: terms.ends_at,
        account: terms.account,
    };
    if encode(&loan).len() > LOAN_BYTES_MAX {
        return Err(StatusWord::WrongData);
    }
    let signed = next.keys.sign(&loan)?;
    next.newest_loan = number;
    next.loans.push(LoanView {
        total_left: loan.total,
        count_left: loan.count,
        is_stopped: false,
        loan,
        purse: terms.purse,
    });
    *lending_mut(state)? = next;
    Ok(Outcome::data(signed).changing(true))
}

/// The oldest loan of which nothing is left goes when there are too many.
fn make_room(lending: &mut Lending, terms: &LoanTerms) -> Result<(), StatusWord> {
    let is_over = |loan: &LoanView| loan.is_stopped || loan.count_left == 0 || loan.total_left == 0;
    let loans = lending.loans.iter();
    let of_terminal = loans.filter(|loan| loan.loan.terminal == terms.terminal && !is_over(loan));
    if of_terminal.count() >= LENT_MAX {
        return Err(StatusWord::NotEnoughMemory);
    }
    if lending.loans.len() >= LOANS_MAX {
        let over = lending.loans.iter().position(is_over);
        lending
            .loans
            .remove(over.ok_or(StatusWord::NotEnoughMemory)?);
    }
    Ok(())
}
