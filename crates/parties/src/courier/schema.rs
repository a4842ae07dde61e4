//! The courier's tables.

use crate::common::retention::{PARTS_DAYS, Rule};
use crate::common::schema::Migration;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    FIRST,
    // A part is dropped thirty days after it came; where it was, nothing is.
    Migration(&[
        "CREATE INDEX courier_deliveries_with_part ON courier_deliveries (received_at) WHERE part <> x''",
    ]),
    // The console counts by state; without it the count reads the sealed parts.
    Migration(&["CREATE INDEX courier_deliveries_by_state ON courier_deliveries (state)"]),
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

/// What is kept how long. Deliveries stay: they are the courier's books.
pub const KEPT: &[Rule] = &[Rule {
    what: "parts",
    days: PARTS_DAYS,
    sql: "UPDATE courier_deliveries SET part = x''
        WHERE part <> x'' AND received_at <= ? AND state <> 'accepted'",
}];
