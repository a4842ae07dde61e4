//! Public facts by name: certificates and public keys.

use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// The fact, if it is known.
///
/// # Errors
/// Only the database's own.
pub fn get(tables: &(impl Tables + ?Sized), name: &str) -> Result<Option<Vec<u8>>, DatabaseError> {
    first(
        tables,
        "SELECT value FROM facts WHERE name = ?",
        &[name.into()],
    )?
    .map(|row| row.blob(0).map(<[u8]>::to_vec))
    .transpose()
}

/// Stores or replaces the fact.
///
/// # Errors
/// Only the database's own.
pub fn put(tables: &(impl Tables + ?Sized), name: &str, value: &[u8]) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO facts (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[name.into(), value.into()],
    )?;
    Ok(())
}
