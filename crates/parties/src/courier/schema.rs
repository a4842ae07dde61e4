//! The courier's tables.

use crate::store::retention::{PARTS_DAYS, Rule};
use crate::store::schema::Migration;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    FIRST,
    // A part is dropped thirty days after it came; where it was, nothing is.
    Migration(&[
        "CREATE INDEX courier_deliveries_with_part ON courier_deliveries (received_at) WHERE part <> x''",
    ]),
    // The console counts by state; without it the count reads the sealed parts.
    Migration(&["CREATE INDEX courier_deliveries_by_state ON courier_deliveries (state)"]),
    // What was asked with which words stands in the table of commands. (SQLite drops no unique column.)
    Migration(&[
        "INSERT INTO commands (what, key, digest, answer, keep_until)
         SELECT 'deliver', lower(hex(order_id)), request_digest, root, received_at + 30 * 86400
         FROM courier_deliveries",
        "ALTER TABLE courier_deliveries RENAME TO courier_deliveries_before",
        "CREATE TABLE courier_deliveries (
        root BLOB PRIMARY KEY,
        order_id BLOB NOT NULL UNIQUE,
        part BLOB NOT NULL,
        shop TEXT NOT NULL,
        issuer TEXT NOT NULL,
        parcels INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_reason TEXT,
        tracking TEXT UNIQUE
    ) STRICT",
        "INSERT INTO courier_deliveries
         SELECT root, order_id, part, shop, issuer, parcels, received_at, state, refused_reason, tracking
         FROM courier_deliveries_before ORDER BY rowid",
        "DROP TABLE courier_deliveries_before",
        "CREATE INDEX courier_deliveries_with_part ON courier_deliveries (received_at) WHERE part <> x''",
        "CREATE INDEX courier_deliveries_by_state ON courier_deliveries (state)",
    ]),
    // The console's ways of looking: by time and by state. (Number and tracking number are unique.)
    Migration(&[
        "CREATE INDEX courier_deliveries_by_time ON courier_deliveries (received_at, order_id)",
        "DROP INDEX courier_deliveries_by_state",
        "CREATE INDEX courier_deliveries_by_state ON courier_deliveries (state, received_at, order_id)",
    ]),
    // By what an issuer of several objects finds the order's money again.
    Migration(&["ALTER TABLE courier_deliveries ADD COLUMN handle BLOB"]),
    // How far parcels came, a row a step, in the order in which it was said; and the code that opens a parcel's way beside
    // its number. What has a label from before gets its code when somebody asks or it moves.
    Migration(&[
        "ALTER TABLE courier_deliveries ADD COLUMN code TEXT",
        "CREATE TABLE courier_moves (
        number INTEGER PRIMARY KEY,
        root BLOB NOT NULL,
        step TEXT NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (root, step)
    ) STRICT",
        // Its entries of one root are in the order of the numbers: the last step is found without sorting.
        "CREATE INDEX courier_moves_by_root ON courier_moves (root)",
        "INSERT INTO courier_moves (root, step, at)
         SELECT root, 'label-made', received_at FROM courier_deliveries
         WHERE tracking IS NOT NULL ORDER BY received_at, order_id",
    ]),
];

const FIRST: Migration = Migration(&[
    // One row an order, keyed by its root: a clearance is used once.
    "CREATE TABLE courier_deliveries (
        root BLOB PRIMARY KEY,
        order_id BLOB NOT NULL UNIQUE,
        request_digest BLOB NOT NULL UNIQUE,
        part BLOB NOT NULL,
        shop TEXT NOT NULL,
        issuer TEXT NOT NULL,
        parcels INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_reason TEXT,
        tracking TEXT UNIQUE
    ) STRICT",
]);

/// What is kept how long. Deliveries and how far their parcels came stay: they are the courier's books.
pub const KEPT: &[Rule] = &[Rule {
    what: "parts",
    days: PARTS_DAYS,
    sql: "UPDATE courier_deliveries SET part = x''
        WHERE part <> x'' AND received_at <= ? AND state <> 'accepted'",
}];

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::native::SqliteDatabase;
    use crate::ports::Tables as _;
    use crate::store::schema::{COMMON, migrate};

    #[test]
    fn a_delivery_of_the_first_release_is_carried_over_and_its_request_is_still_known() {
        let database = SqliteDatabase::new().unwrap();
        migrate(&database, "common", COMMON).unwrap();
        migrate(&database, "courier", &TABLES[..3]).unwrap();
        let stored = "INSERT INTO courier_deliveries (root, order_id, request_digest, part, shop, issuer,
                parcels, received_at, state, tracking)
             VALUES (x'aa', x'bb', x'cc', x'dd', 'tea.example', 'bank.example', 1, 100, 'accepted', 'HY-1')";
        database.run(stored, &[]).unwrap();
        migrate(&database, "courier", TABLES).unwrap();
        let row = "SELECT hex(d.part), d.tracking FROM courier_deliveries d JOIN commands c
            ON c.what = 'deliver' AND c.key = 'bb' AND c.digest = x'cc' AND c.answer = d.root";
        let row = database.run(row, &[]).unwrap();
        assert_eq!(row[0].text(0).unwrap(), "DD");
        assert_eq!(row[0].text(1).unwrap(), "HY-1");
        let moved = "SELECT step, at FROM courier_moves WHERE root = x'aa'";
        let moved = database.run(moved, &[]).unwrap();
        assert_eq!(moved[0].text(0).unwrap(), "label-made");
        assert_eq!(moved[0].integer(1).unwrap(), 100);
    }
}
