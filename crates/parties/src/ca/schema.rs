//! The CA's own tables.

use crate::store::schema::Migration;

/// All versions of the tables, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[Migration(&[
    // `asker` and `subject` say who may have it again: the registered party itself, or an issuer
    // for a holder; `key_hash` is SHA-256 of the certified key (SubjectPublicKeyInfo).
    "CREATE TABLE certificates (
        id INTEGER PRIMARY KEY AUTOINCREMENT, role INTEGER NOT NULL,
        asker TEXT NOT NULL, subject TEXT NOT NULL, key_hash BLOB NOT NULL,
        made_at INTEGER NOT NULL, not_after INTEGER NOT NULL,
        to_be_signed BLOB NOT NULL, certificate BLOB) STRICT",
    "CREATE INDEX certificates_asked ON certificates (role, asker, key_hash, not_after)",
])];
