//! The newest bookings on an account and its purses, as its holder is shown them: what it was follows from the two
//! accounts of the ledger between which it moved.

use minicbor::{Decode, Encode};

use crate::ports::{DatabaseError, Row, Tables};

/// How many are shown of each account.
const SHOWN: u32 = 30;

/// A booking. The same line as an object of the bank tells another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Entry {
    /// When, in milliseconds since 1970.
    #[n(0)]
    pub at_ms: u64,
    /// What it was, as a fixed word.
    #[n(1)]
    pub what: String,
    /// How much, in minor units; below zero what was taken.
    #[n(2)]
    pub minor: i64,
    /// Whether it is under way: set aside, and neither moved nor given back yet.
    #[n(3)]
    pub is_pending: bool,
    /// Whether it is about the account itself, and not one of its purses.
    #[n(4)]
    pub is_of_account: bool,
}

/// The newest bookings on the account of this name, newest first: what was moved, and what is under way. What was set
/// aside and given back is none; nor is what only went from one object of the bank to the one where the account lives.
///
/// # Errors
/// Only the database's own.
pub(super) fn newest_on(
    tables: &(impl Tables + ?Sized),
    name: &str,
) -> Result<Vec<Entry>, DatabaseError> {
    let sql = "SELECT t.at_ms, t.id, d.name = ?1, d.kind, c.kind, t.minor, t.kind = 'pending'
        FROM transfers t JOIN accounts d ON d.account = t.debit JOIN accounts c ON c.account = t.credit
        WHERE (d.name = ?1 OR c.name = ?1) AND (t.kind IN ('single', 'post')
            OR t.kind = 'pending' AND NOT EXISTS (SELECT 1 FROM transfers e WHERE e.pending_id = t.id))
            AND c.kind <> 'between' AND NOT (d.kind = 'between' AND d.name LIKE 'between book %')
        ORDER BY t.number DESC LIMIT ?2";
    let is_of_account = name.starts_with("holder ");
    let line = |row: &Row| {
        let is_taken = row.integer(2)? == 1;
        let minor = row.integer(5)?;
        Ok(Entry {
            at_ms: row.number(0)?,
            what: word(row.text(1)?, row.text(3)?, row.text(4)?).to_owned(),
            minor: if is_taken { -minor } else { minor },
            is_pending: row.integer(6)? == 1,
            is_of_account,
        })
    };
    let rows = tables.run(sql, &[name.into(), SHOWN.into()])?;
    rows.iter().map(line).collect()
}

/// What moved from an account of the first kind to one of the second.
fn word<'a>(id: &'a str, from: &str, to: &str) -> &'a str {
    match (id.split(' ').next().unwrap_or_default(), from, to) {
        (own @ ("payback" | "reclaim" | "borne" | "unborne" | "passed-on"), ..) => own,
        (_, "outside", _) => "deposit",
        (_, _, "outside") => "paid-out",
        (_, "holder", "purse") => "load",
        (_, "purse", "holder") => "unload",
        (_, "waiting", "purse") => "taken-in",
        (_, _, "payable") => "order",
        (_, "payable", _) => "refund",
        (_, _, "fees") => "fee",
        _ => "transfer",
    }
}
