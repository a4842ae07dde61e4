//! Double-entry ledger: whole minor units, debits equal credits, all accounts together zero.

use serde::Serialize;
use tallystick_protocol::money::{Currency, Money};

use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables, Value};

/// One movement of money between two accounts of this party's books.
pub struct Entry<'a> {
    /// What makes it the same movement when asked for twice, such as "capture ROOT".
    pub idempotency: &'a str,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// The order it belongs to, in hexadecimal.
    pub order_id: Option<&'a str>,
    /// What it is for, in words.
    pub memo: &'a str,
    /// The account that receives.
    pub debit: &'a str,
    /// The account that gives.
    pub credit: &'a str,
    /// How much; not zero.
    pub money: Money,
}

/// Account, currency code, minor units.
type Posting = (String, String, i64);

/// The books refused an entry.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database's own error.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Nothing or too much would move, or an account would move to itself.
    #[error("this is not an amount that can be booked")]
    Amount,
    /// The books do not balance to zero; nothing is committed.
    #[error("the books do not balance to zero")]
    Unbalanced,
    /// The same movement was booked with another amount.
    #[error("this movement was booked before with another amount")]
    Conflict,
}

/// Books an entry and checks that the books balance to zero. Call it in a transaction.
/// `Ok(false)`: this very movement was booked before, and nothing is booked again.
///
/// # Errors
/// [`LedgerError`]; the transaction must then be rolled back.
pub fn post(tables: &(impl Tables + ?Sized), entry: &Entry<'_>) -> Result<bool, LedgerError> {
    let minor = i64::try_from(entry.money.minor).map_err(|_| LedgerError::Amount)?;
    if minor == 0 || minor > 1 << 53 || entry.debit == entry.credit {
        return Err(LedgerError::Amount);
    }
    let code = entry.money.currency.code();
    if let Some(booked) = booked(tables, entry.idempotency)? {
        let same = [
            (entry.debit.to_owned(), code.to_owned(), minor),
            (entry.credit.to_owned(), code.to_owned(), -minor),
        ];
        return if booked == same {
            Ok(false)
        } else {
            Err(LedgerError::Conflict)
        };
    }
    let id = first(
        tables,
        "INSERT INTO ledger_entries (idempotency, at, order_id, memo) VALUES (?, ?, ?, ?) RETURNING id",
        &[entry.idempotency.into(), entry.at.into(), entry.order_id.into(), entry.memo.into()],
    )?
    .ok_or(DatabaseError::RolledBack)?
    .integer(0)?;
    for (account, amount) in [(entry.debit, minor), (entry.credit, -minor)] {
        let row: [Value; 3] = [account.into(), code.into(), amount.into()];
        tables.run(
            "INSERT INTO ledger_postings (account, currency, minor, entry) VALUES (?, ?, ?, ?)",
            &[&row[..], &[id.into()]].concat(),
        )?;
        tables.run(
            "INSERT INTO ledger_balances (account, currency, minor) VALUES (?, ?, ?)
             ON CONFLICT (account, currency) DO UPDATE SET minor = minor + excluded.minor",
            &row,
        )?;
    }
    check(tables)?;
    Ok(true)
}

fn booked(
    tables: &(impl Tables + ?Sized),
    idempotency: &str,
) -> Result<Option<Vec<Posting>>, LedgerError> {
    let rows = tables.run(
        "SELECT p.account, p.currency, p.minor FROM ledger_postings p
         JOIN ledger_entries e ON e.id = p.entry WHERE e.idempotency = ? ORDER BY p.minor DESC",
        &[idempotency.into()],
    )?;
    if rows.is_empty() {
        return Ok(None);
    }
    let postings = rows
        .iter()
        .map(|row| {
            Ok((
                row.text(0)?.to_owned(),
                row.text(1)?.to_owned(),
                row.integer(2)?,
            ))
        })
        .collect::<Result<_, DatabaseError>>()?;
    Ok(Some(postings))
}

/// Checks that all accounts together are zero in every currency.
///
/// # Errors
/// [`LedgerError::Unbalanced`] if they are not.
pub fn check(tables: &(impl Tables + ?Sized)) -> Result<(), LedgerError> {
    let wrong = tables.run(
        "SELECT currency FROM ledger_balances GROUP BY currency HAVING sum(minor) <> 0",
        &[],
    )?;
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(LedgerError::Unbalanced)
    }
}

/// What stands on an account: positive if more was debited than credited.
///
/// # Errors
/// Only the database's own.
pub fn balance(
    tables: &(impl Tables + ?Sized),
    account: &str,
    currency: Currency,
) -> Result<i64, DatabaseError> {
    first(
        tables,
        "SELECT minor FROM ledger_balances WHERE account = ? AND currency = ?",
        &[account.into(), currency.code().into()],
    )?
    .map_or(Ok(0), |row| row.integer(0))
}

/// One line of the ledger as the console shows it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// The order it belongs to, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// The account that received.
    pub debit: String,
    /// The account that gave.
    pub credit: String,
    /// How much, in minor units.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// What it was for.
    pub memo: String,
}

/// The newest `limit` lines, newest first.
///
/// # Errors
/// Only the database's own.
pub fn lines(tables: &(impl Tables + ?Sized), limit: u32) -> Result<Vec<Line>, DatabaseError> {
    let rows = tables.run(
        "SELECT e.at, e.order_id, d.account, c.account, d.minor, d.currency, e.memo
         FROM ledger_entries e
         JOIN ledger_postings d ON d.entry = e.id AND d.minor > 0
         JOIN ledger_postings c ON c.entry = e.id AND c.minor < 0
         ORDER BY e.id DESC LIMIT ?",
        &[limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                at: row.number(0)?,
                order_id: if row.is_null(1) {
                    None
                } else {
                    Some(row.text(1)?.to_owned())
                },
                debit: row.text(2)?.to_owned(),
                credit: row.text(3)?.to_owned(),
                minor: row.integer(4)?,
                currency: row.text(5)?.to_owned(),
                memo: row.text(6)?.to_owned(),
            })
        })
        .collect()
}
