//! The sandbox bank's money on the ledger. Each account is one of it; what is paid in comes from outside.

use tallystick_protocol::wire::money::Money;

use super::BankingSystem;
use super::accounts::Account as Row;
use crate::ledger::{self, Account, AccountKind, LedgerError, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Tables};

/// Where money that was paid in came from.
const OUTSIDE: Account<'static> = Account {
    kind: AccountKind::Settled,
    name: "settled outside",
};

/// What the ledger calls an account.
pub(super) fn name_of(account: i64) -> String {
    format!("holder {account}")
}

/// No account of the bank may go below zero.
fn on_ledger(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Holder,
        name,
    }
}

/// What can be taken from an account, in minor units.
pub(super) fn balance(
    tables: &(impl Tables + ?Sized),
    account: &Row,
) -> Result<i64, DatabaseError> {
    let currency = account.currency()?;
    Ok(ledger::balance(tables, &name_of(account.account), currency)?.available())
}

/// Pays money in, which `id` names so that it is paid in once.
///
/// # Errors
/// [`Kind::Conflict`] if the account cannot hold so much.
pub(super) fn pay_in(
    tables: &dyn Tables,
    account: &Row,
    money: Money,
    id: &str,
    at_ms: u64,
) -> Result<(), Fault> {
    let name = name_of(account.account);
    let transfer = Transfer {
        id,
        at_ms,
        order_id: None,
        memo: "Paid in",
        debit: OUTSIDE,
        credit: on_ledger(&name),
        money,
    };
    match ledger::transfer(tables, &transfer) {
        Ok(_) => Ok(()),
        Err(LedgerError::Amount) => Err(Fault::new(Kind::Conflict, "So much cannot be booked.")),
        Err(error) => Err(error.into()),
    }
}

/// Moves money from one account to another; `id` names it.
///
/// # Errors
/// [`LedgerError::Short`] and [`LedgerError::Amount`] are for whoever ordered it; the others are faults.
pub(super) fn pay(
    tables: &dyn Tables,
    (from, to): (&Row, &Row),
    money: Money,
    id: &str,
    at_ms: u64,
) -> Result<(), LedgerError> {
    let (debit, credit) = (name_of(from.account), name_of(to.account));
    let transfer = Transfer {
        id,
        at_ms,
        order_id: None,
        memo: "Payment",
        debit: on_ledger(&debit),
        credit: on_ledger(&credit),
        money,
    };
    ledger::transfer(tables, &transfer).map(|_| ())
}

impl<P: Ports> BankingSystem<P> {
    /// Makes the trial balance: by night.
    pub(super) fn look_over_books(&self) -> Result<(), Fault> {
        let now_ms = self.office.now_ms();
        let found = self
            .office
            .transaction(|tables| ledger::trial_balance(tables, now_ms))?;
        let outcome = if found.wrong == 0 { "ok" } else { "frozen" };
        self.office.log("trial-balance", None, outcome);
        Ok(())
    }
}
