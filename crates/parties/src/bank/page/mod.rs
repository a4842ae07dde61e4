//! What the bank's page asks for holders: an account number and a password open a session of half an hour, by which
//! accounts and purses are seen and a lost purse is blocked. A session never moves money: what moves is signed.

mod entries;
mod looking;
mod passwords;
mod sessions;

pub(super) use looking::PATH;
pub(super) use passwords::password_digest;

/// The tables of the page, for the bank's schema. All of them are at the office.
pub(in crate::bank) const TABLES: [&str; 3] = [
    "CREATE TABLE bank_sessions (
        token_digest BLOB PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES issuer_accounts (account),
        until INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX bank_sessions_by_time ON bank_sessions (until)",
    // By number, so that those of accounts that do not exist are held back alike.
    "CREATE TABLE bank_password_failures (
        account_number TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        failed_at INTEGER NOT NULL
    ) STRICT",
];
