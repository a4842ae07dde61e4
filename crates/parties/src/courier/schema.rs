//! The courier's tables.

use crate::common::schema::Migration;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    FIRST,
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
