//! Closes a purse that is empty. It moves nothing from then on; what still comes for it goes to its account.

use tallystick_protocol::bank::InstructionOutcome;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::banking_system::BankingSystem;
use super::frozen;
use super::instructions::{Decided, Told};
use super::local;
use super::lost;
use super::purses::{self, Purse};
use super::waiting::Waiting;
use crate::issuer::books;
use crate::ledger::{self, Account, AccountKind, Balance, Transfer};
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Closes the purse that is named, if it is this account's and empty. Call it in a transaction.
    pub(super) fn close_purse(&self, tables: &dyn Tables, told: &Told) -> Result<Decided, Fault> {
        let purse = purses::find(tables, &told.purse()?)?;
        let purse = purse.filter(|purse| purse.account == Some(told.account.account));
        let Some(purse) = purse else {
            return Ok(InstructionOutcome::UnknownPurse.into());
        };
        if purse.closed_at.is_some() {
            return Ok(InstructionOutcome::Done.into());
        }
        if let Some(outcome) = what_keeps_open(tables, &purse)? {
            return Ok(outcome.into());
        }
        self.give_back_fees_of(tables, &purse.number)?;
        close(tables, &purse.number, self.issuer.office.now())?;
        Ok(InstructionOutcome::Done.into())
    }
}

/// Why a purse cannot be closed yet: what is on its accounts in the ledger, or a movement that is not over.
fn what_keeps_open(
    tables: &dyn Tables,
    purse: &Purse,
) -> Result<Option<InstructionOutcome>, DatabaseError> {
    let of = |name: String| ledger::balance(tables, &name, purse.currency);
    let inside = of(purses::ledger_name(&purse.number))?;
    let waits = of(purses::waiting_name(&purse.number))?;
    if is_pending(&inside) || is_pending(&waits) || waits.posted() != 0 {
        return Ok(Some(InstructionOutcome::UnderWay));
    }
    // A prepaid card that it relays moves by it, too.
    let sql = "SELECT 1 FROM bank_movements WHERE (purse = ?1 OR changes = ?1) AND ended_at IS NULL LIMIT 1";
    if first(tables, sql, &[purse.number.into()])?.is_some() {
        return Ok(Some(InstructionOutcome::UnderWay));
    }
    let is_frozen = frozen::until(tables, &purse.number)?.is_some();
    let awaited = local::awaited(tables, &purse.number)?;
    if is_frozen || awaited.taken != 0 || awaited.given != 0 {
        return Ok(Some(InstructionOutcome::UnderWay));
    }
    Ok((inside.posted() != 0).then_some(InstructionOutcome::HoldsValue))
}

fn is_pending(balance: &Balance) -> bool {
    balance.debits_pending != 0 || balance.credits_pending != 0
}

/// From now on it moves nothing, for good.
///
/// # Errors
/// Only the database's own.
pub(super) fn close(
    tables: &dyn Tables,
    number: &PurseNumber,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE bank_purses SET closed_at = coalesce(closed_at, ?) WHERE number = ?";
    tables.run(sql, &[now.into(), (*number).into()])?;
    Ok(())
}

/// What arrived to wait for a closed purse goes to its account: nobody can take it any more. Whether it did.
///
/// # Errors
/// Those of the ledger and the database.
pub(super) fn redirect(tables: &dyn Tables, credit: &Waiting) -> Result<bool, Fault> {
    let purse = purses::require(tables, &credit.purse)?;
    let (Some(_), Some(account)) = (purse.closed_at, purse.account) else {
        return Ok(false);
    };
    let (waits, holder) = (purses::waiting_name(&purse.number), books::name_of(account));
    let onward = Transfer {
        id: &format!("closed {} {}", credit.transaction, purse.number),
        at_ms: credit.arrived_at.milliseconds(),
        order_id: None,
        memo: "Goes to the account: the purse is closed",
        debit: purses::waiting_for(&waits),
        credit: Account {
            kind: AccountKind::Holder,
            name: &holder,
        },
        money: credit.money,
    };
    ledger::transfer(tables, &onward)?;
    Ok(true)
}

/// What another purse paid to a purse that is closed by now goes to its account: its card reports nothing any more. Call it
/// in the transaction that books the payment.
///
/// # Errors
/// Those of the ledger and the database.
pub(super) fn pass_on(
    tables: &dyn Tables,
    number: &PurseNumber,
    (transaction, now): (&TransactionId, Timestamp),
) -> Result<(), Fault> {
    let purse = purses::require(tables, number)?;
    if lost::find(tables, number)?.is_some() {
        return Ok(lost::look_again(tables, number, now.milliseconds())?);
    }
    let inside = purses::ledger_name(number);
    let free = ledger::balance(tables, &inside, purse.currency)?.available();
    let minor = u64::try_from(free).unwrap_or(0);
    let (Some(_), Some(account), true) = (purse.closed_at, purse.account, minor > 0) else {
        return Ok(());
    };
    let holder = books::name_of(account);
    let onward = Transfer {
        id: &format!("closed {transaction} {number}"),
        at_ms: now.milliseconds(),
        order_id: None,
        memo: "Goes to the account: the purse is closed",
        debit: purses::inside_of(&inside),
        credit: books::of_holder(&holder),
        money: Money::new(minor, purse.currency),
    };
    ledger::transfer(tables, &onward)?;
    Ok(())
}
