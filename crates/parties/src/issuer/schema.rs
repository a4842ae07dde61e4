//! The issuer's tables. Balances are not here: they are sums over the ledger.

/// Statements that create what is missing; each may run any number of times.
pub const TABLES: &[&str] = &[
    // The card record that a purchase is checked against.
    "CREATE TABLE IF NOT EXISTS issuer_accounts (
        account INTEGER PRIMARY KEY,
        card_number TEXT NOT NULL UNIQUE,
        card_expiry TEXT NOT NULL,
        holder_name TEXT NOT NULL,
        telephone TEXT NOT NULL,
        limit_minor INTEGER NOT NULL CHECK (limit_minor >= 0),
        currency TEXT NOT NULL,
        grant_digest BLOB NOT NULL UNIQUE,
        opened_at INTEGER NOT NULL,
        grant_expires_at INTEGER NOT NULL
    ) STRICT",
    // One row an enrolment: which holder identifier and which signing key belong to the account.
    // A grant enrols once; the same request again gets the same answer.
    "CREATE TABLE IF NOT EXISTS issuer_holders (
        account INTEGER NOT NULL UNIQUE REFERENCES issuer_accounts (account),
        holder BLOB PRIMARY KEY,
        request_digest BLOB NOT NULL,
        enrolment_key BLOB NOT NULL,
        signing_key BLOB NOT NULL,
        certificate BLOB,
        answer BLOB,
        enrolled_at INTEGER NOT NULL
    ) STRICT",
    // One row an order, keyed by its root.
    "CREATE TABLE IF NOT EXISTS issuer_reservations (
        root BLOB PRIMARY KEY,
        order_id BLOB NOT NULL UNIQUE,
        request_digest BLOB NOT NULL,
        part BLOB NOT NULL,
        account INTEGER,
        shop TEXT NOT NULL,
        courier TEXT,
        minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        refused_reason INTEGER,
        authorisation BLOB,
        clearance BLOB,
        refusal BLOB,
        courier_word BLOB
    ) STRICT",
    "CREATE INDEX IF NOT EXISTS issuer_reservations_by_expiry ON issuer_reservations (state, expires_at)",
];
