//! Shops and couriers that an operator's command stopped, beside those that the settings name.

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::time::Timestamp;

use crate::console::{Cell, Table};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Row, Tables};
use crate::store::rows;

/// The most parties that are blocked by commands.
const BLOCKED_MAX: u32 = 100;

/// Blocks the party.
///
/// # Errors
/// [`Kind::Conflict`] if so many are blocked already; those of the database.
pub(super) fn block(tables: &dyn Tables, party: &Domain, now: Timestamp) -> Result<(), Fault> {
    if blocked(tables)?.len() >= BLOCKED_MAX as usize {
        return Err(Fault::new(Kind::Conflict, "A hundred parties are blocked."));
    }
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
pub(crate) fn blocked(tables: &(impl Tables + ?Sized)) -> Result<Vec<Domain>, DatabaseError> {
    let sql = "SELECT domain FROM issuer_blocked_parties ORDER BY domain LIMIT ?";
    let rows = tables.run(sql, &[BLOCKED_MAX.into()])?;
    rows.iter().map(|row| rows::domain(row, 0)).collect()
}

/// Who is blocked, as the console shows it.
///
/// # Errors
/// Only the database's own.
pub(super) fn table(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let sql = "SELECT domain, blocked_at FROM issuer_blocked_parties ORDER BY domain LIMIT ?";
    let rows = tables.run(sql, &[BLOCKED_MAX.into()])?;
    let line = |row: &Row| {
        Ok(vec![
            Cell::Party(row.text(0)?.to_owned()),
            Cell::Time(row.number(1)?),
        ])
    };
    Ok(Table {
        name: "blocked",
        columns: &["party", "at"],
        rows: rows
            .iter()
            .map(line)
            .collect::<Result<_, DatabaseError>>()?,
    })
}
