//! The registration authority's tables.

use crate::store::retention::Rule;
use crate::store::schema::Migration;

/// For how long what a holder told is kept after it came, in days: long enough for a complaint.
const TOLD_DAYS: u64 = 30;

/// The steps that lead to the newest schema.
pub(super) const TABLES: &[Migration] = &[Migration(&[
    // What a holder told (`told`), the request to the bank that says so (`request`) and the bank's answer, each
    // sealed: the answer has a grant. `problem`: what the bank said in place of an answer, unsigned.
    "CREATE TABLE ra_registrations (
        number BLOB PRIMARY KEY, bank TEXT NOT NULL, told BLOB, request BLOB, answer BLOB,
        outcome TEXT, problem TEXT, received_at INTEGER NOT NULL, answered_at INTEGER,
        keys_made INTEGER NOT NULL DEFAULT 0
    ) STRICT",
    "CREATE INDEX ra_registrations_told ON ra_registrations (received_at) WHERE told IS NOT NULL",
    "CREATE INDEX ra_registrations_by_time ON ra_registrations (received_at)",
    // Keys of purses, by their digest. `asked` is the signed application, or the signed renewal of the key that it
    // `replaces`; `opening` is what the card gets.
    "CREATE TABLE ra_purse_keys (
        key BLOB PRIMARY KEY, bank TEXT NOT NULL, holder BLOB NOT NULL, public_key BLOB NOT NULL,
        asked BLOB NOT NULL, approval BLOB, replaces BLOB, purse BLOB, state TEXT NOT NULL,
        certificate BLOB, permit BLOB, opening BLOB, problem TEXT, received_at INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX ra_purse_keys_by_purse ON ra_purse_keys (bank, purse, replaces)",
    "CREATE INDEX ra_purse_keys_by_time ON ra_purse_keys (received_at)",
    // Which key is a purse's.
    "CREATE TABLE ra_purses (
        bank TEXT NOT NULL, number BLOB NOT NULL, key BLOB NOT NULL REFERENCES ra_purse_keys (key),
        PRIMARY KEY (bank, number)
    ) STRICT",
])];

/// What is kept how long. That somebody registered stays, and what the bank answered; who it was does not.
pub(super) const KEPT: &[Rule] = &[Rule {
    what: "registrations",
    days: TOLD_DAYS,
    sql: "UPDATE ra_registrations SET told = NULL, request = NULL
        WHERE told IS NOT NULL AND received_at <= ?",
}];
