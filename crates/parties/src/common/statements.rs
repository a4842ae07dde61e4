//! Decisions: stored with the exact bytes to be signed, signed afterwards, never signed anew.

use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// A stored decision.
pub struct Statement {
    /// The COSE Sig_structure (RFC 9052 §4.4) that is or will be signed.
    pub to_be_signed: Vec<u8>,
    /// The signed message, once the signature is made.
    pub signed: Option<Vec<u8>>,
}

/// Stores a decision. Call it in the transaction that decides, so that either both happen or none.
///
/// `kind` is a fixed word of the role ("authorisation"), `reference` what it is about (the root in
/// hexadecimal). Together they are unique: a second decision of the kind is an error.
///
/// # Errors
/// The database's own, also if the decision was taken before.
pub fn store(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
    to_be_signed: &[u8],
    now_ms: u64,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO statements (kind, reference, made_at, to_be_signed) VALUES (?, ?, ?, ?)",
        &[
            kind.into(),
            reference.into(),
            now_ms.into(),
            to_be_signed.into(),
        ],
    )?;
    Ok(())
}

/// The decision of this kind about `reference`, if it was taken.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<Option<Statement>, DatabaseError> {
    let row = first(
        tables,
        "SELECT to_be_signed, signed FROM statements WHERE kind = ? AND reference = ?",
        &[kind.into(), reference.into()],
    )?;
    row.map(|row| {
        Ok(Statement {
            to_be_signed: row.blob(0)?.to_vec(),
            signed: if row.is_null(1) {
                None
            } else {
                Some(row.blob(1)?.to_vec())
            },
        })
    })
    .transpose()
}

/// Stores the signed message unless one is stored already, and returns the one that is stored:
/// PSS is randomised, and of two signatures made at once only the first is ever sent.
///
/// # Errors
/// [`DatabaseError::RolledBack`] if there is no such decision.
pub fn keep(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
    signed: &[u8],
) -> Result<Vec<u8>, DatabaseError> {
    let rows = tables.run(
        "UPDATE statements SET signed = coalesce(signed, ?) WHERE kind = ? AND reference = ?
         RETURNING signed",
        &[signed.into(), kind.into(), reference.into()],
    )?;
    let row = rows.first().ok_or(DatabaseError::RolledBack)?;
    Ok(row.blob(0)?.to_vec())
}
