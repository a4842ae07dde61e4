//! The bank's tables beside the issuer's. Balances are not here: the ledger has them. All of it stays, with what purses
//! signed: it is the bank's books, and its evidence.

use super::{accounts, fees, frozen, local, lost, openings, outside, page};
use crate::payer::evidence;
use crate::store::schema::Migration;
use crate::store::sealed::Sealed;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[Migration(&[
    // What a registration said and no card record has, sealed. At the office alone.
    "CREATE TABLE bank_accounts (
        account INTEGER PRIMARY KEY REFERENCES issuer_accounts (account),
        registration BLOB NOT NULL UNIQUE,
        details BLOB NOT NULL
    ) STRICT",
    // EP 1 221 669, Figs 4 and 5, but for the amounts that the ledger has.
    "CREATE TABLE bank_purses (
        number BLOB PRIMARY KEY CHECK (length(number) = 16),
        kind TEXT NOT NULL,
        account INTEGER,
        holder BLOB,
        currency TEXT NOT NULL,
        public_key BLOB,
        key_certificate BLOB,
        opened_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        checkpoint INTEGER NOT NULL,
        known_sequence INTEGER NOT NULL,
        known_head BLOB NOT NULL,
        seen_sequence INTEGER NOT NULL,
        seen_head BLOB NOT NULL,
        seen_checkpoint INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        reported INTEGER NOT NULL,
        limit_payment INTEGER NOT NULL,
        limit_total INTEGER NOT NULL,
        limit_count INTEGER NOT NULL,
        limit_holding INTEGER NOT NULL,
        policy TEXT NOT NULL,
        blocked_at INTEGER,
        closed_at INTEGER
    ) STRICT",
    "CREATE INDEX bank_purses_by_account ON bank_purses (account)",
    "CREATE INDEX bank_purses_by_age ON bank_purses (opened_at)",
    // One row a movement that was asked for, an order that a purse pays, or what was barred.
    "CREATE TABLE bank_movements (
        transaction_id BLOB NOT NULL,
        purse BLOB NOT NULL REFERENCES bank_purses (number),
        holder BLOB NOT NULL,
        changes BLOB NOT NULL REFERENCES bank_purses (number),
        source BLOB,
        destination BLOB,
        minor INTEGER,
        currency TEXT,
        state TEXT NOT NULL,
        asked_digest BLOB,
        asked BLOB,
        asked_at INTEGER,
        reply BLOB,
        reference BLOB UNIQUE,
        onward TEXT,
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        ended_at INTEGER,
        PRIMARY KEY (transaction_id, purse)
    ) STRICT",
    // T004-37: one user asks for one thing at a time.
    "CREATE UNIQUE INDEX bank_movements_by_time ON bank_movements (holder, asked_at) WHERE asked_at IS NOT NULL",
    // A card takes one verdict of one number, whichever purse asks for it.
    "CREATE UNIQUE INDEX bank_movements_by_card ON bank_movements (changes, transaction_id)",
    "CREATE UNIQUE INDEX bank_movements_offered ON bank_movements (purse) WHERE state = 'offered'",
    "CREATE INDEX bank_movements_by_end ON bank_movements (changes, ended_at)",
    "CREATE INDEX bank_movements_by_age ON bank_movements (received_at)",
    "CREATE INDEX bank_movements_by_state ON bank_movements (state)",
    // What waits for a purse, or waited.
    "CREATE TABLE bank_waiting (
        transaction_id BLOB NOT NULL,
        purse BLOB NOT NULL REFERENCES bank_purses (number),
        origin BLOB NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        arrived_at INTEGER NOT NULL,
        taken_by BLOB,
        PRIMARY KEY (purse, transaction_id)
    ) STRICT",
    "CREATE INDEX bank_waiting_by_purse ON bank_waiting (purse, arrived_at)",
    "CREATE INDEX bank_waiting_taken ON bank_waiting (taken_by) WHERE taken_by IS NOT NULL",
    // What purses reported, entry by entry (Fig 4 item 9, Fig 5): evidence.
    "CREATE TABLE bank_history (
        purse BLOB NOT NULL REFERENCES bank_purses (number),
        sequence INTEGER NOT NULL,
        transaction_id BLOB NOT NULL,
        entry BLOB NOT NULL,
        kept_at INTEGER NOT NULL,
        PRIMARY KEY (purse, sequence)
    ) STRICT",
    "CREATE INDEX bank_history_by_movement ON bank_history (purse, transaction_id)",
    // What is said to purses: the payload with the decision, the signature once it is made.
    "CREATE TABLE bank_statements (
        kind TEXT NOT NULL,
        reference TEXT NOT NULL,
        payload BLOB NOT NULL,
        signature BLOB,
        PRIMARY KEY (kind, reference)
    ) STRICT",
    "CREATE TABLE bank_alerts (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        alert TEXT NOT NULL,
        purse BLOB NOT NULL,
        sequence INTEGER NOT NULL,
        expected INTEGER,
        reported INTEGER,
        raised_at INTEGER NOT NULL,
        UNIQUE (purse, alert, sequence)
    ) STRICT",
    // New keys that the bank permits its purses (S2 to S10).
    "CREATE TABLE bank_renewals (
        key BLOB PRIMARY KEY CHECK (length(key) = 32),
        purse BLOB NOT NULL REFERENCES bank_purses (number),
        replaces BLOB NOT NULL,
        signed BLOB NOT NULL,
        public_key BLOB NOT NULL,
        state TEXT NOT NULL,
        certificate BLOB,
        ends_at INTEGER,
        account_expiry TEXT NOT NULL,
        permitted_at INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX bank_renewals_by_purse ON bank_renewals (purse)",
    // Keys that were a purse's before: what they signed stays evidence.
    "CREATE TABLE bank_former_keys (
        key BLOB PRIMARY KEY CHECK (length(key) = 32),
        purse BLOB NOT NULL REFERENCES bank_purses (number),
        public_key BLOB NOT NULL,
        certificate BLOB NOT NULL,
        replaced_at INTEGER NOT NULL
    ) STRICT",
    // The fee for the replacement of one key (S1).
    "CREATE TABLE bank_fees (
        purse BLOB NOT NULL REFERENCES bank_purses (number),
        replaces BLOB NOT NULL,
        account INTEGER NOT NULL,
        option TEXT NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        PRIMARY KEY (purse, replaces)
    ) STRICT",
    // What holders told the bank to do, as they signed it: evidence.
    "CREATE TABLE bank_instructions (
        digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
        account INTEGER NOT NULL,
        what TEXT NOT NULL,
        purse BLOB,
        signed BLOB NOT NULL,
        received_at INTEGER NOT NULL
    ) STRICT",
    local::TABLE[0],
    local::TABLE[1],
    local::TABLE[2],
    local::TABLE[3],
    local::CLAIMS[0],
    local::CLAIMS[1],
    local::SHORTFALLS,
    local::TOLD_AGAIN,
    frozen::TABLE,
    lost::TABLE,
    fees::TABLE,
    page::TABLES[0],
    page::TABLES[1],
    page::TABLES[2],
    evidence::TABLE[0],
    evidence::TABLE[1],
])];

/// Which columns are sealed.
pub const SEALED: &[Sealed] = &[
    openings::SEALED_ANSWERS,
    accounts::SEALED,
    outside::orders::SEALED,
];
