//! The bank's tables beside the issuer's. Balances are not here: the ledger has them.

use crate::store::schema::Migration;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[Migration(&[
    // What a registration said and no card record has, sealed. At the office alone.
    "CREATE TABLE bank_accounts (
        account INTEGER PRIMARY KEY REFERENCES issuer_accounts (account),
        registration BLOB NOT NULL UNIQUE,
        details BLOB NOT NULL
    ) STRICT",
])];
