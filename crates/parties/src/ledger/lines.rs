//! The newest transfers, as a console shows them.

use data_encoding::HEXLOWER;
use serde::Serialize;

use crate::ports::{DatabaseError, Tables};
use crate::store::rows;

/// One transfer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The order it belongs to, in hexadecimal.
    pub order_id: Option<String>,
    /// The account that gave.
    pub debit: String,
    /// The account that received.
    pub credit: String,
    /// How much, in minor units.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// "single", "pending", "post" or "void": only what is single or post has moved.
    pub kind: String,
    /// What it was for.
    pub memo: String,
}

/// The newest `limit` lines, newest first.
///
/// # Errors
/// Only the database's own.
pub fn lines(tables: &(impl Tables + ?Sized), limit: u32) -> Result<Vec<Line>, DatabaseError> {
    let rows = tables.run(
        "SELECT t.at_ms, t.order_id, d.name, c.name, t.minor, d.currency, t.kind, t.memo
         FROM transfers t JOIN accounts d ON d.account = t.debit JOIN accounts c ON c.account = t.credit
         ORDER BY t.number DESC LIMIT ?",
        &[limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                at_ms: row.number(0)?,
                order_id: rows::optional_blob(row, 1)?.map(|id| HEXLOWER.encode(&id)),
                debit: row.text(2)?.to_owned(),
                credit: row.text(3)?.to_owned(),
                minor: row.integer(4)?,
                currency: row.text(5)?.to_owned(),
                kind: row.text(6)?.to_owned(),
                memo: row.text(7)?.to_owned(),
            })
        })
        .collect()
}
