//! What the pages see of a reader.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use tallystick_reader::Outlook;

use crate::filters::object;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the browser's chooser is called with. */
export interface ReaderFilters {
    hid: { vendorId: number; usagePage: number }[];
    usb: { vendorId: number; productId?: number; classCode?: number }[];
}

/** How a reader is: `Outlook` in crates/reader. */
export type ReaderOutlook = "card" | "no-card" | "felica" | "several-cards" | "failed" | "silent" | "busy" | "not-opened" | "no-access" | "held";

/** A paired reader that is plugged in. */
export interface ReaderView {
    /** Names it to `forget`. */
    id: string;
    /** What the device calls itself. */
    name: string;
    dialect: "ledger-hid" | "ledger-usb" | "canokey" | "rc-s380" | "rc-s300";
    /** `working`: it serves a session of this wallet. */
    state: ReaderOutlook | "working";
    /** What lies on a contactless reader. */
    contactless?: string;
}

/** What `Readers` and `CardInReader` throw. */
export interface ReaderFault extends Error {
    name: "ReaderFault";
    kind: Exclude<ReaderOutlook, "card"> | "no-reader" | "removed";
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
    /// What came of trying to give its card power.
    Seen(Outlook),
    /// Its card serves a session.
    Working,
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
    pub(crate) fn is(&self, outlook: Outlook) -> bool {
        self.state == State::Seen(outlook)
    }

    /// It behaved like a reader that is gone, and is there all the same.
    pub(crate) fn stay(&mut self) {
        if self.is(Outlook::Removed) {
            self.state = State::Seen(Outlook::Failed);
        }
    }

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
            State::Seen(outlook) => outlook.name(),
            State::Working => "working",
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
