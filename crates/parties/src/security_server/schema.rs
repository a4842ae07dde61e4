//! The security server's tables.

use super::cards;
use crate::store::retention::Rule;
use crate::store::schema::Migration;
use crate::store::sealed::Sealed;

/// For how long what was asked and decided is kept after it came, in days: as long as orders are complained about.
const DECIDED_DAYS: u64 = 400;
/// For how long a card is waited for that was asked for and never read, in days. Whoever likes can ask for cards.
const NEVER_READ_DAYS: u64 = 90;

/// The steps that lead to the newest schema.
pub(crate) const TABLES: &[Migration] = &[Migration(&[
    // A card, by what it says in clear. `identifier` is sealed; counter and balance are what the card said last.
    "CREATE TABLE security_cards (
        alias BLOB PRIMARY KEY, identifier BLOB NOT NULL, nonce BLOB NOT NULL UNIQUE, recipient BLOB NOT NULL,
        made_at INTEGER NOT NULL, read_at INTEGER, counter INTEGER NOT NULL, minor INTEGER NOT NULL CHECK (minor >= 0),
        currency TEXT NOT NULL, blocked TEXT
    ) STRICT",
    "CREATE INDEX security_cards_never_read ON security_cards (made_at) WHERE read_at IS NULL",
    "CREATE INDEX security_cards_by_reading ON security_cards (read_at)",
    // What a card was found to be.
    "CREATE TABLE security_readings (
        reading BLOB PRIMARY KEY, alias BLOB NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
        counter INTEGER NOT NULL, expires_at INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX security_readings_by_end ON security_readings (expires_at)",
    // An order: one request of a shop each. The reading and what was on the card then, the commitment and its salt; `replaced`
    // is the commitment of the proposal before. One that was over before it came has neither shop nor request.
    "CREATE TABLE security_settlements (
        root BLOB PRIMARY KEY, order_id BLOB NOT NULL UNIQUE, shop TEXT, request BLOB, request_digest BLOB NOT NULL,
        minor INTEGER NOT NULL, currency TEXT NOT NULL, received_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        state TEXT NOT NULL, reason TEXT,
        reading BLOB, alias BLOB, read_minor INTEGER, read_counter INTEGER, salt BLOB, commitment BLOB, replaced BLOB,
        bill BLOB, is_ended INTEGER NOT NULL, left_minor INTEGER
    ) STRICT",
    "CREATE INDEX security_settlements_by_time ON security_settlements (received_at, order_id)",
    "CREATE INDEX security_settlements_by_state ON security_settlements (state, received_at, order_id)",
    "CREATE INDEX security_settlements_by_amount ON security_settlements (minor, received_at, order_id)",
    // What waits to be written to a card. One that was withdrawn before it came has no reason.
    "CREATE TABLE security_credits (
        number BLOB PRIMARY KEY, alias BLOB NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL, reason TEXT,
        until INTEGER, received_at INTEGER NOT NULL, state TEXT NOT NULL, is_withdrawn INTEGER NOT NULL, left_minor INTEGER
    ) STRICT",
    "CREATE INDEX security_credits_waiting ON security_credits (alias, received_at) WHERE state = 'waiting'",
    "CREATE INDEX security_credits_by_time ON security_credits (received_at)",
    // What a card was ordered to do and has not confirmed: stored before the order leaves, gone with the card's answer. What was found
    // out later, by reading the card again, stays with what was found. A card has one open at a time.
    "CREATE TABLE security_pending (
        number INTEGER PRIMARY KEY AUTOINCREMENT, alias BLOB NOT NULL, kind TEXT NOT NULL, subject BLOB NOT NULL,
        digest BLOB NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL, after INTEGER NOT NULL,
        left_at INTEGER NOT NULL, resolved_at INTEGER, resolution TEXT
    ) STRICT",
    "CREATE UNIQUE INDEX security_pending_open ON security_pending (alias) WHERE resolved_at IS NULL",
    "CREATE INDEX security_pending_resolved ON security_pending (resolved_at)",
    // What cards have done and certified: written with the card's word and never otherwise.
    "CREATE TABLE security_log (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, alias BLOB NOT NULL, counter INTEGER NOT NULL,
        kind TEXT NOT NULL, subject BLOB NOT NULL UNIQUE, digest BLOB NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
        left_minor INTEGER NOT NULL, certificate BLOB NOT NULL, UNIQUE (alias, counter)
    ) STRICT",
])];

/// What is kept how long. The log stays: it is the server's books. Cards that were read stay: they are people's.
pub(crate) const KEPT: &[Rule] = &[
    Rule {
        what: "readings",
        days: 1,
        sql: "DELETE FROM security_readings WHERE expires_at <= ?",
    },
    Rule {
        what: "cards-never-read",
        days: NEVER_READ_DAYS,
        sql: "DELETE FROM security_cards WHERE read_at IS NULL AND made_at <= ?",
    },
    // Never before the order's time is over, or its request could be used again.
    Rule {
        what: "settlements",
        days: DECIDED_DAYS,
        sql: "DELETE FROM security_settlements
            WHERE max(received_at, expires_at) <= ? AND state IN ('settled', 'refused')",
    },
    Rule {
        what: "credits",
        days: DECIDED_DAYS,
        sql: "DELETE FROM security_credits WHERE received_at <= ? AND state IN ('written', 'withdrawn')",
    },
    Rule {
        what: "resolved",
        days: DECIDED_DAYS,
        sql: "DELETE FROM security_pending WHERE resolved_at <= ?",
    },
];

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[cards::SEALED];
