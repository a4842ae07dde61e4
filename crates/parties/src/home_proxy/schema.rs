//! The home proxy's tables.

use super::{addresses, hosted, sessions};
use crate::store::retention::Rule;
use crate::store::schema::Migration;
use crate::store::sealed::Sealed;

/// For how long a home is kept that is neither registered anew nor connects, in days.
const UNUSED_DAYS: u64 = 400;

/// All versions of the tables, oldest first. What is secret is sealed, and nothing here is a password; a card's
/// is what [`HOSTED`] keeps, alone.
pub(super) const MIGRATIONS: &[Migration] = &[HOMES, HOSTED, MAILED];

const HOMES: Migration = Migration(&[
    // One row a home. `verifier` is SHA-256 of the token with which the home browser connects; `connection` is the tag of
    // the connection that counts. `stop` is a terminal's signed request to stop everything, until home has heard it.
    "CREATE TABLE homes (
        home BLOB PRIMARY KEY, keys BLOB NOT NULL, verifier BLOB NOT NULL, version INTEGER NOT NULL,
        digest BLOB NOT NULL, used_at INTEGER NOT NULL, connection TEXT UNIQUE, connected_at INTEGER,
        stop BLOB, stop_by BLOB) STRICT",
    "CREATE INDEX homes_by_use ON homes (used_at)",
    // Known terminals (H2).
    "CREATE TABLE home_terminals (
        home BLOB NOT NULL, terminal BLOB NOT NULL, keys BLOB NOT NULL,
        PRIMARY KEY (home, terminal)) STRICT",
    // Connections of which it is not known yet who they are.
    "CREATE TABLE home_arrivals (
        tag TEXT PRIMARY KEY, home BLOB NOT NULL, until_ms INTEGER NOT NULL) STRICT",
    "CREATE INDEX home_arrivals_by_home ON home_arrivals (home)",
    // What homes left for their terminals.
    "CREATE TABLE home_lent (
        home BLOB NOT NULL, terminal BLOB NOT NULL, lent BLOB NOT NULL, left_at INTEGER NOT NULL,
        PRIMARY KEY (home, terminal)) STRICT",
    // Requests that were made: each is good once.
    "CREATE TABLE home_requests (digest BLOB PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT",
    "CREATE INDEX home_requests_by_end ON home_requests (expires_at)",
    // Homes that the first password has opened, for whom and until when.
    "CREATE TABLE home_gates (
        home BLOB NOT NULL, terminal BLOB NOT NULL, expires_at INTEGER NOT NULL,
        PRIMARY KEY (home, terminal)) STRICT",
    // Sessions with terminals; of one without a terminal it is not known yet whose it is.
    "CREATE TABLE home_sessions (
        name BLOB PRIMARY KEY, home BLOB NOT NULL, terminal BLOB, expires_at INTEGER NOT NULL,
        is_released INTEGER NOT NULL, kept BLOB NOT NULL, heard BLOB, said BLOB) STRICT",
    "CREATE INDEX home_sessions_by_home ON home_sessions (home, terminal)",
    "CREATE INDEX home_sessions_by_end ON home_sessions (expires_at)",
]);

/// Mail about decisions.
const MAILED: Migration = Migration(&[
    // The confirmed address of a home, sealed; the newest decision that was noted to be mailed.
    "CREATE TABLE home_mail (
        home BLOB PRIMARY KEY, address BLOB NOT NULL, told INTEGER NOT NULL, day INTEGER NOT NULL,
        mailed INTEGER NOT NULL) STRICT",
    // The code that was mailed last, with its address, sealed.
    "CREATE TABLE home_codes (
        home BLOB PRIMARY KEY, sealed BLOB NOT NULL, sent_at INTEGER NOT NULL, tries INTEGER NOT NULL) STRICT",
    // Codes of the last day. `address` is a MAC.
    "CREATE TABLE home_codes_sent (home BLOB NOT NULL, address BLOB NOT NULL, at INTEGER NOT NULL) STRICT",
    "CREATE INDEX home_codes_sent_by_home ON home_codes_sent (home, at)",
    "CREATE INDEX home_codes_sent_by_address ON home_codes_sent (address, at)",
]);

/// Cards that are hosted here. `name` is SHA-256 of the holder's token; `sealed` is the card's state, `home` the home that
/// it is, once it is one. What is blank was made and never changed.
const HOSTED: Migration = Migration(&[
    "CREATE TABLE hosted_cards (
        name BLOB PRIMARY KEY, sealed BLOB NOT NULL, home BLOB UNIQUE, is_blank INTEGER NOT NULL,
        made_at INTEGER NOT NULL, used_at INTEGER NOT NULL) STRICT",
    "CREATE INDEX hosted_cards_by_use ON hosted_cards (used_at)",
]);

/// What is kept how long, beside what every party keeps.
pub(super) const KEPT: &[Rule] = &[
    Rule {
        what: "home-requests",
        days: 0,
        sql: "DELETE FROM home_requests WHERE expires_at <= ?",
    },
    Rule {
        what: "home-gates",
        days: 0,
        sql: "DELETE FROM home_gates WHERE expires_at <= ?",
    },
    Rule {
        what: "home-sessions",
        days: 0,
        sql: "DELETE FROM home_sessions WHERE expires_at <= ?",
    },
    crate::mail::KEPT,
    Rule {
        what: "home-codes",
        days: 1,
        sql: "DELETE FROM home_codes WHERE sent_at <= ?",
    },
    Rule {
        what: "home-codes-sent",
        days: 1,
        sql: "DELETE FROM home_codes_sent WHERE at <= ?",
    },
    Rule {
        what: "home-mail",
        days: UNUSED_DAYS,
        sql: "DELETE FROM home_mail WHERE home IN (
            SELECT home FROM homes WHERE used_at <= ? AND connection IS NULL)",
    },
    Rule {
        what: "home-lent",
        days: UNUSED_DAYS,
        sql: "DELETE FROM home_lent WHERE left_at <= ?",
    },
    Rule {
        what: "hosted-cards-blank",
        days: 1,
        sql: "DELETE FROM hosted_cards WHERE used_at <= ? AND is_blank <> 0",
    },
    Rule {
        what: "hosted-cards",
        days: UNUSED_DAYS,
        sql: "DELETE FROM hosted_cards WHERE used_at <= ?",
    },
    Rule {
        what: "home-terminals",
        days: UNUSED_DAYS,
        sql: "DELETE FROM home_terminals WHERE home IN (
            SELECT home FROM homes WHERE used_at <= ? AND connection IS NULL)",
    },
    Rule {
        what: "homes",
        days: UNUSED_DAYS,
        sql: "DELETE FROM homes WHERE used_at <= ? AND connection IS NULL",
    },
];

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[
    sessions::SEALED,
    hosted::SEALED,
    addresses::SEALED_ADDRESSES,
    addresses::SEALED_CODES,
];
