//! Books transfers. Each has a name that makes it the same transfer when it is asked for twice.

use tallystick_protocol::wire::money::{MINOR_MAX, Money};

use super::LedgerError;
use super::accounts::{self, Account};
use crate::ports::{DatabaseError, Tables, Value};
use crate::store::typed::{self, typed_row};

/// A movement of money from one account to another.
pub struct Transfer<'a> {
    /// What makes it the same when asked for twice, such as "reserve ROOT".
    pub id: &'a str,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The order it belongs to.
    pub order_id: Option<&'a [u8; 32]>,
    /// What it is for, in words.
    pub memo: &'a str,
    /// The account that gives.
    pub debit: Account<'a>,
    /// The account that receives.
    pub credit: Account<'a>,
    /// How much; not zero.
    pub money: Money,
}

/// The one end of a pending transfer.
pub struct End<'a> {
    /// What makes it the same when asked for twice. Posting and voiding one transfer share it.
    pub id: &'a str,
    /// The name of the pending transfer.
    pub pending: &'a str,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What it is for, in words.
    pub memo: &'a str,
}

/// Moves the money at once. Call it in a transaction. `Ok(false)`: this very transfer was booked
/// before, and nothing is booked again.
///
/// # Errors
/// [`LedgerError`].
pub fn transfer(
    tables: &(impl Tables + ?Sized),
    transfer: &Transfer<'_>,
) -> Result<bool, LedgerError> {
    insert(tables, transfer, "single")
}

/// Sets the money aside until [`post`] or [`void`] ends it. As [`transfer()`].
///
/// # Errors
/// [`LedgerError`].
pub fn reserve(
    tables: &(impl Tables + ?Sized),
    transfer: &Transfer<'_>,
) -> Result<bool, LedgerError> {
    insert(tables, transfer, "pending")
}

/// Moves what was set aside. As [`transfer()`].
///
/// # Errors
/// [`LedgerError`].
pub fn post(tables: &(impl Tables + ?Sized), end: &End<'_>) -> Result<bool, LedgerError> {
    finish(tables, end, "post")
}

/// Gives back what was set aside. As [`transfer()`].
///
/// # Errors
/// [`LedgerError`].
pub fn void(tables: &(impl Tables + ?Sized), end: &End<'_>) -> Result<bool, LedgerError> {
    finish(tables, end, "void")
}

fn insert(
    tables: &(impl Tables + ?Sized),
    transfer: &Transfer<'_>,
    kind: &str,
) -> Result<bool, LedgerError> {
    let minor = i64::try_from(transfer.money.minor).map_err(|_| LedgerError::Amount)?;
    let is_amount = (1..=MINOR_MAX).contains(&transfer.money.minor);
    if !is_amount || transfer.debit.name == transfer.credit.name {
        return Err(LedgerError::Amount);
    }
    let currency = transfer.money.currency;
    let debit = accounts::open(tables, transfer.debit, currency)?;
    let credit = accounts::open(tables, transfer.credit, currency)?;
    if let Some(booked) = booked(tables, transfer.id)? {
        let same = booked.kind == kind
            && (booked.debit, booked.credit, booked.minor) == (debit.number, credit.number, minor);
        return if same {
            Ok(false)
        } else {
            Err(LedgerError::Conflict)
        };
    }
    debit.require_sound()?;
    credit.require_sound()?;
    debit.require(minor)?;
    let row = [
        debit.number.into(),
        credit.number.into(),
        minor.into(),
        kind.into(),
        Value::Null,
        transfer.order_id.into(),
    ];
    store(tables, transfer.id, row, transfer.memo, transfer.at_ms)?;
    Ok(true)
}

fn finish(tables: &(impl Tables + ?Sized), end: &End<'_>, kind: &str) -> Result<bool, LedgerError> {
    if let Some(booked) = booked(tables, end.id)? {
        let same = booked.kind == kind && booked.pending_id.as_deref() == Some(end.pending);
        return if same {
            Ok(false)
        } else {
            Err(LedgerError::Conflict)
        };
    }
    let pending = booked(tables, end.pending)?.filter(|pending| pending.kind == "pending");
    let pending = pending.ok_or(LedgerError::Unknown)?;
    let barred = "SELECT EXISTS (SELECT 1 FROM transfers WHERE pending_id = ?),
        EXISTS (SELECT 1 FROM accounts WHERE account IN (?, ?) AND frozen_at_ms IS NOT NULL)";
    let about = [
        end.pending.into(),
        pending.debit.into(),
        pending.credit.into(),
    ];
    match typed::one(tables, barred, &about)? {
        Some((false, false)) => {}
        Some((true, _)) => return Err(LedgerError::Conflict),
        Some((false, true)) => return Err(LedgerError::Frozen),
        None => return Err(DatabaseError::RolledBack.into()),
    }
    let row = [
        pending.debit.into(),
        pending.credit.into(),
        pending.minor.into(),
        kind.into(),
        end.pending.into(),
        pending.order_id.into(),
    ];
    store(tables, end.id, row, end.memo, end.at_ms)?;
    Ok(true)
}

/// `row`: debit, credit, minor, kind, pending, order.
fn store(
    tables: &(impl Tables + ?Sized),
    id: &str,
    row: [Value; 6],
    memo: &str,
    at_ms: u64,
) -> Result<(), DatabaseError> {
    let mut values = Vec::from(row);
    values.extend([id.into(), memo.into(), at_ms.into()]);
    tables.run(
        "INSERT INTO transfers (debit, credit, minor, kind, pending_id, order_id, id, memo, at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &values,
    )?;
    Ok(())
}

typed_row! {
    struct Booked in "transfers" {
        debit: i64 = "debit",
        credit: i64 = "credit",
        minor: i64 = "minor",
        kind: String = "kind",
        pending_id: Option<String> = "pending_id",
        order_id: Option<[u8; 32]> = "order_id",
    }
}

fn booked(tables: &(impl Tables + ?Sized), id: &str) -> Result<Option<Booked>, DatabaseError> {
    typed::find(tables, "id = ?", &[id.into()])
}
