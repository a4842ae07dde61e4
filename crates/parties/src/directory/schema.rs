//! The directory's own tables.

use crate::store::retention::Rule;
use crate::store::schema::Migration;

/// All versions of the tables, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[Migration(&[
    // `digest` is SHA-256 of the certificate, `key_hash` of the certified key (SubjectPublicKeyInfo). `name` is the
    // display name of a party, or the label of a holder's account; a holder has no domain.
    "CREATE TABLE directory_certificates (
        digest BLOB PRIMARY KEY, key_hash BLOB NOT NULL, serial BLOB NOT NULL, role INTEGER NOT NULL,
        name TEXT NOT NULL, domain TEXT, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
        registered_at INTEGER NOT NULL, certificate BLOB NOT NULL) STRICT",
    "CREATE INDEX directory_by_key ON directory_certificates (key_hash, not_before)",
    "CREATE INDEX directory_by_time ON directory_certificates (registered_at)",
    "CREATE INDEX directory_by_end ON directory_certificates (not_after)",
])];

/// What is kept how long, beside what every party keeps.
pub(super) const KEPT: &[Rule] = &[
    // Whoever holds something that was signed under it has the certificate with the signature.
    Rule {
        what: "directory-certificates",
        days: 30,
        sql: "DELETE FROM directory_certificates WHERE not_after <= ?",
    },
];
