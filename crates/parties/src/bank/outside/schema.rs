//! The tables of what moves between the bank and the banking system outside. All of it stays: it is the bank's books.

use crate::store::schema::Migration;

/// The steps that lead to the newest schema.
pub(crate) const TABLES: &[Migration] = &[Migration(&[
    // What was ordered outside, by its EndToEndId. `other`: sealed, where it goes, if not to the account's own account
    // outside. `day`: on which it is ordered, and ordered again, so that it stays the same message.
    "CREATE TABLE bank_outside_payments (
        reference TEXT PRIMARY KEY,
        purpose TEXT NOT NULL,
        account INTEGER,
        other BLOB,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        day TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ordered', 'booked', 'rejected')),
        reason TEXT,
        ordered_at INTEGER NOT NULL,
        ended_at INTEGER,
        CHECK ((account IS NULL) = (other IS NOT NULL)),
        CHECK ((state = 'ordered') = (ended_at IS NULL))
    ) STRICT",
    "CREATE INDEX bank_outside_payments_by_account ON bank_outside_payments (account)",
    "CREATE INDEX bank_outside_payments_by_age ON bank_outside_payments (ordered_at)",
    // Accounts that are closed, or were to be, at the object where each lives. `minor`: what goes out.
    "CREATE TABLE bank_closings (
        account INTEGER PRIMARY KEY,
        attempt INTEGER NOT NULL,
        minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('closing', 'closed', 'kept')),
        began_at INTEGER NOT NULL
    ) STRICT",
    "CREATE TABLE bank_outside_alerts (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        alert TEXT NOT NULL,
        reference TEXT NOT NULL,
        minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        raised_at INTEGER NOT NULL,
        UNIQUE (alert, reference)
    ) STRICT",
    // What moved on an account, for its holder's statements.
    "CREATE INDEX transfers_moved_from ON transfers (debit, at_ms, minor) WHERE kind IN ('single', 'post')",
    "CREATE INDEX transfers_moved_to ON transfers (credit, at_ms, minor) WHERE kind IN ('single', 'post')",
])];
