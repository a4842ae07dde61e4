//! The log: what cards have done. An entry is written with the card's certificate and never without, in the transaction in
//! which it counts.

use tallystick_protocol::settlement::card::TransactionRecord;
use tallystick_protocol::wire::time::Timestamp;

use super::pending::Pending;
use crate::ports::{DatabaseError, Tables};

/// Notes what a card has done. The same order twice, or a card's counter, is an error.
///
/// # Errors
/// The database's own.
pub(super) fn note(
    tables: &dyn Tables,
    pending: &Pending,
    record: &TransactionRecord,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO security_log (at, alias, counter, kind, subject, digest, minor, currency, left_minor, certificate)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            now.into(),
            pending.alias.into(),
            record.counter.into(),
            pending.act.as_str().into(),
            pending.subject.into(),
            record.digest.into(),
            record.amount.into(),
            pending.amount.currency.into(),
            record.balance.into(),
            record.certificate.to_vec().into(),
        ],
    )?;
    Ok(())
}
