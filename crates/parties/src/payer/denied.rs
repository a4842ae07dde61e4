//! Orders of which somebody was told that they are not known, noted by a payer that may have forgotten some.

use tallystick_protocol::wire::identifier::Root;
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::{DatabaseError, Tables};
use crate::store::retention::Rule;
use crate::store::typed;

/// The table, for a step of the schema of a role that pays.
pub const TABLE: &str =
    "CREATE TABLE payer_denied (root BLOB PRIMARY KEY, at INTEGER NOT NULL) STRICT";

/// For as long as a shop may come that was forgotten, and a day.
pub const KEPT: Rule = Rule {
    what: "denied-orders",
    days: 31,
    sql: "DELETE FROM payer_denied WHERE at <= ?",
};

/// Notes that it was said now.
///
/// # Errors
/// Only the database's own.
pub fn note(tables: &dyn Tables, root: &Root, now: Timestamp) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO payer_denied (root, at) VALUES (?, ?)
        ON CONFLICT (root) DO UPDATE SET at = excluded.at";
    tables.run(sql, &[root.0.into(), now.into()])?;
    Ok(())
}

/// When it was said last, if it was.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Option<Timestamp>, DatabaseError> {
    let sql = "SELECT at FROM payer_denied WHERE root = ?";
    typed::one(tables, sql, &[root.0.into()])
}
