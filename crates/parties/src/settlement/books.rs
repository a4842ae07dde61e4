//! Cards on the front's ledger: *card ALIAS* holds what is on a card and what waits to be written to it. What an order takes
//! from it and gives back is the payer's; what a charge puts there is here.

use tallystick_protocol::settlement::Alias;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;

use crate::issuer::books;
use crate::ledger::{self, Account, AccountKind, End, LedgerError, Transfer};
use crate::office::fault::Fault;
use crate::ports::Tables;

/// The name of a card's account.
pub(super) fn name_of(alias: &Alias) -> String {
    format!("card {alias}")
}

/// A card's account of that name.
pub(super) fn of_card(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Card,
        name,
    }
}

/// Sets a charge aside on the account that pays it. `Ok(false)`: there is not that much on it.
///
/// # Errors
/// Those of [`ledger::reserve`].
pub(super) fn set_aside(
    tables: &dyn Tables,
    charge: &TransactionId,
    (account, alias): (i64, &Alias),
    money: Money,
    at_ms: u64,
) -> Result<bool, Fault> {
    let (holder, card) = (books::name_of(account), name_of(alias));
    let transfer = Transfer {
        id: &pending(charge),
        at_ms,
        order_id: None,
        memo: "Reserved for a card",
        debit: books::of_holder(&holder),
        credit: of_card(&card),
        money,
    };
    match ledger::reserve(tables, &transfer) {
        Ok(_) => Ok(true),
        Err(LedgerError::Short) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The charge is on the card, or never will be.
///
/// # Errors
/// Those of [`ledger::post`].
pub(super) fn end(
    tables: &dyn Tables,
    charge: &TransactionId,
    is_written: bool,
    at_ms: u64,
) -> Result<(), Fault> {
    let (id, pending) = (format!("end-charge {charge}"), pending(charge));
    let end = |memo| End {
        id: &id,
        pending: &pending,
        at_ms,
        memo,
    };
    if is_written {
        ledger::post(tables, &end("Put on a card"))?;
    } else {
        ledger::void(tables, &end("Released: not put on a card"))?;
    }
    Ok(())
}

/// What is on a card and may come to it, in minor units.
///
/// # Errors
/// Only the database's own.
pub(super) fn at_most_on(tables: &dyn Tables, alias: &Alias, money: Money) -> Result<u64, Fault> {
    let balance = ledger::balance(tables, &name_of(alias), money.currency)?;
    let at_most = balance.posted().saturating_add(balance.credits_pending);
    Ok(u64::try_from(at_most).unwrap_or_default())
}

fn pending(charge: &TransactionId) -> String {
    format!("charge {charge}")
}
