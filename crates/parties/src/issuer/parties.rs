//! Shops and couriers that an operator's command stopped, beside those that the settings name.

use tallystick_protocol::wire::identifier::Domain;

use crate::ports::{DatabaseError, Tables};
use crate::store::rows;

/// The most parties that are read.
const BLOCKED_MAX: u32 = 1_000;

/// Blocks the party.
///
/// # Errors
/// Only the database's own.
pub(super) fn block(tables: &dyn Tables, party: &Domain, now: u64) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO issuer_blocked_parties (domain, blocked_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        &[party.as_str().into(), now.into()],
    )?;
    Ok(())
}

/// Unblocks the party. Says whether it was blocked.
///
/// # Errors
/// Only the database's own.
pub(super) fn unblock(tables: &dyn Tables, party: &Domain) -> Result<bool, DatabaseError> {
    let sql = "DELETE FROM issuer_blocked_parties WHERE domain = ? RETURNING domain";
    Ok(!tables.run(sql, &[party.as_str().into()])?.is_empty())
}

/// Who is blocked.
///
/// # Errors
/// Only the database's own.
pub(super) fn blocked(tables: &(impl Tables + ?Sized)) -> Result<Vec<Domain>, DatabaseError> {
    let sql = "SELECT domain FROM issuer_blocked_parties ORDER BY domain LIMIT ?";
    let rows = tables.run(sql, &[BLOCKED_MAX.into()])?;
    rows.iter().map(|row| rows::domain(row, 0)).collect()
}
