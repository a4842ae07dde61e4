//! The courier's tables.

/// Statements that create what is missing; each may run any number of times.
pub const TABLES: &[&str] = &[
    // One row an order, keyed by its root: a clearance is used once.
    "CREATE TABLE IF NOT EXISTS courier_deliveries (
        root BLOB PRIMARY KEY,
        order_id BLOB NOT NULL UNIQUE,
        request_digest BLOB NOT NULL,
        part BLOB NOT NULL,
        clearance BLOB NOT NULL,
        shop TEXT NOT NULL,
        issuer TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_reason INTEGER,
        tracking TEXT UNIQUE,
        label_name TEXT,
        label_address TEXT,
        label_telephone TEXT,
        answer BLOB
    ) STRICT",
];
