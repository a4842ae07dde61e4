//! What of an order this party could open, and what stayed closed: found out by trying its own keys
//! on every piece it holds.

use core::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::coupons::coupons_of;
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::order::{
    OpenedPart, SealedPart, amount_of, item_numbers_of, items_of,
};
use tallystick_protocol::checkout::policy::Field;

use super::cells::Cell;
use crate::office::Office;
use crate::ports::Ports;

/// How many pieces are remembered with what came to light when they were tried.
const REMEMBERED_MAX: usize = 512;
/// Bytes of ciphertext that a console shows as a preview.
const PREVIEW_BYTES: usize = 48;

/// A field that was opened.
#[derive(Clone, Debug, Serialize)]
pub struct OpenedField {
    /// The field's stable name: "items".
    pub field: &'static str,
    /// Its value.
    pub value: Cell,
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

type Tried = (Vec<OpenedField>, Piece);

/// What this party's keys opened while it is in memory, so that nothing is tried twice.
#[derive(Default)]
pub(crate) struct TriedPieces(RefCell<BTreeMap<[u8; 32], Rc<Tried>>>);

impl<P: Ports> Office<P> {
    /// Tries this party's keys on every piece it holds of an order: the fields that came to light,
    /// and for each piece whether it opened. What was tried before is remembered.
    pub fn look_into(&self, held: &[SealedPart]) -> (Vec<OpenedField>, Vec<Piece>) {
        let mut fields = Vec::new();
        let mut pieces = Vec::with_capacity(held.len());
        for part in held {
            let tried = self.tried(part);
            fields.extend(tried.0.iter().cloned());
            pieces.push(tried.1.clone());
        }
        (fields, pieces)
    }

    fn tried(&self, part: &SealedPart) -> Rc<Tried> {
        let key = Sha256::digest(tallystick_protocol::wire::cbor::encode_value(part)).into();
        if let Some(before) = self.console.tried.0.borrow().get(&key) {
            return before.clone();
        }
        let opened = self.try_own_keys(part);
        let preview = &part.ciphertext[..part.ciphertext.len().min(PREVIEW_BYTES)];
        let piece = Piece {
            for_role: part.role().as_str(),
            for_party: part.party().to_string(),
            bytes: part.ciphertext.len(),
            preview_hex: HEXLOWER.encode(preview),
            opened: opened.is_some(),
        };
        let fields = opened.iter().flat_map(fields_of).collect();
        let tried = Rc::new((fields, piece));
        let mut remembered = self.console.tried.0.borrow_mut();
        if remembered.len() >= REMEMBERED_MAX {
            remembered.pop_first();
        }
        remembered.insert(key, tried.clone());
        tried
    }
}

fn fields_of(part: &OpenedPart) -> Vec<OpenedField> {
    let field = |disclosed: &tallystick_protocol::checkout::order::Disclosed| OpenedField {
        field: disclosed.field.as_str(),
        value: value(disclosed.field, &disclosed.value),
    };
    part.disclosed().iter().map(field).collect()
}

fn value(field: Field, bytes: &[u8]) -> Cell {
    match amount_of(bytes) {
        Ok(amount) if field == Field::Amount => amount.into(),
        _ if field == Field::Gift => match Gift::read(bytes) {
            Ok(gift) => match &gift.note {
                Some(note) => Cell::Text(note.clone()),
                None => Cell::word("no-note"),
            },
            Err(_) => Cell::Text(HEXLOWER.encode(bytes)),
        },
        _ => Cell::Text(text(field, bytes)),
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
        // What each pays. The coupons themselves are not for whoever looks at a screen.
        Field::Coupons => coupons_of(value).ok().map(|shares| {
            let paid: Vec<_> = shares.iter().map(|one| one.amount.to_string()).collect();
            paid.join("\n")
        }),
        Field::Form | Field::Amount => None,
        // Whoever looks at the console need not know more of a card than which one it is.
        Field::CardNumber => core::str::from_utf8(value).ok().map(masked),
        Field::CardExpiry => Some("••••".to_owned()),
        _ => core::str::from_utf8(value).ok().map(str::to_owned),
    };
    known.unwrap_or_else(|| HEXLOWER.encode(value))
}

/// A card number with nothing of it but its last four digits.
fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits[digits.len().saturating_sub(4)..].iter().collect();
    format!("•••• {last}")
}
