//! What was signed about orders that were forgotten themselves, until their wallets show them again.

use sha2::{Digest, Sha256};
use tallystick_protocol::wire::identifier::{Domain, Root};
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// The table. They stay: nothing else is ever signed about such a root.
pub const TABLE: &str = "CREATE TABLE shop_forgotten (
    number INTEGER PRIMARY KEY AUTOINCREMENT, root BLOB NOT NULL, digest BLOB NOT NULL, peer TEXT NOT NULL,
    signed BLOB NOT NULL, at INTEGER NOT NULL, UNIQUE (root, digest)) STRICT";

/// Keeps a statement; the same one is kept once.
pub(super) fn keep(
    tables: &dyn Tables,
    root: &Root,
    peer: &Domain,
    signed: &[u8],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let digest: [u8; 32] = Sha256::digest(signed).into();
    let sql = "INSERT INTO shop_forgotten (root, digest, peer, signed, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (root, digest) DO NOTHING";
    let values = [
        (*root).into(),
        digest.into(),
        peer.as_str().into(),
        signed.into(),
        now.into(),
    ];
    tables.run(sql, &values)?;
    Ok(())
}

/// Whether something was signed about a forgotten order of this root.
pub(super) fn is_any(tables: &(impl Tables + ?Sized), root: &Root) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM shop_forgotten WHERE root = ? LIMIT 1";
    Ok(first(tables, sql, &[(*root).into()])?.is_some())
}

/// What was signed under this root.
pub(super) fn words(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Vec<Vec<u8>>, DatabaseError> {
    let sql = "SELECT signed FROM shop_forgotten WHERE root = ? ORDER BY number";
    typed::all(tables, sql, &[(*root).into()])
}

/// What was signed under this root, and who told it, as it was told; it is here no longer.
pub(super) fn take(
    tables: &dyn Tables,
    root: &Root,
) -> Result<Vec<(Domain, Vec<u8>)>, DatabaseError> {
    let sql = "SELECT peer, signed FROM shop_forgotten WHERE root = ? ORDER BY number";
    let told = typed::all(tables, sql, &[(*root).into()])?;
    let sql = "DELETE FROM shop_forgotten WHERE root = ?";
    tables.run(sql, &[(*root).into()])?;
    Ok(told)
}
