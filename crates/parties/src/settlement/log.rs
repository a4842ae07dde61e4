//! The log of a front (source document 003, ST13): one entry for each time that a card confirmed, as its server signed it.

use tallystick_protocol::settlement::Alias;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::{DatabaseError, Tables};

/// An entry.
pub(super) struct Entry<'a> {
    /// The order's root, or the credit's number.
    pub about: [u8; 32],
    /// Whether value was written to the card, rather than taken from it.
    pub is_credit: bool,
    pub alias: Alias,
    pub money: Money,
    /// What is on the card since.
    pub balance: Option<Money>,
    /// The security server's signed outcome.
    pub signed: &'a [u8],
    pub at: Timestamp,
}

/// Writes an entry; about each order and each credit there is one.
///
/// # Errors
/// Only the database's own.
pub(super) fn write(tables: &dyn Tables, entry: &Entry<'_>) -> Result<(), DatabaseError> {
    let kind = if entry.is_credit { "credit" } else { "debit" };
    tables.run(
        "INSERT INTO settlement_log (about, kind, alias, minor, currency, balance, signed, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            entry.about.into(),
            kind.into(),
            entry.alias.into(),
            entry.money.minor.into(),
            entry.money.currency.into(),
            entry.balance.map(|balance| balance.minor).into(),
            entry.signed.into(),
            entry.at.into(),
        ],
    )?;
    Ok(())
}
