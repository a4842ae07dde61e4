//! A purse whose history has gaps. Until the reconciliation window is over it moves nothing: what is missing may come, from
//! its own card or by the histories of those whom it paid and who paid it. If it does not, the purse is set to what the
//! bank's books say (T004-39), and goes on.

use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::time::Timestamp;

use super::purses::Purse;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// The table of purses with gaps, for the bank's schema.
pub(super) const TABLE: &str = "CREATE TABLE bank_frozen (
    purse BLOB PRIMARY KEY REFERENCES bank_purses (number),
    until INTEGER NOT NULL
) STRICT";

/// A purse has a gap in its history: from now on it is frozen, until the window (in seconds) is over. One that was frozen
/// before stays so until then.
///
/// # Errors
/// Only the database's own.
pub(super) fn freeze(
    tables: &dyn Tables,
    purse: &PurseNumber,
    (now, window): (Timestamp, u64),
) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO bank_frozen (purse, until) VALUES (?, ?) ON CONFLICT DO NOTHING";
    tables.run(sql, &[(*purse).into(), now.plus_seconds(window).into()])?;
    Ok(())
}

/// The purse moves value again.
///
/// # Errors
/// Only the database's own.
pub(super) fn thaw(tables: &dyn Tables, purse: &PurseNumber) -> Result<(), DatabaseError> {
    tables.run(
        "DELETE FROM bank_frozen WHERE purse = ?",
        &[(*purse).into()],
    )?;
    Ok(())
}

/// Until when a purse is frozen, if it is. When that is over it still is, until it has reported.
///
/// # Errors
/// Only the database's own.
pub(super) fn until(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
) -> Result<Option<Timestamp>, DatabaseError> {
    let sql = "SELECT until FROM bank_frozen WHERE purse = ?";
    typed::one(tables, sql, &[(*purse).into()])
}

/// Requires that a purse is not frozen.
///
/// # Errors
/// [`Kind::HistoryGap`]; those of the database.
pub(super) fn require_none(tables: &(impl Tables + ?Sized), purse: &Purse) -> Result<(), Fault> {
    if until(tables, &purse.number)?.is_some() {
        let frozen = "Entries of the purse's history are missing: it moves nothing until they come, or the window is over.";
        return Err(Fault::new(Kind::HistoryGap, frozen));
    }
    Ok(())
}
