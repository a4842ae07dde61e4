//! The key centre's own tables.

use super::masters;
use crate::standing::epochs::EARLIER_EPOCH_DAYS;
use crate::store::retention::Rule;
use crate::store::schema::{EXPANDING, Migration};
use crate::store::sealed::Sealed;

/// What is destroyed when: the masters of an epoch, as soon as nobody opens anything under it.
pub(super) const KEPT: &[Rule] = &[
    Rule {
        what: "masters",
        days: EARLIER_EPOCH_DAYS,
        sql: "DELETE FROM master_rows WHERE epoch <
            (SELECT max(epoch) FROM key_epochs WHERE began_at <= ?)",
    },
    Rule {
        what: "issued-shares",
        days: EARLIER_EPOCH_DAYS,
        sql: "DELETE FROM issued WHERE epoch <
            (SELECT max(epoch) FROM key_epochs WHERE began_at <= ?)",
    },
];

/// All versions of the tables, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration(&[
        // A space keeps the degrees it was opened with.
        "CREATE TABLE spaces (
        role INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
        holder_degree INTEGER NOT NULL, party_degree INTEGER NOT NULL, opened_at INTEGER NOT NULL,
        PRIMARY KEY (role, epoch, number)) STRICT",
        // Row j of a master, sealed: at most 1 MiB and the 28 bytes that sealing adds.
        "CREATE TABLE master_rows (
        role INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL, j INTEGER NOT NULL,
        sealed BLOB NOT NULL CHECK (length(sealed) <= 1048604),
        PRIMARY KEY (role, epoch, number, j)) STRICT",
        // Who has a share of a space: holders by identifier, parties by domain. Each counts once.
        "CREATE TABLE issued (
        role INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('holder', 'party')), identifier TEXT NOT NULL,
        issued_at INTEGER NOT NULL,
        PRIMARY KEY (role, epoch, kind, identifier, number)) STRICT",
        "CREATE INDEX issued_counted ON issued (role, epoch, number, kind)",
    ]),
    // The head of a row, which has no room for it.
    Migration(&[EXPANDING, "ALTER TABLE master_rows ADD COLUMN head BLOB"]),
];

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[masters::SEALED];
