//! The sandbox bank's tables. Balances are not here: the ledger has them.

use crate::store::schema::Migration;

/// All versions of the tables, oldest first. Everything is kept: it is the bank's books.
pub(super) const MIGRATIONS: &[Migration] = &[Migration(&[
    // `client`: whose settlement account it is; nothing at a customer's. `owner_key`: SHA-256 of what the page drew that
    // opened it, by which the customer is known again.
    "CREATE TABLE banking_accounts (
        account INTEGER PRIMARY KEY, iban TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, currency TEXT NOT NULL,
        client TEXT, opened_at INTEGER NOT NULL, blocked_at INTEGER, owner_key BLOB,
        UNIQUE (client, currency)) STRICT",
    "CREATE TABLE banking_mandates (
        client TEXT NOT NULL, id TEXT NOT NULL,
        account INTEGER NOT NULL REFERENCES banking_accounts (account),
        signed_on TEXT NOT NULL, lodged_at INTEGER NOT NULL, ended_at INTEGER,
        PRIMARY KEY (client, id)) STRICT",
    "CREATE INDEX banking_mandates_of ON banking_mandates (account) WHERE ended_at IS NULL",
    // One row an instruction, booked or not; `end_to_end` is the client's name for it, once for ever.
    "CREATE TABLE banking_payments (
        number INTEGER PRIMARY KEY AUTOINCREMENT, client TEXT NOT NULL, end_to_end TEXT,
        kind TEXT NOT NULL CHECK (kind IN ('transfer', 'collection', 'paid-in', 'received')),
        other TEXT, other_account TEXT, minor INTEGER NOT NULL, currency TEXT NOT NULL, outcome TEXT NOT NULL,
        remittance TEXT, digest BLOB, balance_minor INTEGER, at INTEGER NOT NULL,
        CHECK ((outcome = 'booked') = (balance_minor IS NOT NULL)),
        UNIQUE (client, end_to_end)) STRICT",
    "CREATE INDEX banking_payments_booked ON banking_payments (client, currency, outcome, number)",
])];
