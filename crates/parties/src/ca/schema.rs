//! The CA's own tables.

use crate::store::schema::Migration;

/// All versions of the tables, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration(&[
        // `asker` and `subject` say who may have it again: the registered party itself, or an issuer
        // for a holder; `key_hash` is SHA-256 of the certified key (SubjectPublicKeyInfo).
        "CREATE TABLE certificates (
        id INTEGER PRIMARY KEY AUTOINCREMENT, role INTEGER NOT NULL,
        asker TEXT NOT NULL, subject TEXT NOT NULL, key_hash BLOB NOT NULL,
        made_at INTEGER NOT NULL, not_after INTEGER NOT NULL,
        to_be_signed BLOB NOT NULL, certificate BLOB) STRICT",
        "CREATE INDEX certificates_asked ON certificates (role, asker, key_hash, not_after)",
    ]),
    // `serial`: of the certificate, big-endian; what release 0.1.0 made has none until it was looked up in it.
    // `bars_key`: the operator revoked it, so that its key is certified for nobody again.
    // `listed_in`: the first list of revoked certificates that names it. `is_registered`: whether it went to the
    // directory.
    Migration(&[
        "ALTER TABLE certificates ADD COLUMN serial BLOB",
        "ALTER TABLE certificates ADD COLUMN revoked_at INTEGER",
        "ALTER TABLE certificates ADD COLUMN reason TEXT",
        "ALTER TABLE certificates ADD COLUMN bars_key INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE certificates ADD COLUMN listed_in INTEGER",
        "ALTER TABLE certificates ADD COLUMN is_registered INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX certificates_by_serial ON certificates (serial)",
        "CREATE INDEX certificates_by_key ON certificates (key_hash)",
        "CREATE INDEX certificates_by_asker ON certificates (asker)",
        "CREATE INDEX certificates_revoked ON certificates (revoked_at) WHERE revoked_at IS NOT NULL",
        "CREATE INDEX certificates_unregistered ON certificates (id) WHERE is_registered = 0",
        // Lists of revoked certificates: the bytes to be signed, and the list once it is signed.
        "CREATE TABLE revocation_lists (
            number INTEGER PRIMARY KEY AUTOINCREMENT, made_at INTEGER NOT NULL,
            to_be_signed BLOB NOT NULL, list BLOB,
            is_registered INTEGER NOT NULL DEFAULT 0) STRICT",
    ]),
];
