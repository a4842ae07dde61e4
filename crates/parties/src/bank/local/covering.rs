//! What a purse gave, and whether it held that much.

use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::Money;

use crate::bank::purses::{self, Purse};
use crate::ledger::{self, Account, AccountKind, Transfer};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};

/// The account in the ledger of what a purse gave others: below zero is what it has not covered.
pub(in crate::bank) fn given_name(number: &PurseNumber) -> String {
    format!("given {number}")
}

/// The account of this name.
pub(super) fn given_by(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Given,
        name,
    }
}

/// What a purse gave and does not cover, in minor units.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn uncovered(
    tables: &(impl Tables + ?Sized),
    purse: &Purse,
) -> Result<u64, DatabaseError> {
    let given = ledger::balance(tables, &given_name(&purse.number), purse.currency)?;
    Ok(u64::try_from(-given.available()).unwrap_or(0))
}

/// Covers what a purse gave with what it holds. Call it whenever it may have come to hold more, in that transaction.
///
/// # Errors
/// Those of the ledger and the database.
pub(in crate::bank) fn cover(
    tables: &dyn Tables,
    number: &PurseNumber,
    at_ms: u64,
) -> Result<(), Fault> {
    let Some(purse) = purses::find(tables, number)? else {
        return Ok(());
    };
    let owed = uncovered(tables, &purse)?;
    if owed == 0 {
        return Ok(());
    }
    let (inside, given) = (purses::ledger_name(number), given_name(number));
    let free = ledger::balance(tables, &inside, purse.currency)?.available();
    let minor = owed.min(u64::try_from(free).unwrap_or(0));
    if minor == 0 {
        return Ok(());
    }
    let covered = ledger::balance(tables, &given, purse.currency)?;
    let transfer = Transfer {
        // What was given to the account before names this one: it is another each time.
        id: &format!("cover {number} {}", covered.credits_posted),
        at_ms,
        order_id: None,
        memo: "Covers what the purse gave",
        debit: purses::inside_of(&inside),
        credit: given_by(&given),
        money: Money::new(minor, purse.currency),
    };
    ledger::transfer(tables, &transfer)?;
    Ok(())
}
