//! The shop's tables.

use super::merchant::done_once;
use super::{handing, recollecting, sessions};
use crate::store::retention::{PARTS_DAYS, Rule};
use crate::store::schema::{EXPANDING, Migration};
use crate::store::sealed::Sealed;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    Migration(&[
    // Pieces that are neither sold nor reserved.
    "CREATE TABLE shop_stock (
        sku TEXT PRIMARY KEY,
        pieces INTEGER NOT NULL CHECK (pieces >= 0)
    ) STRICT",
    // Forms that may still become orders, by the digest that stands for them in an order.
    "CREATE TABLE shop_forms (
        digest BLOB PRIMARY KEY,
        form BLOB NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX shop_forms_by_expiry ON shop_forms (expires_at)",
    // One row an order. `received` holds the order's very bytes, so that a repetition is known
    // from another order under the same identifier. One form becomes one order.
    "CREATE TABLE shop_orders (
        order_id BLOB PRIMARY KEY,
        root BLOB NOT NULL UNIQUE,
        form_digest BLOB NOT NULL UNIQUE,
        form BLOB NOT NULL,
        received BLOB NOT NULL,
        issuer TEXT NOT NULL,
        courier TEXT NOT NULL,
        minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_by TEXT,
        refused_reason TEXT,
        issuer_nonce BLOB NOT NULL,
        courier_nonce BLOB NOT NULL,
        authorisation BLOB,
        clearance BLOB,
        acceptance BLOB,
        refusal BLOB,
        tracking TEXT
    ) STRICT",
    "CREATE INDEX shop_orders_by_expiry ON shop_orders (state, expires_at)",
    // What an order holds back from the shelf.
    "CREATE TABLE shop_reserved (
        order_id BLOB NOT NULL,
        sku TEXT NOT NULL,
        pieces INTEGER NOT NULL CHECK (pieces > 0),
        PRIMARY KEY (order_id, sku)
    ) STRICT",
    ]),
    // Open orders end by the table of what is due.
    Migration(&[
        "INSERT INTO due (kind, reference, at_ms, since_ms)
         SELECT 'order-expiry', lower(hex(root)), expires_at * 1000, received_at * 1000 FROM shop_orders
         WHERE state IN ('received', 'asking', 'authorised')",
        "DROP INDEX shop_orders_by_expiry",
    ]),
    // What is long stands apart from what changes: a move of an order's state writes a short row.
    Migration(&[
        "CREATE TABLE shop_papers (
        kind TEXT NOT NULL,
        order_id BLOB NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (kind, order_id)
    ) STRICT",
        "INSERT INTO shop_papers (kind, order_id, bytes)
         SELECT 'form', order_id, form FROM shop_orders",
        "INSERT INTO shop_papers (kind, order_id, bytes)
         SELECT 'received', order_id, received FROM shop_orders",
        "INSERT INTO shop_papers (kind, order_id, bytes)
         SELECT 'authorisation', order_id, authorisation FROM shop_orders WHERE authorisation IS NOT NULL",
        "INSERT INTO shop_papers (kind, order_id, bytes)
         SELECT 'clearance', order_id, clearance FROM shop_orders WHERE clearance IS NOT NULL",
        "INSERT INTO shop_papers (kind, order_id, bytes)
         SELECT 'acceptance', order_id, acceptance FROM shop_orders WHERE acceptance IS NOT NULL",
        "INSERT INTO shop_papers (kind, order_id, bytes)
         SELECT 'refusal', order_id, refusal FROM shop_orders WHERE refusal IS NOT NULL",
        "ALTER TABLE shop_orders DROP COLUMN form",
        "ALTER TABLE shop_orders DROP COLUMN received",
        "ALTER TABLE shop_orders DROP COLUMN authorisation",
        "ALTER TABLE shop_orders DROP COLUMN clearance",
        "ALTER TABLE shop_orders DROP COLUMN acceptance",
        "ALTER TABLE shop_orders DROP COLUMN refusal",
    ]),
    // Parties introduce themselves to the shop once an hour, not to each order: what waited for an
    // introduction asks by itself now. (The nonces in shop_orders are not used any more.)
    Migration(&[
        "UPDATE outbox SET kind = 'authorise', path = '/v1/authorisations', statement = 'authorise',
            body = NULL, content_type = 'application/cose' WHERE kind = 'introduce-issuer'",
        "UPDATE outbox SET kind = 'deliver', path = '/v1/deliveries', statement = 'deliver',
            body = NULL, content_type = 'application/cose', give_up_at = give_up_at + 86400000
         WHERE kind = 'introduce-courier'",
        "UPDATE due SET reference = 'authorise/' || substr(reference, length('introduce-issuer/') + 1)
         WHERE kind = 'letter' AND reference LIKE 'introduce-issuer/%'",
        "UPDATE due SET reference = 'deliver/' || substr(reference, length('introduce-courier/') + 1)
         WHERE kind = 'letter' AND reference LIKE 'introduce-courier/%'",
        // Orders of which the issuer has signed that they are charged.
        "CREATE TABLE shop_charged (root BLOB PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT",
    ]),
    // What the shop asked to be given back, and what came of it.
    Migration(&["CREATE TABLE shop_refunds (
        order_id BLOB NOT NULL,
        number INTEGER NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        outcome TEXT,
        PRIMARY KEY (order_id, number)
    ) STRICT"]),
    // The console's ways of looking: by time, state, amount, tracking number.
    Migration(&[
        "CREATE INDEX shop_orders_by_time ON shop_orders (received_at, order_id)",
        "CREATE INDEX shop_orders_by_state ON shop_orders (state, received_at, order_id)",
        "CREATE INDEX shop_orders_by_amount ON shop_orders (minor, received_at, order_id, state, currency)",
        "CREATE INDEX shop_orders_by_tracking ON shop_orders (tracking) WHERE tracking IS NOT NULL",
    ]),
    // Goods are held back and put back once, whatever comes late or twice from another object of the shop.
    Migration(&[
        "ALTER TABLE shop_reserved ADD COLUMN root BLOB",
        "CREATE TABLE shop_put_back (root BLOB PRIMARY KEY, at INTEGER NOT NULL) STRICT",
        "CREATE INDEX shop_put_back_by_time ON shop_put_back (at)",
    ]),
    // Sessions with holders by way of their home proxies. `kept` is sealed; `heard` is SHA-256 of what came last.
    Migration(&[
        "CREATE TABLE shop_sessions (
        name BLOB PRIMARY KEY,
        expires_at INTEGER NOT NULL,
        holder BLOB,
        kept BLOB NOT NULL,
        heard BLOB,
        said BLOB
    ) STRICT",
        "CREATE INDEX shop_sessions_by_end ON shop_sessions (expires_at)",
    ]),
    // Coupons that pay orders, what was given back of them, and the certificates of their offices' keys.
    Migration(&[
        "ALTER TABLE shop_orders ADD COLUMN by_coupons INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE shop_coupons (
        order_id BLOB NOT NULL,
        place INTEGER NOT NULL,
        office TEXT NOT NULL,
        coupon BLOB NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        condition TEXT,
        asks_total INTEGER NOT NULL,
        valid_until INTEGER NOT NULL,
        whole BLOB NOT NULL,
        transfer BLOB NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (order_id, place)
    ) STRICT",
        "CREATE TABLE shop_coupon_refunds (
        order_id BLOB NOT NULL,
        number INTEGER NOT NULL,
        place INTEGER NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        outcome TEXT,
        PRIMARY KEY (order_id, number, place)
    ) STRICT",
        "CREATE TABLE shop_coupon_offices (
        office TEXT PRIMARY KEY,
        certificate BLOB NOT NULL,
        fetched_at INTEGER NOT NULL
    ) STRICT",
    ]),
    // What the shop sells, in the order of the shelf. A product without a row in shop_stock is not counted.
    Migration(&[
        "CREATE TABLE shop_products (
        place INTEGER PRIMARY KEY,
        sku TEXT NOT NULL UNIQUE,
        product BLOB NOT NULL
    ) STRICT",
        // Which lines of a form are goods of the catalogue, bit n for line n, as far as not all are; and what the merchant
        // calls the order.
        "ALTER TABLE shop_forms ADD COLUMN of_catalogue INTEGER",
        "ALTER TABLE shop_forms ADD COLUMN merchant_reference TEXT",
        "ALTER TABLE shop_orders ADD COLUMN of_catalogue INTEGER",
        "ALTER TABLE shop_orders ADD COLUMN merchant_reference TEXT",
        "CREATE INDEX shop_orders_by_merchant_reference ON shop_orders (merchant_reference)
         WHERE merchant_reference IS NOT NULL",
    ]),
    // What the shop's own server is told and whether it took it, and when it packed an order.
    Migration(&[
        "ALTER TABLE shop_orders ADD COLUMN packed_at INTEGER",
        "CREATE TABLE shop_events (
        id TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        order_id BLOB NOT NULL,
        order_state TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL,
        give_up_at INTEGER NOT NULL,
        last_status INTEGER,
        last_at INTEGER,
        job TEXT NOT NULL
    ) STRICT",
        "CREATE INDEX shop_events_by_state ON shop_events (state)",
        "CREATE INDEX shop_events_by_time ON shop_events (created_at)",
    ]),
    // How far the courier says that the parcel is.
    Migration(&["ALTER TABLE shop_orders ADD COLUMN parcel TEXT"]),
    // What the shop hands over itself for a form without a courier, sealed.
    Migration(&["ALTER TABLE shop_forms ADD COLUMN handing BLOB"]),
    // What was signed about orders that were forgotten, until their wallets show them again.
    Migration(&[EXPANDING, recollecting::TABLE]),
];

/// What others signed about the orders of a time, for the evidence of a month.
pub const SIGNED_BY_OTHERS: &str = "SELECT p.bytes FROM shop_orders o JOIN shop_papers p
    ON p.order_id = o.order_id
        AND (p.kind IN ('authorisation', 'acceptance', 'refusal') OR p.kind LIKE 'refund-advice-%')
    WHERE o.received_at >= ? AND o.received_at < ? ORDER BY o.received_at, o.order_id, p.kind LIMIT ? OFFSET ?";

/// For how many days it is remembered that an order has put its goods back: no message is under way for so long.
pub const PUT_BACK_DAYS: u64 = 31;

/// For how many days the log of what the shop's own server was told is kept.
pub const EVENTS_DAYS: u64 = 90;

/// What is kept how long. Orders, their forms and the word that ended them stay: they are the shop's
/// books.
pub const KEPT: &[Rule] = &[
    // The sealed parts, what the issuer said that was good for the order's time alone or of where the money is, the parcel's
    // code, and what was handed over.
    Rule {
        what: "parts",
        days: PARTS_DAYS,
        sql: "DELETE FROM shop_papers WHERE kind IN ('received', 'clearance', 'authorisation', 'settled', 'cancellation-lock', 'tracking', 'to-hand-over', 'handed') AND order_id IN (
            SELECT order_id FROM shop_orders
            WHERE expires_at <= ? AND state IN ('accepted', 'refused', 'expired'))",
    },
    // The coupons themselves and what handed them over.
    Rule {
        what: "coupons",
        days: PARTS_DAYS,
        sql: "UPDATE shop_coupons SET whole = x'', transfer = x'' WHERE whole <> x'' AND order_id IN (
            SELECT order_id FROM shop_orders
            WHERE expires_at <= ? AND state IN ('accepted', 'refused', 'expired'))",
    },
    Rule {
        what: "put-back",
        days: PUT_BACK_DAYS,
        sql: "DELETE FROM shop_put_back WHERE at <= ?",
    },
    Rule {
        what: "sessions",
        days: 0,
        sql: "DELETE FROM shop_sessions WHERE expires_at <= ?",
    },
    Rule {
        what: "events",
        days: EVENTS_DAYS,
        sql: "DELETE FROM shop_events WHERE created_at <= ? AND state <> 'waiting'",
    },
    Rule {
        what: "forms",
        days: 0,
        sql: FORGET_FORMS,
    },
    Rule {
        what: "forms-of-before",
        days: PARTS_DAYS,
        sql: "DELETE FROM shop_forms WHERE expires_at <= ?",
    },
];

/// Drops the forms that have expired; but those that were good when the shop was brought back to an earlier moment stay for 30
/// days, because an order may come again that was made from one.
pub const FORGET_FORMS: &str = "DELETE FROM shop_forms WHERE expires_at <= ? AND NOT EXISTS (
    SELECT 1 FROM generations
    WHERE number > 1 AND shop_forms.expires_at > since AND shop_forms.expires_at <= began_at_ms / 1000 + 3600)";

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[
    sessions::SEALED,
    done_once::SEALED_ANSWERS,
    handing::SEALED_IN_FORMS,
    handing::SEALED_IN_PAPERS,
];

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::native::SqliteDatabase;
    use crate::ports::Tables;
    use crate::store::schema::{COMMON, migrate};

    #[test]
    fn what_the_first_release_left_open_goes_on_by_the_table_of_what_is_due() {
        let database = SqliteDatabase::new().unwrap();
        migrate(&database, "common", &COMMON[..1]).unwrap();
        migrate(&database, "shop", &TABLES[..1]).unwrap();
        let run = |sql: &str| database.run(sql, &[]).unwrap();
        for (state, root) in [("received", "11"), ("authorised", "22"), ("accepted", "33")] {
            run(&format!(
                "INSERT INTO shop_orders (order_id, root, form_digest, form, received, issuer, courier, minor,
                    currency, received_at, expires_at, state, issuer_nonce, courier_nonce)
                 VALUES (x'{root}', x'{root}', x'{root}', x'', x'', 'i.localhost', 'c.localhost', 1, 'JPY',
                    100, 1000, '{state}', x'', x'')"
            ));
        }
        run(
            "INSERT INTO outbox (kind, reference, domain, path, content_type, body, attempts, next_at, give_up_at)
             VALUES ('introduce-issuer', '11', 'i.localhost', '/v1/introductions', 'application/cbor', x'00', 3, 500, 1000000),
                    ('introduce-courier', '22', 'c.localhost', '/v1/introductions', 'application/cbor', x'00', 0, 600, 1000000),
                    ('relay', '33', 'i.localhost', '/v1/captures', 'application/cose', x'00', 1, 700, 9000000)",
        );
        migrate(&database, "common", COMMON).unwrap();
        migrate(&database, "shop", TABLES).unwrap();
        let due = run("SELECT kind, reference, peer, at_ms FROM due ORDER BY at_ms, reference");
        let due = due.iter().map(|row| {
            let peer = if row.is_null(2) {
                ""
            } else {
                row.text(2).unwrap()
            };
            let [kind, reference] = [0, 1].map(|index| row.text(index).unwrap());
            format!("{kind} {reference} {peer} {}", row.integer(3).unwrap())
        });
        assert_eq!(
            due.collect::<Vec<_>>(),
            [
                "letter authorise/11 i.localhost 500",
                "letter deliver/22 c.localhost 600",
                "letter relay/33 i.localhost 700",
                "order-expiry 11  1000000",
                "order-expiry 22  1000000",
            ]
        );
        let letters = run(
            "SELECT kind, path, statement FROM outbox WHERE statement IS NOT NULL ORDER BY kind",
        );
        assert_eq!(letters[0].text(1).unwrap(), "/v1/authorisations");
        assert_eq!(letters[1].text(1).unwrap(), "/v1/deliveries");
    }
}
