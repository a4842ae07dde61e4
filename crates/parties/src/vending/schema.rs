//! A machine's tables.

use super::ports;
use crate::store::retention::Rule;
use crate::store::schema::Migration;
use crate::store::sealed::Sealed;

/// For how long sales are kept, in days: the dealer's books.
const SALES_DAYS: u64 = 3_653;
/// For how long it is kept who was turned away and what was uploaded when, in days.
const LOG_DAYS: u64 = 400;

/// All versions of the tables, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[MACHINE];

const MACHINE: Migration = Migration(&[
    // What the purse's wallet stores: sealed by itself, under a key that this party's key wraps.
    "CREATE TABLE vending_records (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    // What was chosen, a row a request of the purse. `amount` is what the request says; none lets the payer say it.
    "CREATE TABLE vending_choices (
        request TEXT PRIMARY KEY, product TEXT NOT NULL, price INTEGER NOT NULL, amount INTEGER,
        shown TEXT NOT NULL, state TEXT NOT NULL, answer TEXT, payment BLOB,
        chosen_at INTEGER NOT NULL) STRICT",
    "CREATE INDEX vending_choices_by_product ON vending_choices (product, price, amount)",
    // The log (V6): a drink a row, and a row a request.
    "CREATE TABLE vending_sales (
        number INTEGER PRIMARY KEY, request TEXT NOT NULL UNIQUE, product TEXT NOT NULL,
        minor INTEGER NOT NULL, currency TEXT NOT NULL, payer TEXT NOT NULL, sold_at INTEGER NOT NULL,
        uploaded_at INTEGER) STRICT",
    "CREATE INDEX vending_sales_to_upload ON vending_sales (number) WHERE uploaded_at IS NULL",
    // Improper accesses (T004-40): the same text again is the same row.
    "CREATE TABLE vending_improper (
        number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, reason TEXT NOT NULL, payer TEXT,
        times INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
    // What became of each upload (V12): the same again in a row is the same row.
    "CREATE TABLE vending_uploads (
        number INTEGER PRIMARY KEY, outcome TEXT NOT NULL, sales INTEGER NOT NULL, minor INTEGER NOT NULL,
        times INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
]);

/// What is kept how long.
pub(super) const KEPT: &[Rule] = &[
    Rule {
        what: "vending-choices",
        days: LOG_DAYS,
        sql: "DELETE FROM vending_choices WHERE chosen_at <= ? AND state NOT IN ('waiting', 'owed')",
    },
    Rule {
        what: "vending-sales",
        days: SALES_DAYS,
        sql: "DELETE FROM vending_sales WHERE sold_at <= ? AND uploaded_at IS NOT NULL",
    },
    Rule {
        what: "vending-improper",
        days: LOG_DAYS,
        sql: "DELETE FROM vending_improper WHERE at <= ?",
    },
    Rule {
        what: "vending-uploads",
        days: LOG_DAYS,
        sql: "DELETE FROM vending_uploads WHERE at <= ?",
    },
];

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[ports::SEALED];
