//! What the pages see of a reader.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::filters::object;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the browser's chooser is called with. */
export interface ReaderFilters {
    hid: { vendorId: number; usagePage: number }[];
    usb: { vendorId: number; productId?: number; classCode?: number }[];
}

/** A paired reader. */
export interface ReaderView {
    /** Names it to `forget`. */
    id: string;
    /** What the device calls itself. */
    name: string;
    dialect: "ledger-hid" | "ledger-usb" | "canokey" | "rc-s380" | "rc-s300";
    /** `absent`: it was there before and is not plugged in now. */
    state: "no-card" | "card" | "held" | "absent";
    /** What lies on a contactless reader. */
    contactless?: string;
}

/** What `Readers` and `CardInReader` throw. */
export interface ReaderFault extends Error {
    name: "ReaderFault";
    kind: "no-reader" | "no-card" | "held" | "removed" | "refused" | "failed";
    /** The product's name, or empty. */
    reader: string;
}
"#;

/// How a reader is spoken to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    LedgerHid,
    LedgerUsb,
    CanoKey,
    RcS380,
    RcS300,
}

/// What state it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    NoCard,
    Card,
    Held,
    Absent,
}

/// A reader as the pages see it.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) dialect: Dialect,
    pub(crate) state: State,
    pub(crate) contactless: Option<String>,
}

impl View {
    /// A `ReaderView`.
    pub(crate) fn to_js(&self) -> JsValue {
        let dialect = match self.dialect {
            Dialect::LedgerHid => "ledger-hid",
            Dialect::LedgerUsb => "ledger-usb",
            Dialect::CanoKey => "canokey",
            Dialect::RcS380 => "rc-s380",
            Dialect::RcS300 => "rc-s300",
        };
        let state = match self.state {
            State::NoCard => "no-card",
            State::Card => "card",
            State::Held => "held",
            State::Absent => "absent",
        };
        let mut fields = vec![
            ("id", self.id.as_str().into()),
            ("name", self.name.as_str().into()),
            ("dialect", dialect.into()),
            ("state", state.into()),
        ];
        if let Some(contactless) = &self.contactless {
            fields.push(("contactless", contactless.as_str().into()));
        }
        object(&fields)
    }
}
