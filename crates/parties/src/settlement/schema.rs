//! The front's tables beside the issuer's. Balances are not here: the ledger has them.

use crate::store::schema::Migration;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[Migration(&[
    // One row an order: how far the security server is with it, and what was decided about it here.
    "CREATE TABLE settlements (
        root BLOB PRIMARY KEY CHECK (length(root) = 32),
        order_id BLOB NOT NULL UNIQUE CHECK (length(order_id) = 32),
        shop TEXT NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        reading BLOB NOT NULL CHECK (length(reading) = 16),
        request BLOB NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        server TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        stage TEXT NOT NULL,
        refusal TEXT,
        decision TEXT CHECK (decision IN ('granted', 'refused')),
        alias BLOB,
        proposal BLOB,
        bill BLOB
    ) STRICT",
    "CREATE INDEX settlements_unresolved ON settlements (asked_at) WHERE stage NOT IN ('settled', 'refused')",
    // The log (ST13): what was taken from a card or written to it, as its server signed it. Exactly if the card confirmed it.
    "CREATE TABLE settlement_log (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        about BLOB NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('debit', 'credit')),
        alias BLOB NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        balance INTEGER,
        signed BLOB NOT NULL,
        at INTEGER NOT NULL
    ) STRICT",
    // What cards are credited: each number once.
    "CREATE TABLE settlement_credits (
        number BLOB PRIMARY KEY CHECK (length(number) = 32),
        root BLOB,
        alias BLOB NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        reason TEXT NOT NULL,
        until INTEGER,
        server TEXT NOT NULL,
        ordered_at INTEGER NOT NULL,
        state TEXT NOT NULL
    ) STRICT",
    "CREATE INDEX settlement_credits_open ON settlement_credits (ordered_at) WHERE state NOT IN ('written', 'withdrawn')",
    // What holders asked to be put on cards; the number is the credit's.
    "CREATE TABLE settlement_charges (
        number BLOB PRIMARY KEY CHECK (length(number) = 32),
        account INTEGER NOT NULL,
        alias BLOB NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        signed BLOB NOT NULL,
        asked_at INTEGER NOT NULL,
        until INTEGER NOT NULL,
        state TEXT NOT NULL,
        refusal TEXT
    ) STRICT",
    "CREATE INDEX settlement_charges_by_age ON settlement_charges (asked_at)",
])];

/// For how many days after an order's end what was signed before its card paid is kept, as long as it is good as evidence.
/// The log and the charges are the front's books, and stay.
pub const PAPER_DAYS: u64 = 30;

/// Drops such papers; its one parameter is that many days ago.
pub const FORGET_PAPERS: &str = "UPDATE settlements SET request = x'', proposal = NULL, bill = NULL
    WHERE request <> x'' AND expires_at <= ? AND stage IN ('settled', 'refused')";
