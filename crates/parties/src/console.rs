//! What a party's console page shows: what it received, what of it it could open, what stayed
//! closed, and its ledger. The JSON of `GET /v1/console`.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde::Serialize;
use tallystick_protocol::order::{OpenedPart, SealedPart, amount_of, item_numbers_of, items_of};
use tallystick_protocol::policy::Field;

use crate::common::ledger::Line;
use crate::common::office::Office;
use crate::ports::Ports;

/// How many orders a console shows. Few, because every piece of each is tried with every key.
pub const CONSOLE_ORDERS: u32 = 20;
/// How many ledger lines a console shows.
pub const CONSOLE_LINES: u32 = 60;
/// Bytes of ciphertext that a console shows as a preview.
const PREVIEW_BYTES: usize = 48;

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

impl StatementLine {
    /// A line about a statement.
    pub fn new(kind: &'static str, from: &impl ToString, summary: &str) -> Self {
        Self {
            kind,
            from: from.to_string(),
            summary: summary.to_owned(),
        }
    }
}

/// One transfer of the ledger, both sides on one line.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerLine {
    /// When it was booked, in seconds since 1970.
    pub at: u64,
    /// The order it belongs to, in hex, if any.
    pub order_id: Option<String>,
    /// The account that gave.
    pub debit: String,
    /// The account that received.
    pub credit: String,
    /// The amount in minor units.
    pub minor: i64,
    /// The currency's ISO 4217 code.
    pub currency: String,
    /// "single", "pending", "post" or "void": only what is single or post has moved.
    pub kind: String,
    /// What for.
    pub memo: String,
}

impl From<Line> for LedgerLine {
    fn from(line: Line) -> Self {
        Self {
            at: line.at_ms / 1000,
            order_id: line.order_id,
            debit: line.debit,
            credit: line.credit,
            minor: line.minor,
            currency: line.currency,
            kind: line.kind,
            memo: line.memo,
        }
    }
}

impl<P: Ports> Office<P> {
    /// Tries this party's keys on every piece it holds of an order: the fields that came to light,
    /// and for each piece whether it opened.
    pub fn look_into(&self, held: &[SealedPart]) -> (Vec<OpenedField>, Vec<Piece>) {
        let mut fields = Vec::new();
        let mut pieces = Vec::with_capacity(held.len());
        for part in held {
            let opened = self.try_own_keys(part);
            let preview = &part.ciphertext[..part.ciphertext.len().min(PREVIEW_BYTES)];
            pieces.push(Piece {
                for_role: part.role().as_str(),
                for_party: part.party().to_string(),
                bytes: part.ciphertext.len(),
                preview_hex: HEXLOWER.encode(preview),
                opened: opened.is_some(),
            });
            fields.extend(opened.iter().flat_map(fields_of));
        }
        (fields, pieces)
    }
}

fn fields_of(part: &OpenedPart) -> Vec<OpenedField> {
    let field = |disclosed: &tallystick_protocol::order::Disclosed| OpenedField {
        field: disclosed.field.as_str(),
        label: label(disclosed.field),
        value: text(disclosed.field, &disclosed.value),
    };
    part.disclosed().iter().map(field).collect()
}

/// The field's name for a person.
fn label(field: Field) -> &'static str {
    match field {
        Field::Form => "Order form",
        Field::Items => "Items",
        Field::ItemNumbers => "Item numbers",
        Field::Amount => "Amount",
        Field::PaymentType => "Payment type",
        Field::CardNumber => "Card number",
        Field::CardExpiry => "Card expiry",
        Field::HolderName => "Holder's name",
        Field::HolderTelephone => "Holder's telephone",
        Field::HolderAddress => "Holder's address",
        Field::DestinationName => "Recipient",
        Field::DestinationAddress => "Destination",
        Field::DestinationTelephone => "Recipient's telephone",
        _ => "Other",
    }
}

/// The field's value as text; bytes that are none as hexadecimal digits.
fn text(field: Field, value: &[u8]) -> String {
    let known = match field {
        Field::Items => items_of(value).ok().map(|lines| {
            let lines: Vec<_> = lines
                .iter()
                .map(|line| format!("{} × {}", line.quantity, line.name))
                .collect();
            lines.join("\n")
        }),
        Field::ItemNumbers => item_numbers_of(value).ok().map(|lines| {
            let lines: Vec<_> = lines
                .iter()
                .map(|line| format!("{} × {}", line.quantity, line.sku))
                .collect();
            lines.join("\n")
        }),
        Field::Amount => amount_of(value).ok().map(|amount| amount.to_string()),
        Field::Form => None,
        _ => core::str::from_utf8(value).ok().map(str::to_owned),
    };
    known.unwrap_or_else(|| HEXLOWER.encode(value))
}
