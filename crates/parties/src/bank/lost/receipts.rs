//! Receipts of a purse that its holder blocked: payments that it signed before.
//!
//! The rule: whoever was paid with the purse before it was blocked is paid. It is taken from what the purse holds by
//! the books; if that was paid back, from the account, up to what was paid back and never below zero; what is missing
//! then the bank bears, on its account of losses, and an alert is raised. An order's payment counts as a receipt only
//! if the shop too signed before the block that it has it: a purse's own clock may be in a thief's hands. Nothing is
//! paid that the purse did not hold.

use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::{free, rows};
use crate::bank::alerts::{self, Alert};
use crate::bank::purses::{self, Purse};
use crate::issuer::books;
use crate::ledger::{self, Account, AccountKind, Transfer};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};

/// What the bank bears itself.
pub(in crate::bank) const LOSSES: Account<'static> = Account {
    kind: AccountKind::Losses,
    name: "losses",
};

/// Whether what a purse signed at `signed_at`, and whoever is paid signed for at `received_at`, came before its holder
/// blocked it.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn is_receipt(
    tables: &(impl Tables + ?Sized),
    purse: &Purse,
    (signed_at, received_at): (Timestamp, Timestamp),
) -> Result<bool, DatabaseError> {
    let Some(lost) = rows::find(tables, &purse.number)? else {
        return Ok(false);
    };
    let is_before = signed_at <= lost.blocked_at && received_at <= lost.blocked_at;
    Ok(is_before && signed_at < purse.expires_at)
}

/// A payment that a receipt shows.
pub(in crate::bank) struct Receipt<'a> {
    /// The purse that paid.
    pub purse: &'a PurseNumber,
    /// How much.
    pub money: Money,
    /// What names it in the books: the order's root, in hexadecimal.
    pub name: &'a str,
    /// The number of the purse's entry by which it paid.
    pub entry: u64,
}

/// Brings back onto a purse that was paid back what a receipt claims of it, so that it can be paid. Of a purse that was
/// not, or that held less, nothing is brought. Call it in the transaction that then takes it.
///
/// # Errors
/// Those of the ledger and the database.
pub(in crate::bank) fn provide(
    tables: &dyn Tables,
    receipt: &Receipt<'_>,
    now: Timestamp,
) -> Result<(), Fault> {
    let purse = purses::require(tables, receipt.purse)?;
    let Some(mut lost) = rows::find(tables, receipt.purse)? else {
        return Ok(());
    };
    let (inside, _) = free(tables, &purse)?;
    let missing = receipt.money.minor.saturating_sub(inside);
    if missing == 0 || missing > lost.reclaimable() {
        return Ok(());
    }
    let account = purse.account.ok_or_else(Fault::internal)?;
    let (holder, name) = (books::name_of(account), purses::ledger_name(receipt.purse));
    let left = ledger::balance(tables, &holder, purse.currency)?.available();
    let from_account = missing.min(u64::try_from(left).unwrap_or(0));
    let borne = missing - from_account;
    let bring = |word: &str, memo: &str, debit: Account<'_>, minor: u64| -> Result<(), Fault> {
        if minor == 0 {
            return Ok(());
        }
        let transfer = Transfer {
            id: &format!("{word} {} {}", receipt.purse, receipt.name),
            at_ms: now.milliseconds(),
            order_id: None,
            memo,
            debit,
            credit: purses::inside_of(&name),
            money: Money::new(minor, purse.currency),
        };
        ledger::transfer(tables, &transfer)?;
        Ok(())
    };
    let again = "Taken back: the purse paid before it was blocked";
    bring("reclaim", again, books::of_holder(&holder), from_account)?;
    bring(
        "borne",
        "Borne by the bank: it had been paid back",
        LOSSES,
        borne,
    )?;
    lost.reclaimed += missing;
    lost.borne += borne;
    rows::update(tables, &lost)?;
    if borne > 0 {
        let amounts = Some((missing, from_account));
        alerts::raise(
            tables,
            Alert::Loss,
            (receipt.purse, receipt.entry),
            amounts,
            now,
        )?;
    }
    Ok(())
}
