//! The issuer's tables. Balances are not here: the ledger has them.

use super::accounts;
use crate::store::retention::{PARTS_DAYS, Rule};
use crate::store::schema::{EXPANDING, Migration};
use crate::store::sealed::Sealed;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    Migration(&[
        // The card record that a purchase is checked against. Of the grant only the digest is kept.
        "CREATE TABLE issuer_accounts (
        account INTEGER PRIMARY KEY,
        card_number TEXT NOT NULL UNIQUE,
        card_expiry TEXT NOT NULL,
        holder_name TEXT NOT NULL,
        telephone TEXT NOT NULL,
        limit_minor INTEGER NOT NULL CHECK (limit_minor >= 0),
        currency TEXT NOT NULL,
        grant_digest BLOB NOT NULL UNIQUE,
        grant_expires_at INTEGER NOT NULL,
        opened_at INTEGER NOT NULL
    ) STRICT",
        // One row an enrolment: which holder identifier and which certificate belong to the account.
        // A grant enrols once; the same request again gets the same answer.
        "CREATE TABLE issuer_holders (
        holder BLOB PRIMARY KEY,
        account INTEGER NOT NULL UNIQUE REFERENCES issuer_accounts (account),
        request_digest BLOB NOT NULL,
        certificate BLOB,
        enrolled_at INTEGER NOT NULL
    ) STRICT",
        // One row an order, keyed by its root.
        "CREATE TABLE issuer_reservations (
        root BLOB PRIMARY KEY,
        order_id BLOB NOT NULL UNIQUE,
        request_digest BLOB NOT NULL,
        part BLOB NOT NULL,
        account INTEGER,
        shop TEXT NOT NULL,
        courier TEXT NOT NULL,
        minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_reason TEXT
    ) STRICT",
        "CREATE INDEX issuer_reservations_by_expiry ON issuer_reservations (state, expires_at)",
    ]),
    // The same request again is answered from here, before anything is verified.
    Migration(&[
        "CREATE UNIQUE INDEX issuer_reservations_by_request ON issuer_reservations (request_digest)",
    ]),
    // Moving an account to another device: the code that its holder keeps, and whom it left behind.
    Migration(&[
        "CREATE TABLE issuer_account_codes (
        account INTEGER PRIMARY KEY REFERENCES issuer_accounts (account),
        code_digest BLOB NOT NULL UNIQUE,
        made_at INTEGER NOT NULL
    ) STRICT",
        "CREATE TABLE issuer_revoked_holders (
        holder BLOB PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES issuer_accounts (account),
        certificate BLOB,
        revoked_at INTEGER NOT NULL
    ) STRICT",
        "CREATE INDEX issuer_revoked_holders_by_account ON issuer_revoked_holders (account)",
    ]),
    // Reservations end by the table of what is due; the job itself adds the grace.
    Migration(&[
        "INSERT INTO due (kind, reference, at_ms, since_ms)
         SELECT 'reservation-expiry', lower(hex(root)), expires_at * 1000, received_at * 1000
         FROM issuer_reservations WHERE state = 'reserved'",
        "DROP INDEX issuer_reservations_by_expiry",
    ]),
    // What the ledger before this one said, as transfers: credit lines as they were opened, each
    // reservation as a pending transfer and its end as the post or void of it, in their order.
    Migration(&[
        "INSERT INTO accounts (name, currency, kind, covered_by)
         SELECT account, currency, 'credit-lines', 'none' FROM ledger_balances WHERE account = 'credit lines'
         UNION ALL SELECT substr(account, 1, length(account) - 10), currency, 'holder', 'credit'
             FROM ledger_balances WHERE account LIKE 'holder % available'
         UNION ALL SELECT DISTINCT 'payable to ' || shop, currency, 'payable', 'credit'
             FROM issuer_reservations WHERE state <> 'refused'",
        "INSERT INTO transfers (id, debit, credit, minor, kind, pending_id, order_id, memo, at_ms)
         SELECT e.idempotency,
             (SELECT account FROM accounts a WHERE a.currency = d.currency AND a.name =
                 CASE WHEN e.idempotency LIKE 'open %' THEN c.account ELSE 'holder ' || r.account END),
             (SELECT account FROM accounts a WHERE a.currency = d.currency AND a.name =
                 CASE WHEN e.idempotency LIKE 'open %' THEN 'holder ' || substr(e.idempotency, 6)
                     ELSE 'payable to ' || r.shop END),
             d.minor,
             CASE WHEN e.idempotency LIKE 'open %' THEN 'single'
                 WHEN e.idempotency LIKE 'reserve %' THEN 'pending'
                 WHEN d.account LIKE 'payable to %' THEN 'post' ELSE 'void' END,
             CASE WHEN e.idempotency LIKE 'settle %' THEN 'reserve ' || substr(e.idempotency, 8) END,
             unhex(e.order_id), e.memo, e.at
         FROM ledger_entries e
         JOIN ledger_postings d ON d.entry = e.id AND d.minor > 0
         JOIN ledger_postings c ON c.entry = e.id AND c.minor < 0
         LEFT JOIN issuer_reservations r
             ON r.root = unhex(substr(e.idempotency, instr(e.idempotency, ' ') + 1))
         ORDER BY e.id",
        "DROP TABLE ledger_postings",
        "DROP TABLE ledger_balances",
        "DROP TABLE ledger_entries",
    ]),
    // A part is dropped thirty days after the end; where it was, nothing is.
    Migration(&[
        "CREATE INDEX issuer_reservations_with_part ON issuer_reservations (expires_at) WHERE part <> x''",
    ]),
    // What was asked with which words stands in the table of commands: a request for as long as it could
    // be asked again, an enrolment as long as there is the account.
    Migration(&[
        "INSERT INTO commands (what, key, digest, answer, keep_until)
         SELECT 'authorise', lower(hex(order_id)), request_digest, root, expires_at + 30 * 86400
         FROM issuer_reservations",
        "INSERT INTO commands (what, key, digest, answer, keep_until)
         SELECT 'enrol', lower(hex(a.grant_digest)), h.request_digest, h.holder, 253402300799
         FROM issuer_holders h JOIN issuer_accounts a ON a.account = h.account",
        "DROP INDEX issuer_reservations_by_request",
        "ALTER TABLE issuer_reservations DROP COLUMN request_digest",
        "ALTER TABLE issuer_holders DROP COLUMN request_digest",
    ]),
    Migration(&[crate::payer::refunds::TABLE]),
    // The console's ways of looking: by time, state, amount.
    Migration(&[
        "CREATE INDEX issuer_reservations_by_time ON issuer_reservations (received_at, order_id)",
        "CREATE INDEX issuer_reservations_by_state ON issuer_reservations (state, received_at, order_id)",
        "CREATE INDEX issuer_reservations_by_amount
            ON issuer_reservations (minor, received_at, order_id, state, currency)",
    ]),
    // What operators stopped by a command: accounts that pay nothing, shops and couriers.
    Migration(&[
        "CREATE TABLE issuer_locked_accounts (
            account INTEGER PRIMARY KEY REFERENCES issuer_accounts (account), locked_at INTEGER NOT NULL
        ) STRICT",
        "CREATE TABLE issuer_blocked_parties (domain TEXT PRIMARY KEY, blocked_at INTEGER NOT NULL) STRICT",
    ]),
    // An issuer of several objects. How often an account was changed at the office; at a shard, which of these
    // it has heard of last. At the office: holders whose account is, or was, at their shard, and whether that
    // has heard that it is over.
    Migration(&[
        "ALTER TABLE issuer_accounts ADD COLUMN version INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE issuer_homes (
            holder BLOB PRIMARY KEY,
            account INTEGER NOT NULL REFERENCES issuer_accounts (account),
            is_over INTEGER NOT NULL DEFAULT 0
        ) STRICT",
        "CREATE INDEX issuer_homes_by_account ON issuer_homes (account)",
    ]),
    // Accounts that are closed, or about to be: at the office, and where each lives.
    Migration(&[
        "CREATE TABLE issuer_shut_accounts (account INTEGER PRIMARY KEY, shut_at INTEGER NOT NULL) STRICT",
    ]),
    // In which generation the grant was made: one of before may have been used, and that forgotten. Of which orders it was
    // said since that they are not known.
    Migration(&[
        EXPANDING,
        crate::payer::denied::TABLE,
        "ALTER TABLE issuer_accounts ADD COLUMN grant_generation INTEGER NOT NULL DEFAULT 1",
    ]),
];

/// What is kept how long. Accounts, reservations and the ledger stay: they are the issuer's books.
pub const KEPT: &[Rule] = &[
    Rule {
        what: "parts",
        days: PARTS_DAYS,
        sql: "UPDATE issuer_reservations SET part = x''
            WHERE part <> x'' AND expires_at <= ? AND state <> 'reserved'",
    },
    crate::payer::denied::KEPT,
];

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[accounts::SEALED_ANSWERS];

#[cfg(test)]
mod tests {
    use super::TABLES;
    use crate::ledger::{self, Balance};
    use crate::native::SqliteDatabase;
    use crate::ports::Tables as _;
    use crate::store::schema::{COMMON, migrate};
    use tallystick_protocol::wire::money::Currency;

    /// One movement of the ledger as release 0.1.0 wrote it.
    fn booked(database: &SqliteDatabase, words: &str, debit: &str, credit: &str, minor: i64) {
        let sql = "INSERT INTO ledger_entries (idempotency, at, order_id, memo) VALUES (?, 1000, ?, 'x') RETURNING id";
        let order = words.split_once(' ').map(|(_, root)| root);
        let order = order.filter(|root| root.len() == 64);
        let id = database.run(sql, &[words.into(), order.into()]).unwrap()[0]
            .integer(0)
            .unwrap();
        for (account, minor) in [(debit, minor), (credit, -minor)] {
            let row = [account.into(), minor.into(), id.into()];
            let posting = "INSERT INTO ledger_postings (account, currency, minor, entry) VALUES (?, 'JPY', ?, ?)";
            database.run(posting, &row).unwrap();
            let balance =
                "INSERT INTO ledger_balances (account, currency, minor) VALUES (?, 'JPY', ?)
                ON CONFLICT (account, currency) DO UPDATE SET minor = minor + excluded.minor";
            database.run(balance, &row[..2]).unwrap();
        }
    }

    fn ordered(database: &SqliteDatabase, root: &str, minor: i64, state: &str) {
        let sql = format!(
            "INSERT INTO issuer_reservations (root, order_id, request_digest, part, account, shop, courier,
                minor, currency, received_at, expires_at, state)
             VALUES (x'{root}', x'{root}', x'{root}', x'', 7, 'tea.example', 'fast.example', {minor}, 'JPY', 1, 2, '{state}')"
        );
        database.run(&sql, &[]).unwrap();
    }

    #[test]
    fn what_release_0_1_0_had_booked_is_carried_over_with_what_was_still_reserved() {
        let database = SqliteDatabase::new().unwrap();
        migrate(&database, "common", &COMMON[..1]).unwrap();
        migrate(&database, "issuer", &TABLES[..3]).unwrap();
        let (charged, released, open) = ("aa".repeat(32), "bb".repeat(32), "cc".repeat(32));
        let (available, reserved) = ("holder 7 available", "holder 7 reserved");
        booked(&database, "open 7", available, "credit lines", 50_000);
        for (root, minor, state) in [
            (&charged, 3_000, "captured"),
            (&released, 500, "released"),
            (&open, 700, "reserved"),
        ] {
            ordered(&database, root, minor, state);
            booked(
                &database,
                &format!("reserve {root}"),
                reserved,
                available,
                minor,
            );
        }
        booked(
            &database,
            &format!("settle {charged}"),
            "payable to tea.example",
            reserved,
            3_000,
        );
        booked(
            &database,
            &format!("settle {released}"),
            available,
            reserved,
            500,
        );

        migrate(&database, "common", COMMON).unwrap();
        migrate(&database, "issuer", TABLES).unwrap();

        let asked =
            "SELECT 1 FROM commands WHERE what = 'authorise' AND key = ? AND digest = answer";
        for root in [&charged, &released, &open] {
            let found = database.run(asked, &[root.into()]).unwrap();
            assert_eq!(found.len(), 1, "asked again, it is answered as before");
        }
        let holder = ledger::balance(&database, "holder 7", Currency::Jpy).unwrap();
        let expected = Balance {
            debits_pending: 700,
            debits_posted: 3_000,
            credits_pending: 0,
            credits_posted: 50_000,
        };
        assert_eq!(holder, expected);
        assert_eq!(holder.available(), 46_300);
        let shop = ledger::balance(&database, "payable to tea.example", Currency::Jpy).unwrap();
        assert_eq!((shop.posted(), shop.credits_pending), (3_000, 700));
        assert_eq!(ledger::newest(&database).unwrap().rows.len(), 6);
        assert_eq!(ledger::trial_balance(&database, 1).unwrap().wrong, 0);
        let end = ledger::End {
            id: &format!("settle {open}"),
            pending: &format!("reserve {open}"),
            at_ms: 2,
            memo: "Charged",
        };
        assert!(
            ledger::post(&database, &end).unwrap(),
            "an open reservation can be captured"
        );
    }
}
