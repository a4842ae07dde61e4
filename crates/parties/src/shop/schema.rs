//! The shop's tables.

/// Statements that create what is missing; each may run any number of times.
pub const TABLES: &[&str] = &[
    // Pieces that are neither sold nor reserved.
    "CREATE TABLE IF NOT EXISTS shop_stock (
        sku TEXT PRIMARY KEY,
        pieces INTEGER NOT NULL CHECK (pieces >= 0)
    ) STRICT",
    // Forms that may still become orders, by the digest that stands for them in an order.
    "CREATE TABLE IF NOT EXISTS shop_forms (
        digest BLOB PRIMARY KEY,
        unsigned_form BLOB,
        signed_form BLOB NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX IF NOT EXISTS shop_forms_by_expiry ON shop_forms (expires_at)",
    // One row an order. `received` holds the order's very bytes, so that a repetition is known
    // from a forgery under the same identifier. One form becomes one order.
    "CREATE TABLE IF NOT EXISTS shop_orders (
        order_id BLOB PRIMARY KEY,
        root BLOB NOT NULL UNIQUE,
        form_digest BLOB NOT NULL UNIQUE,
        received BLOB NOT NULL,
        issuer TEXT NOT NULL,
        courier TEXT NOT NULL,
        minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_by INTEGER,
        refused_reason INTEGER,
        authorisation BLOB,
        clearance BLOB,
        acceptance BLOB,
        refusal BLOB,
        tracking TEXT
    ) STRICT",
    "CREATE INDEX IF NOT EXISTS shop_orders_by_expiry ON shop_orders (state, expires_at)",
    // What an order holds back from the shelf.
    "CREATE TABLE IF NOT EXISTS shop_reserved (
        order_id BLOB NOT NULL,
        sku TEXT NOT NULL,
        pieces INTEGER NOT NULL CHECK (pieces > 0),
        PRIMARY KEY (order_id, sku)
    ) STRICT",
];
