//! What a party's console page shows: what it received, what of it it could open, what stayed
//! closed, and its ledger. The JSON of `GET /v1/console`.

use std::collections::BTreeMap;

use serde::Serialize;

/// The whole console of one party.
#[derive(Clone, Debug, Serialize)]
pub struct Console {
    /// The party's role: "shop", "issuer", "courier".
    pub role: &'static str,
    /// The party's domain name.
    pub domain: String,
    /// The party's display name.
    pub name: String,
    /// The newest orders, newest first.
    pub orders: Vec<ConsoleOrder>,
    /// The newest ledger entries, newest first. Empty at a party that moves no money.
    pub ledger: Vec<LedgerLine>,
    /// Totals by name: "orders", "accepted".
    pub counters: BTreeMap<&'static str, u64>,
}

/// One order as this party sees it.
#[derive(Clone, Debug, Serialize)]
pub struct ConsoleOrder {
    /// The order's identifier in hex.
    pub order_id: String,
    /// The root over the order's fields in hex.
    pub root: String,
    /// When it arrived, in seconds since 1970.
    pub received_at: u64,
    /// The state's stable name.
    pub state: &'static str,
    /// The state as a sentence for a person.
    pub sentence: String,
    /// The fields that this party's own keys opened.
    pub opened: Vec<OpenedField>,
    /// Every sealed piece that this party holds.
    pub pieces: Vec<Piece>,
    /// The signed statements that it holds or made.
    pub statements: Vec<StatementLine>,
}

/// A field that was opened.
#[derive(Clone, Debug, Serialize)]
pub struct OpenedField {
    /// The field's stable name: "items".
    pub field: &'static str,
    /// Its name for a person: "Items".
    pub label: &'static str,
    /// Its value as text.
    pub value: String,
}

/// A sealed piece that the party holds.
#[derive(Clone, Debug, Serialize)]
pub struct Piece {
    /// The role it was sealed for.
    pub for_role: &'static str,
    /// The domain it was sealed for.
    pub for_party: String,
    /// Its length in bytes.
    pub bytes: usize,
    /// The first bytes of the ciphertext in hex.
    pub preview_hex: String,
    /// Whether one of this party's own keys opened it, found out by trying them.
    pub opened: bool,
}

/// A signed statement that the party holds or made.
#[derive(Clone, Debug, Serialize)]
pub struct StatementLine {
    /// What it is: "authorisation".
    pub kind: &'static str,
    /// The signer's domain.
    pub from: String,
    /// What it says, in a sentence.
    pub summary: String,
}

/// One entry of the ledger, both sides on one line.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerLine {
    /// When it was booked, in seconds since 1970.
    pub at: u64,
    /// The order it belongs to, in hex, if any.
    pub order_id: Option<String>,
    /// The account debited.
    pub debit: String,
    /// The account credited.
    pub credit: String,
    /// The amount in minor units.
    pub minor: u64,
    /// The currency's ISO 4217 code.
    pub currency: String,
    /// What for.
    pub memo: String,
}

/// Bytes of ciphertext that a console shows as a preview.
pub const PREVIEW_BYTES: usize = 48;
