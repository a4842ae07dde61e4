//! What the console shows of what moves between the bank and the banking system outside.

use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::console::{Cell, Table};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// How many of each are shown.
const SHOWN: u32 = 30;

/// Payments that the bank ordered, bookings that it read, and what an operator has to look at of both.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn tables(
    tables: &(impl Tables + ?Sized),
) -> Result<[Table; 3], DatabaseError> {
    Ok([ordered(tables)?, booked(tables)?, alerts(tables)?])
}

fn ordered(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        (Timestamp, String, Option<i64>),
        Money,
        (String, Option<String>, String),
    );
    let sql = "SELECT ordered_at, purpose, account, minor, currency, state, reason, reference
        FROM bank_outside_payments ORDER BY ordered_at DESC, reference LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let row = |((at, purpose, account), money, (state, reason, reference)): Line| {
        vec![
            Cell::Time(at.0),
            Cell::word(&purpose),
            Cell::or_none(account, Cell::Count),
            money.into(),
            Cell::word(&state),
            Cell::or_none(reason, Cell::Text),
            Cell::Text(reference),
        ]
    };
    Ok(Table {
        name: "outside-payments",
        columns: &[
            "at",
            "purpose",
            "account",
            "amount",
            "state",
            "reason",
            "reference",
        ],
        rows: lines.into_iter().map(row).collect(),
    })
}

/// What waits for an operator first.
fn booked(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        (i64, Timestamp, Money),
        (bool, String),
        (Option<i64>, Option<String>),
    );
    let sql = "SELECT number, read_at, minor, currency, is_in, state, account, remittance
        FROM bank_outside_bookings ORDER BY state = 'unassigned' DESC, number DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let row = |((number, at, money), (is_in, state), (account, text)): Line| {
        vec![
            Cell::Count(number),
            Cell::Time(at.0),
            Cell::word(if is_in { "came-in" } else { "went-out" }),
            money.into(),
            Cell::word(&state),
            Cell::or_none(account, Cell::Count),
            Cell::or_none(text, Cell::Text),
        ]
    };
    Ok(Table {
        name: "outside-bookings",
        columns: &[
            "booking",
            "at",
            "direction",
            "amount",
            "state",
            "account",
            "text",
        ],
        rows: lines.into_iter().map(row).collect(),
    })
}

fn alerts(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (Timestamp, String, Money, String);
    let sql = "SELECT raised_at, alert, minor, currency, reference
        FROM bank_outside_alerts ORDER BY number DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let row = |(at, alert, money, reference): Line| {
        vec![
            Cell::Time(at.0),
            Cell::word(&alert),
            money.into(),
            Cell::Text(reference),
        ]
    };
    Ok(Table {
        name: "outside-alerts",
        columns: &["at", "alert", "amount", "reference"],
        rows: lines.into_iter().map(row).collect(),
    })
}
