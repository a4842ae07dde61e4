//! What a console shows of orders that stay in doubt.

use super::rows;
use crate::console::{Cell, Table};
use crate::ports::{DatabaseError, Tables};

/// How many a console shows.
const SHOWN: u32 = 100;

/// The orders about which nothing is decided, and why; nothing if there are none.
///
/// # Errors
/// Only the database's own.
pub(crate) fn doubts(tables: &(impl Tables + ?Sized)) -> Result<Option<Table>, DatabaseError> {
    let doubts = rows::doubts(tables, SHOWN)?;
    let line = |(at_ms, root, peer, why): (u64, String, String, String)| {
        vec![
            Cell::Time(at_ms / 1000),
            Cell::Text(root),
            Cell::Party(peer),
            Cell::Text(why),
        ]
    };
    let rows: Vec<_> = doubts.into_iter().map(line).collect();
    Ok((!rows.is_empty()).then_some(Table {
        name: "doubts",
        columns: &["at", "root", "party", "why"],
        rows,
    }))
}
