//! Secrets by name, sealed.

use zeroize::Zeroizing;

use crate::office::Office;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};

/// The secret in clear, if there is one.
///
/// # Errors
/// [`DatabaseError::Sealed`] if the sealing key is another one; the database's own.
pub fn get<P: Ports>(
    office: &Office<P>,
    name: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, DatabaseError> {
    sealed(office.tables(), name)?
        .map(|sealed| office.unseal(name, &sealed))
        .transpose()
}

/// The secret as it is sealed, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn sealed(
    tables: &(impl Tables + ?Sized),
    name: &str,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT sealed FROM secrets WHERE name = ?";
    first(tables, sql, &[name.into()])?
        .map(|row| row.blob(0).map(<[u8]>::to_vec))
        .transpose()
}

/// Stores or replaces a secret that [`Office::seal`] sealed under the same name.
///
/// # Errors
/// Only the database's own.
pub fn put(
    tables: &(impl Tables + ?Sized),
    name: &str,
    sealed: &[u8],
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO secrets (name, sealed) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
        &[name.into(), sealed.into()],
    )?;
    Ok(())
}

/// Destroys a secret.
///
/// # Errors
/// Only the database's own.
pub fn forget(tables: &(impl Tables + ?Sized), name: &str) -> Result<(), DatabaseError> {
    tables.run("DELETE FROM secrets WHERE name = ?", &[name.into()])?;
    Ok(())
}
