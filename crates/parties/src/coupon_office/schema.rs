//! The office's tables beside the issuer's. Balances are not here: the ledger has them.

use super::key;
use crate::store::schema::Migration;
use crate::store::sealed::Sealed;

/// The steps that lead to the newest schema.
pub const TABLES: &[Migration] = &[
    Migration(&[
        // The ownership registry: one row a coupon (source document 001: transfer management memory).
        "CREATE TABLE coupons (
        id BLOB PRIMARY KEY CHECK (length(id) = 16),
        campaign BLOB,
        kind TEXT NOT NULL,
        funding TEXT NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        terms BLOB NOT NULL,
        not_before INTEGER NOT NULL,
        valid_until INTEGER NOT NULL,
        account INTEGER,
        state TEXT NOT NULL,
        owner BLOB NOT NULL,
        change INTEGER NOT NULL,
        owner_key BLOB NOT NULL,
        ownership BLOB NOT NULL,
        asked BLOB,
        named BLOB,
        until INTEGER,
        claim BLOB,
        ended TEXT
    ) STRICT",
        "CREATE INDEX coupons_by_end ON coupons (valid_until)
        WHERE state NOT IN ('spent', 'converted', 'expired')",
        "CREATE INDEX coupons_by_account ON coupons (account)
        WHERE state NOT IN ('spent', 'converted', 'expired')",
        "CREATE INDEX coupons_by_campaign ON coupons (campaign) WHERE campaign IS NOT NULL",
        // The chain: what happened to each coupon, with what was signed for it.
        "CREATE TABLE coupon_history (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        coupon BLOB NOT NULL REFERENCES coupons (id),
        step TEXT NOT NULL,
        change INTEGER NOT NULL,
        owner BLOB NOT NULL,
        notice BLOB,
        at INTEGER NOT NULL
    ) STRICT",
        "CREATE INDEX coupon_history_by_coupon ON coupon_history (coupon, number)",
        "CREATE INDEX coupon_history_by_notice ON coupon_history (notice) WHERE notice IS NOT NULL",
        // What holders and shops signed, and what came of it: each is done once.
        "CREATE TABLE coupon_notices (
        digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
        kind TEXT NOT NULL,
        coupon BLOB,
        outcome TEXT NOT NULL,
        until INTEGER,
        signed BLOB NOT NULL,
        certificate BLOB,
        at INTEGER NOT NULL
    ) STRICT",
        "CREATE INDEX coupon_notices_by_age ON coupon_notices (at)",
        // What was taken of a coupon for an order, what of that was given back, and which coupon was made of it last.
        "CREATE TABLE coupon_taken (
        coupon BLOB PRIMARY KEY REFERENCES coupons (id),
        order_id BLOB NOT NULL,
        holder BLOB NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        given_back INTEGER NOT NULL DEFAULT 0 CHECK (given_back BETWEEN 0 AND minor),
        made BLOB
    ) STRICT",
        // Of what was made of one coupon for one holder: what was made before it. Whoever follows one after the other finds all.
        "CREATE TABLE coupon_made (
        coupon BLOB PRIMARY KEY REFERENCES coupons (id),
        holder BLOB NOT NULL,
        earlier BLOB NOT NULL
    ) STRICT",
        // To whom an owner said no: they do not ask again while it is that owner's.
        "CREATE TABLE coupon_denied (
        coupon BLOB NOT NULL REFERENCES coupons (id),
        change INTEGER NOT NULL,
        asker BLOB NOT NULL,
        PRIMARY KEY (coupon, change, asker)
    ) STRICT, WITHOUT ROWID",
        // A key for each owner, sealed (source document 001: the user-specific key).
        "CREATE TABLE coupon_owner_keys (
        owner BLOB PRIMARY KEY,
        sealed BLOB NOT NULL,
        stated BLOB NOT NULL
    ) STRICT",
        // The billing ledger's lines (source document 001: charge information memory).
        "CREATE TABLE coupon_lines (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        account INTEGER NOT NULL,
        kind TEXT NOT NULL,
        coupon BLOB,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        at INTEGER NOT NULL,
        total INTEGER
    ) STRICT",
        "CREATE INDEX coupon_lines_by_account ON coupon_lines (account, number)",
        "CREATE INDEX coupon_lines_open ON coupon_lines (account) WHERE total IS NULL",
        // Campaigns, each at one object, which decides who gets one of them.
        "CREATE TABLE coupon_campaigns (
        id BLOB PRIMARY KEY CHECK (length(id) = 16),
        shop TEXT NOT NULL,
        minor INTEGER NOT NULL CHECK (minor > 0),
        currency TEXT NOT NULL,
        count INTEGER NOT NULL CHECK (count > 0),
        each INTEGER NOT NULL CHECK (each > 0),
        issued INTEGER NOT NULL DEFAULT 0 CHECK (issued <= count),
        minimum INTEGER NOT NULL,
        once_each INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        opened_at INTEGER NOT NULL
    ) STRICT",
        "CREATE TABLE coupon_had (
        campaign BLOB NOT NULL REFERENCES coupon_campaigns (id),
        account INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (campaign, account)
    ) STRICT, WITHOUT ROWID",
        // Who has spent a coupon of a campaign.
        "CREATE TABLE coupon_spent (
        campaign BLOB NOT NULL REFERENCES coupon_campaigns (id),
        account INTEGER NOT NULL,
        coupon BLOB NOT NULL,
        PRIMARY KEY (campaign, account)
    ) STRICT, WITHOUT ROWID",
        "CREATE INDEX coupon_spent_by_coupon ON coupon_spent (coupon)",
        // Terminals behind a gateway, and whose account each of them is. At the office alone.
        "CREATE TABLE coupon_terminals (
        terminal TEXT PRIMARY KEY,
        account INTEGER NOT NULL
    ) STRICT",
    ]),
    Migration(&[
        "ALTER TABLE coupon_campaigns ADD COLUMN condition TEXT",
        // Links that nobody has redeemed yet; they count as issued.
        "ALTER TABLE coupon_campaigns ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0
        CHECK (waiting >= 0 AND issued + waiting <= count)",
        "ALTER TABLE coupon_campaigns ADD COLUMN redeemed INTEGER NOT NULL DEFAULT 0",
        // What shops got of it, in minor units.
        "ALTER TABLE coupon_campaigns ADD COLUMN spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0)",
        // A campaign's links, of each the hash of its public key alone: waiting, redeemed, cancelled.
        "CREATE TABLE coupon_links (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        coupon BLOB NOT NULL UNIQUE CHECK (length(coupon) = 16),
        campaign BLOB NOT NULL REFERENCES coupon_campaigns (id),
        claim BLOB NOT NULL CHECK (length(claim) = 32),
        state TEXT NOT NULL CHECK (state IN ('waiting', 'redeemed', 'cancelled')),
        at INTEGER NOT NULL
    ) STRICT",
        "CREATE INDEX coupon_links_by_campaign ON coupon_links (campaign, number)",
        "CREATE INDEX coupon_campaigns_that_wait ON coupon_campaigns (ends_at) WHERE waiting > 0",
        // Lists that an operator's page sent, until a command says what is to be done with them.
        "CREATE TABLE coupon_lists (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        campaign BLOB NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        claims BLOB NOT NULL,
        UNIQUE (campaign, digest)
    ) STRICT",
    ]),
];

/// For how many days it is kept what somebody signed that nothing came of: longer than it can be said again. Coupons, their
/// history, what was signed for it and the billing ledger are the office's books and stay.
pub const NOTICE_DAYS: u64 = 62;

/// Drops such notices; its one parameter is that many days ago.
pub const FORGET_NOTICES: &str = "DELETE FROM coupon_notices WHERE at <= ?
    AND NOT EXISTS (SELECT 1 FROM coupon_history WHERE notice = coupon_notices.digest)";

/// Which columns are sealed.
pub(super) const SEALED: &[Sealed] = &[key::SEALED];
