//! The issuer's tables. Balances are not here: the ledger has them.

use crate::common::schema::Migration;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    Migration(&[
        // The card record that a purchase is checked against. Of the grant only the digest is kept.
        "CREATE TABLE issuer_accounts (
        account INTEGER PRIMARY KEY,
        card_number TEXT NOT NULL UNIQUE,
        card_expiry TEXT NOT NULL,
        holder_name TEXT NOT NULL,
        telephone TEXT NOT NULL,
        limit_minor INTEGER NOT NULL CHECK (limit_minor >= 0),
        currency TEXT NOT NULL,
        grant_digest BLOB NOT NULL UNIQUE,
        grant_expires_at INTEGER NOT NULL,
        opened_at INTEGER NOT NULL
    ) STRICT",
        // One row an enrolment: which holder identifier and which certificate belong to the account.
        // A grant enrols once; the same request again gets the same answer.
        "CREATE TABLE issuer_holders (
        holder BLOB PRIMARY KEY,
        account INTEGER NOT NULL UNIQUE REFERENCES issuer_accounts (account),
        request_digest BLOB NOT NULL,
        certificate BLOB,
        enrolled_at INTEGER NOT NULL
    ) STRICT",
        // One row an order, keyed by its root.
        "CREATE TABLE issuer_reservations (
        root BLOB PRIMARY KEY,
        order_id BLOB NOT NULL UNIQUE,
        request_digest BLOB NOT NULL,
        part BLOB NOT NULL,
        account INTEGER,
        shop TEXT NOT NULL,
        courier TEXT NOT NULL,
        minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_reason TEXT
    ) STRICT",
        "CREATE INDEX issuer_reservations_by_expiry ON issuer_reservations (state, expires_at)",
    ]),
    // The same request again is answered from here, before anything is verified.
    Migration(&[
        "CREATE UNIQUE INDEX issuer_reservations_by_request ON issuer_reservations (request_digest)",
    ]),
    // Moving an account to another device: the code that its holder keeps, and whom it left behind.
    Migration(&[
        "CREATE TABLE issuer_account_codes (
        account INTEGER PRIMARY KEY REFERENCES issuer_accounts (account),
        code_digest BLOB NOT NULL UNIQUE,
        made_at INTEGER NOT NULL
    ) STRICT",
        "CREATE TABLE issuer_revoked_holders (
        holder BLOB PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES issuer_accounts (account),
        certificate BLOB,
        revoked_at INTEGER NOT NULL
    ) STRICT",
        "CREATE INDEX issuer_revoked_holders_by_account ON issuer_revoked_holders (account)",
    ]),
    // Reservations end by the table of what is due; the job itself adds the grace.
    Migration(&[
        "INSERT INTO due (kind, reference, at_ms, since_ms)
         SELECT 'reservation-expiry', lower(hex(root)), expires_at * 1000, received_at * 1000
         FROM issuer_reservations WHERE state = 'reserved'",
        "DROP INDEX issuer_reservations_by_expiry",
    ]),
];
