//! From which entry on a purse is to tell its history again. A payment that it tells of while it is still set aside has no
//! word of its payee yet; the receipt comes to that entry later, and without it the bank would take the purse to hold what it
//! has given away. So a checkpoint says no more than that everything before that entry is known.

use tallystick_protocol::purse::{Endpoint, HistoryEntry, PurseNumber, PurseReport};
use tallystick_protocol::wire::identifier::TransactionId;

use super::rows;
use crate::bank::movements;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// The table of purses that have something to tell again, for the bank's schema.
pub(in crate::bank) const TABLE: &str = "CREATE TABLE bank_told_again (
    purse BLOB PRIMARY KEY REFERENCES bank_purses (number),
    after INTEGER NOT NULL
) STRICT";

/// After which entry this purse is to begin its next report, if that is before the end of what is known of its history.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn begins_after(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
) -> Result<Option<u64>, DatabaseError> {
    let sql = "SELECT after FROM bank_told_again WHERE purse = ?";
    typed::one(tables, sql, &[(*purse).into()])
}

/// Notes it by a report that was read, and tells all or not: before the first payment to another purse of which nobody has told yet
/// how it ended. After which entry the next report begins is returned if the purse is to be judged only by that: what was to
/// be told again ended since, and this report begins after it. Call it in that transaction, once it is decided what is over.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn note(
    tables: &dyn Tables,
    report: &PurseReport,
    tells_all: bool,
) -> Result<Option<u64>, DatabaseError> {
    let mut first: Option<u64> = None;
    for transaction in &report.pending {
        let entry = match movements::find(tables, &report.purse, transaction)? {
            Some(_) => None,
            None => told_at(tables, &report.purse, transaction)?,
        };
        first = [first, entry].into_iter().flatten().min();
    }
    let purse = report.purse.into();
    let missed = begins_after(tables, &report.purse)?;
    let missed = missed.filter(|after| first.is_none() && report.after > *after);
    match first {
        None if missed.is_some() && !tells_all => return Ok(None),
        Some(first) => tables.run(
            "INSERT INTO bank_told_again (purse, after) VALUES (?, ?)
             ON CONFLICT (purse) DO UPDATE SET after = excluded.after",
            &[purse, first.saturating_sub(1).into()],
        )?,
        None => tables.run("DELETE FROM bank_told_again WHERE purse = ?", &[purse])?,
    };
    Ok(missed)
}

/// The entry with which a movement left the purse, if the bank was told of it.
fn told_at(
    tables: &dyn Tables,
    purse: &PurseNumber,
    transaction: &TransactionId,
) -> Result<Option<u64>, DatabaseError> {
    let sql = "SELECT min(sequence) FROM bank_history WHERE purse = ? AND transaction_id = ?
        HAVING count(*) > 0";
    typed::one(tables, sql, &[(*purse).into(), (*transaction).into()])
}

/// Whether an entry that was told before may have its payee's word by now, of which the bank has not heard.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn is_news(
    tables: &dyn Tables,
    purse: &PurseNumber,
    entry: &HistoryEntry,
) -> Result<bool, DatabaseError> {
    let gave = matches!(&entry.payer, Endpoint::Purse(payer) if payer == purse)
        && matches!(&entry.payee, Endpoint::Purse(payee) if payee != purse);
    Ok(gave && !entry.evidence.is_empty() && rows::find(tables, &entry.transaction)?.is_none())
}
