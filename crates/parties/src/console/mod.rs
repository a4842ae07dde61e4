//! What a party's console page shows: what it received, what of it it could open, what stayed
//! closed, and its ledger. The JSON of `GET /v1/console`.

mod evidence;

use core::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use data_encoding::HEXLOWER;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::order::{
    OpenedPart, SealedPart, amount_of, item_numbers_of, items_of,
};
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::wire::identifier::OrderId;

use crate::ledger::Line;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Random};

/// How many orders a page of the console shows. Few, because every piece that is new is tried with
/// every key.
pub const CONSOLE_ORDERS: usize = 5;
/// How many pieces are remembered with what came to light when they were tried.
const REMEMBERED_MAX: usize = 512;
/// After this long, in milliseconds, a console is read anew even if nothing is known to have changed.
const UNCHANGED_FOR_MS: u64 = 60_000;
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
    /// The newest orders, newest first, at most [`CONSOLE_ORDERS`].
    pub orders: Vec<ConsoleOrder>,
    /// Whether there are earlier ones: ask for those `?before=` the last order shown.
    pub more: bool,
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

/// Which orders a console is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page {
    /// Those that came before this one; otherwise the newest.
    pub before: Option<OrderId>,
}

impl Page {
    /// The page that a request asks for: `?before=` an order's identifier in hex.
    ///
    /// # Errors
    /// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) if it is none.
    pub fn of(request: &Incoming) -> Result<Self, Fault> {
        let query = request.uri().query().unwrap_or_default();
        let before = query
            .split('&')
            .find_map(|part| part.strip_prefix("before="));
        let before = before.map(str::parse).transpose();
        Ok(Self {
            before: before.map_err(|_| Fault::malformed("An order has 64 hexadecimal digits."))?,
        })
    }

    /// How many rows to read: one more than is shown, to know whether there are more.
    #[must_use]
    pub fn limit(&self) -> u32 {
        u32::try_from(CONSOLE_ORDERS + 1).unwrap_or(u32::MAX)
    }
}

type Tried = (Vec<OpenedField>, Piece);

/// What a party remembers of its console while it is in memory: whether something changed since
/// somebody looked, and what its keys opened, so that nothing is tried twice.
#[derive(Default)]
pub(crate) struct ConsoleMemory {
    changes: Cell<u64>,
    life: OnceCell<[u8; 8]>,
    tried: RefCell<BTreeMap<[u8; 32], Rc<Tried>>>,
}

impl ConsoleMemory {
    /// Something was stored.
    pub(crate) fn changed(&self) {
        self.changes.set(self.changes.get().wrapping_add(1));
    }
}

impl<P: Ports> Office<P> {
    /// Shows the console to whoever may see it, or says that nothing is new (304) if this state was
    /// shown to them before. `read` makes the page and is not called without need.
    ///
    /// # Errors
    /// [`Kind::Unauthorised`](crate::office::fault::Kind::Unauthorised) or
    /// [`Kind::RateLimited`](crate::office::fault::Kind::RateLimited); what `read` fails with.
    pub fn show_console<T: Serialize>(
        &self,
        request: &Incoming,
        read: impl FnOnce(&Page) -> Result<T, Fault>,
    ) -> Result<Answer, Fault> {
        self.require_console(request)?;
        let tag = self.console_tag();
        let known = request.headers().get(IF_NONE_MATCH);
        let mut answer = if known == Some(&tag) {
            let mut answer = Answer::new(Vec::new());
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer
        } else {
            self.admit(&[("console", self.settings.limits.console)])?;
            web::json(StatusCode::OK, &read(&Page::of(request)?)?)
        };
        answer.headers_mut().insert(ETAG, tag);
        Ok(answer)
    }

    /// Names the present state: another one after each change, each restart and each minute.
    fn console_tag(&self) -> HeaderValue {
        let memory = &self.console;
        let life = memory.life.get_or_init(|| {
            let mut life = [0; 8];
            self.ports.random().fill(&mut life);
            life
        });
        let (changes, minute) = (memory.changes.get(), self.now_ms() / UNCHANGED_FOR_MS);
        let tag = format!("\"{}-{changes}-{minute}\"", HEXLOWER.encode(life));
        HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
    }

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
        if let Some(before) = self.console.tried.borrow().get(&key) {
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
        let mut remembered = self.console.tried.borrow_mut();
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
        Field::Payment => "Payment",
        Field::Cancellation => "Cancellation lock",
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
