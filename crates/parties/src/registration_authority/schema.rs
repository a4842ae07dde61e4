//! The registration authority's tables.

use super::registrations::{SEALED_ANSWER, SEALED_REQUEST, SEALED_TOLD};
use crate::store::retention::Rule;
use crate::store::schema::Migration;
use crate::store::sealed::Sealed;

/// For how long what a holder told is kept after it came, and what came to nothing, in days: long enough for a
/// complaint.
const TOLD_DAYS: u64 = 30;

/// The steps that lead to the newest schema.
pub(super) const TABLES: &[Migration] = &[Migration(&[
    // What a holder told (`told`; `digest` is SHA-256 of it), the request to the bank that says so (`request`) and the
    // bank's answer, each sealed: the answer has a grant. `problem`: what the bank said in place of an answer, unsigned.
    "CREATE TABLE ra_registrations (
        number BLOB PRIMARY KEY, bank TEXT NOT NULL, digest BLOB NOT NULL, told BLOB, request BLOB,
        answer BLOB, outcome TEXT, problem TEXT, received_at INTEGER NOT NULL, answered_at INTEGER,
        keys_made INTEGER NOT NULL DEFAULT 0
    ) STRICT",
    "CREATE INDEX ra_registrations_told ON ra_registrations (received_at) WHERE told IS NOT NULL",
    "CREATE INDEX ra_registrations_by_time ON ra_registrations (received_at)",
    "CREATE INDEX ra_registrations_not_opened ON ra_registrations (received_at)
        WHERE outcome IS NULL OR outcome <> 'opened'",
    // Keys of purses, by their digest. `asked` is the signed application, which named a `registration`, or the signed
    // renewal of the key that it `replaces`; `opening` is what the card gets.
    "CREATE TABLE ra_purse_keys (
        key BLOB PRIMARY KEY, bank TEXT NOT NULL, registration BLOB, holder BLOB NOT NULL, public_key BLOB NOT NULL,
        asked BLOB NOT NULL, approval BLOB, replaces BLOB, purse BLOB, state TEXT NOT NULL,
        certificate BLOB, permit BLOB, opening BLOB, problem TEXT, received_at INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX ra_purse_keys_by_purse ON ra_purse_keys (bank, purse, replaces)",
    "CREATE INDEX ra_purse_keys_by_time ON ra_purse_keys (received_at)",
    "CREATE INDEX ra_purse_keys_not_opened ON ra_purse_keys (received_at)
        WHERE state NOT IN ('opened', 'replaced')",
    "CREATE INDEX ra_purse_keys_applied ON ra_purse_keys (registration)
        WHERE state NOT IN ('opened', 'replaced')",
    // Which key is a purse's.
    "CREATE TABLE ra_purses (
        bank TEXT NOT NULL, number BLOB NOT NULL, key BLOB NOT NULL REFERENCES ra_purse_keys (key),
        PRIMARY KEY (bank, number)
    ) STRICT",
])];

/// What is kept how long. That an account was opened stays, and what the bank answered; who it was does not. Of what
/// came to nothing nothing stays, or whoever likes could fill these tables: each night drops one day's, which the limits
/// of requests bound. A new key that the bank permitted stays: its fee is paid, and how many there are is bounded.
pub(super) const KEPT: &[Rule] = &[
    Rule {
        what: "registrations",
        days: TOLD_DAYS,
        sql: "UPDATE ra_registrations SET told = NULL, request = NULL
            WHERE told IS NOT NULL AND received_at <= ?",
    },
    Rule {
        what: "registrations-not-opened",
        days: TOLD_DAYS,
        sql: "DELETE FROM ra_registrations
            WHERE (outcome IS NULL OR outcome <> 'opened') AND received_at <= ?",
    },
    Rule {
        what: "purse-keys-not-opened",
        days: TOLD_DAYS,
        sql: "DELETE FROM ra_purse_keys
            WHERE state NOT IN ('opened', 'replaced') AND received_at <= ?
                AND (replaces IS NULL OR state IN ('asking-bank', 'refused'))",
    },
];

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[SEALED_TOLD, SEALED_REQUEST, SEALED_ANSWER];
