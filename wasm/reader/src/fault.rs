//! Faults as JavaScript sees them.

use js_sys::{Error, Reflect};
use tallystick_reader::Fault;
use wasm_bindgen::JsValue;

/// Why there is no answer from a card.
#[derive(Clone, Debug)]
pub(crate) struct ReaderFault {
    pub(crate) kind: Kind,
    /// The product's name; empty if no reader is meant.
    pub(crate) reader: String,
    pub(crate) message: String,
}

/// What the wallet tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// No paired reader is plugged in.
    NoReader,
    /// A reader is there and no card on it.
    NoCard,
    /// The reader or the browser refuses; trying again will not help.
    Refused,
    /// Anything else.
    Failed,
    /// Pulled in the middle of a command.
    Removed,
    /// Another program has the reader.
    Held,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::NoReader => "no-reader",
            Self::NoCard => "no-card",
            Self::Held => "held",
            Self::Removed => "removed",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl ReaderFault {
    /// A fault that no reader has.
    pub(crate) fn without_reader(kind: Kind, message: &str) -> Self {
        Self {
            kind,
            reader: String::new(),
            message: message.to_owned(),
        }
    }

    /// A dialect's fault, of the reader with this name.
    pub(crate) fn of(reader: &str, fault: &Fault) -> Self {
        let kind = match fault {
            Fault::NoCard | Fault::Felica => Kind::NoCard,
            Fault::Held => Kind::Held,
            Fault::Removed => Kind::Removed,
            Fault::Refused | Fault::SeveralCards | Fault::NotAnApdu | Fault::TooLong { .. } => {
                Kind::Refused
            }
            _ => Kind::Failed,
        };
        Self {
            kind,
            reader: reader.to_owned(),
            message: format!("{reader}: {fault}"),
        }
    }

    /// An `Error` with the name `ReaderFault` and the fields `kind` and `reader`.
    pub(crate) fn to_js(&self) -> JsValue {
        let thrown = Error::new(&self.message);
        thrown.set_name("ReaderFault");
        for (field, text) in [("kind", self.kind.name()), ("reader", &self.reader)] {
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
