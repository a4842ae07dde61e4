//! The shop's tables.

use crate::common::schema::Migration;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    Migration(&[
    // Pieces that are neither sold nor reserved. A product without a row has its opening stock.
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
];
