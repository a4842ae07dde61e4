//! Tables and their versions. A release opens what every release before it wrote. The release before opens what this one wrote
//! as long as all that this one did to the tables are steps that only add, and it has stored nothing that the other would misread.

use crate::ports::database::{first, in_transaction};
use crate::ports::{Database, DatabaseError, Tables};

/// One step of a schema: statements that lead from version n to n + 1. Never edited once released.
pub struct Migration(pub &'static [&'static str]);

/// Stands first in a step that only adds tables, columns and indices, which the release before does without. Whoever then stores
/// what that release would misread calls [`leave_behind`] in the same transaction.
pub const EXPANDING: &str = "-- expanding";

impl Migration {
    fn is_expanding(&self) -> bool {
        self.0.first() == Some(&EXPANDING)
    }

    fn statements(&self) -> impl Iterator<Item = &'static str> {
        self.0
            .iter()
            .copied()
            .skip(usize::from(self.is_expanding()))
    }

    fn only_adds(&self) -> bool {
        self.statements().all(|statement| {
            statement.starts_with("CREATE TABLE ")
                || statement.starts_with("CREATE INDEX ")
                || (statement.starts_with("ALTER TABLE ") && statement.contains(" ADD COLUMN "))
        })
    }
}

/// How many steps a release must know to open the tables, by schema. Releases that know no expanding steps read this alone.
const REQUIRED: &str = "meta";
/// How many steps the tables have come through, by schema, where the last of them is an expanding one.
const REACHED: &str = "meta_reached";

/// Brings one named schema ("common", "shop", …) to the newest version, one transaction a step.
///
/// # Errors
/// [`DatabaseError::Newer`] if a later release wrote the data, and this one may not open it.
pub fn migrate(
    database: &(impl Database + ?Sized),
    schema: &str,
    migrations: &[Migration],
) -> Result<(), DatabaseError> {
    for table in [REQUIRED, REACHED] {
        database.run(
            &format!(
                "CREATE TABLE IF NOT EXISTS {table} (schema TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT"
            ),
            &[],
        )?;
    }
    let required = version(database, REQUIRED, schema)?;
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if required > known {
        return Err(DatabaseError::Newer(required));
    }
    let reached = required.max(version(database, REACHED, schema)?);
    for (number, migration) in (1_u32..).zip(migrations).skip(reached as usize) {
        let is_expanding = migration.is_expanding();
        debug_assert!(!is_expanding || migration.only_adds(), "{schema} {number}");
        in_transaction(database, |tables| {
            for statement in migration.statements() {
                tables.run(statement, &[])?;
            }
            let table = if is_expanding { REACHED } else { REQUIRED };
            set_version(tables, table, schema, number)
        })?;
    }
    Ok(())
}

/// From now on no release opens these tables that does not know all the steps that they have come through.
///
/// # Errors
/// Only the database's own.
pub(crate) fn leave_behind(tables: &dyn Tables, schema: &str) -> Result<(), DatabaseError> {
    let reached = version(tables, REACHED, schema)?;
    if reached > version(tables, REQUIRED, schema)? {
        set_version(tables, REQUIRED, schema, reached)?;
    }
    Ok(())
}

fn version(
    tables: &(impl Tables + ?Sized),
    table: &str,
    schema: &str,
) -> Result<u32, DatabaseError> {
    let sql = format!("SELECT version FROM {table} WHERE schema = ?");
    first(tables, &sql, &[schema.into()])?.map_or(Ok(0), |row| row.number(0))
}

fn set_version(
    tables: &dyn Tables,
    table: &str,
    schema: &str,
    number: u32,
) -> Result<(), DatabaseError> {
    let sql = format!(
        "INSERT INTO {table} (schema, version) VALUES (?, ?)
         ON CONFLICT (schema) DO UPDATE SET version = excluded.version"
    );
    tables.run(&sql, &[schema.into(), number.into()])?;
    Ok(())
}

/// The tables that every party has.
pub const COMMON: &[Migration] = &[
    Migration(&[
    // Sealed values by name: the RSA key, pending share keys.
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT",
    // Public facts by name: the root certificate, this party's certificate and PKCS#10 request.
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT",
    // Key shares, sealed, in pieces of at most 1 MiB.
    "CREATE TABLE key_shares (
        space INTEGER NOT NULL, epoch INTEGER NOT NULL, centre TEXT NOT NULL, piece INTEGER NOT NULL,
        sealed BLOB NOT NULL CHECK (length(sealed) <= 1048576),
        PRIMARY KEY (space, epoch, centre, piece)) STRICT",
    // Decisions: the exact bytes to be signed and, once made, the signed message.
    "CREATE TABLE statements (
        kind TEXT NOT NULL, reference TEXT NOT NULL, made_at INTEGER NOT NULL,
        to_be_signed BLOB NOT NULL, signed BLOB,
        PRIMARY KEY (kind, reference)) STRICT",
    // What must still be said to others.
    "CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, reference TEXT NOT NULL,
        domain TEXT NOT NULL, path TEXT NOT NULL, content_type TEXT NOT NULL,
        statement TEXT, body BLOB,
        attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, give_up_at INTEGER NOT NULL,
        UNIQUE (kind, reference), CHECK ((statement IS NULL) <> (body IS NULL))) STRICT",
    "CREATE INDEX outbox_next ON outbox (next_at)",
    // Double entry: each posting moves `minor` onto an account (positive: debit, negative: credit).
    "CREATE TABLE ledger_entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT, idempotency TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
        order_id TEXT, memo TEXT NOT NULL) STRICT",
    "CREATE TABLE ledger_postings (
        entry INTEGER NOT NULL REFERENCES ledger_entries (id), account TEXT NOT NULL,
        currency TEXT NOT NULL, minor INTEGER NOT NULL) STRICT",
    "CREATE INDEX ledger_postings_entry ON ledger_postings (entry)",
    "CREATE TABLE ledger_balances (
        account TEXT NOT NULL, currency TEXT NOT NULL, minor INTEGER NOT NULL,
        PRIMARY KEY (account, currency)) STRICT",
    // How often somebody asked in the current window.
    "CREATE TABLE rate_windows (
        bucket TEXT PRIMARY KEY, opened_at INTEGER NOT NULL, count INTEGER NOT NULL) STRICT",
    ]),
    // Everything that must happen later, in one table; the letters' own times move into it. What
    // waits for nobody has no peer. (`outbox.next_at` and `attempts` are not read any more.)
    Migration(&[
        "CREATE TABLE due (
        kind TEXT NOT NULL, reference TEXT NOT NULL, peer TEXT,
        at_ms INTEGER NOT NULL, since_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
        stuck_at_ms INTEGER,
        PRIMARY KEY (kind, reference)) STRICT",
        "CREATE INDEX due_next ON due (at_ms) WHERE stuck_at_ms IS NULL",
        "CREATE INDEX due_peer ON due (peer, at_ms) WHERE stuck_at_ms IS NULL",
        "INSERT INTO due (kind, reference, peer, at_ms, since_ms, attempts)
         SELECT 'letter', kind || '/' || reference, domain, next_at, next_at, attempts FROM outbox",
        "DROP INDEX outbox_next",
    ]),
    // The ledger of transfers. Who had entries in the one before carries them over in its own schema.
    Migration(crate::ledger::TABLES),
    Migration(&[
        // What this party says: payload and signature; the certificate, which all share, stands once.
        // What release 0.1.0 said stays readable where it is until it is pruned.
        "ALTER TABLE statements RENAME TO statements_of_0_1",
        "CREATE TABLE own_certificates (
            number INTEGER PRIMARY KEY, certificate BLOB NOT NULL UNIQUE) STRICT",
        "CREATE TABLE statements (
            kind TEXT NOT NULL, reference TEXT NOT NULL, made_at_ms INTEGER NOT NULL,
            void_from INTEGER NOT NULL, context TEXT NOT NULL, payload BLOB NOT NULL,
            certificate INTEGER REFERENCES own_certificates (number), signature BLOB,
            PRIMARY KEY (kind, reference), CHECK ((signature IS NULL) = (certificate IS NULL))) STRICT",
        "CREATE INDEX statements_by_end ON statements (void_from)",
        "CREATE INDEX statements_by_age ON statements (made_at_ms)",
        // Commands with a key: what was answered, and until when that is kept (in seconds since 1970).
        "CREATE TABLE commands (
            what TEXT NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, answer BLOB NOT NULL,
            keep_until INTEGER NOT NULL, PRIMARY KEY (what, key)) STRICT",
        "CREATE INDEX commands_by_end ON commands (keep_until)",
    ]),
    // Who introduced itself, and until when that counts.
    Migration(&["CREATE TABLE confirmed_peers (
        domain TEXT NOT NULL, role INTEGER NOT NULL, serial BLOB NOT NULL, until_ms INTEGER NOT NULL,
        PRIMARY KEY (domain, role)) STRICT"]),
    // What was moved can be given back, whole or in part.
    Migration(crate::ledger::REVERSALS),
    // An order's page on the console shows what moved for it.
    Migration(&[
        "CREATE INDEX transfers_by_order ON transfers (order_id) WHERE order_id IS NOT NULL",
    ]),
    // What operators commanded; and who they are in a demo, where the page registers its own key.
    Migration(&[
        "CREATE TABLE operator_journal (
            number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, operator TEXT NOT NULL,
            key_id TEXT NOT NULL, command TEXT NOT NULL, arguments TEXT NOT NULL) STRICT",
        "CREATE TABLE demo_operators (
            key_id TEXT PRIMARY KEY, name TEXT NOT NULL, key BLOB NOT NULL) STRICT",
    ]),
    // Which epochs of key shares this object has run in, and since when (in seconds since 1970).
    Migration(&[
        "CREATE TABLE key_epochs (
            epoch INTEGER PRIMARY KEY, began_at INTEGER NOT NULL) STRICT",
        "INSERT INTO key_epochs (epoch, began_at) SELECT DISTINCT epoch, 0 FROM key_shares",
    ]),
    // How far everything was sealed anew under the present key; and the head of a piece of a share, which has no room for it.
    Migration(&[
        EXPANDING,
        crate::standing::resealing::TABLE,
        "ALTER TABLE key_shares ADD COLUMN head BLOB",
    ]),
    // The lives of this memory ([`crate::office::generation`]): since when each is (in milliseconds since 1970), from when
    // on something may be forgotten in it (in seconds since 1970), and when all peers had told what that was. Whom it
    // asks, how far each has told, and the orders that stay frozen. They stay: they are the party's books.
    Migration(&[
        EXPANDING,
        "CREATE TABLE generations (
            number INTEGER PRIMARY KEY, began_at_ms INTEGER NOT NULL, since INTEGER NOT NULL,
            caught_up_at_ms INTEGER) STRICT",
        "CREATE TABLE generation_peers (
            generation INTEGER NOT NULL, peer TEXT NOT NULL, state TEXT NOT NULL, mark BLOB,
            PRIMARY KEY (generation, peer)) STRICT",
        "CREATE TABLE generation_doubts (
            root TEXT PRIMARY KEY, peer TEXT NOT NULL, why TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT",
    ]),
    // In which role a peer is asked; none of one that was asked before there were several: it is a shop.
    Migration(&[
        EXPANDING,
        "ALTER TABLE generation_peers ADD COLUMN role TEXT",
    ]),
    // What peers signed that they must not say differently ([`crate::recollection::heard`]): 30 days.
    Migration(&[
        EXPANDING,
        crate::recollection::heard::TABLE[0],
        crate::recollection::heard::TABLE[1],
    ]),
];
