//! Faults as JavaScript sees them.

use js_sys::{Error, Reflect};
use tallystick_reader::{Fault, Outlook};
use wasm_bindgen::JsValue;

/// Why there is no answer from a card.
#[derive(Clone, Debug)]
pub(crate) struct ReaderFault {
    pub(crate) cause: Cause,
    /// The product's name; empty if no reader is meant.
    pub(crate) reader: String,
    pub(crate) message: String,
}

/// What the wallet tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// No paired reader is plugged in.
    NoReader,
    /// How a reader is.
    Reader(Outlook),
}

impl Cause {
    const fn name(self) -> &'static str {
        match self {
            Self::NoReader => "no-reader",
            Self::Reader(outlook) => outlook.name(),
        }
    }
}

impl ReaderFault {
    /// A fault that no reader has.
    pub(crate) fn without_reader(cause: Cause, message: &str) -> Self {
        Self {
            cause,
            reader: String::new(),
            message: message.to_owned(),
        }
    }

    /// The fault of the reader with this name; empty if no reader is meant.
    pub(crate) fn of(reader: &str, fault: &Fault) -> Self {
        let whose = if reader.is_empty() { "" } else { ": " };
        Self {
            cause: Cause::Reader(Outlook::from(fault)),
            reader: reader.to_owned(),
            message: format!("{reader}{whose}{fault}"),
        }
    }

    /// An `Error` with the name `ReaderFault` and the fields `kind` and `reader`.
    pub(crate) fn to_js(&self) -> JsValue {
        let thrown = Error::new(&self.message);
        thrown.set_name("ReaderFault");
        for (field, text) in [("kind", self.cause.name()), ("reader", &self.reader)] {
            // A fresh Error accepts properties.
            let _set = Reflect::set(&thrown, &field.into(), &text.into());
        }
        thrown.into()
    }
}

/// What a pipe failed of, in the browser's words.
pub(crate) fn failed(thrown: &JsValue) -> Fault {
    let (name, message) = describe(thrown);
    Fault::Pipe(format!("{name}: {message}"))
}

/// The name of a thrown `DOMException`, and what it says.
pub(crate) fn describe(thrown: &JsValue) -> (String, String) {
    let text = |field: &str| {
        let value = Reflect::get(thrown, &field.into()).ok();
        value
            .and_then(|value| value.as_string())
            .unwrap_or_default()
    };
    (text("name"), text("message"))
}
