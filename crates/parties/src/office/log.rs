//! Structured log events: what happened, to which correlation id, never to whom.

use serde::Serialize;

/// One event. Values are fixed words, the correlation id and the domain of another party; what a
/// database said goes through [`without_values`], so that no name, address, card number or identifier
/// of a holder can slip in.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Event<'a> {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// The role that logs.
    pub role: &'a str,
    /// What happened, a fixed word such as `order-received`.
    pub event: &'a str,
    /// The same at every party of an order: see [`correlation`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<&'a str>,
    /// How it ended, a fixed word such as `ok` or a problem's name.
    pub outcome: &'a str,
    /// The other party that it is about, by its domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<&'a str>,
    /// Which attempt it was, for a letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// What the database said, without values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<&'a str>,
}

/// The longest of what a database said that is kept, in bytes.
const SAID_MAX: usize = 160;

/// What SQLite says of an error, as far as it can only be words of its own and names of tables and
/// columns: what is quoted, has a digit or is not ASCII is left out.
#[must_use]
pub fn without_values(said: &str) -> String {
    let unquoted = said.split(['"', '\'', '`']).step_by(2);
    let words = unquoted.flat_map(str::split_whitespace).map(|word| {
        let plain = |byte: u8| byte.is_ascii_alphabetic() || b"_.,:;()-".contains(&byte);
        if word.bytes().all(plain) { word } else { "…" }
    });
    let mut kept = String::new();
    for word in words {
        if kept.len() + word.len() >= SAID_MAX {
            break;
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

impl Event<'_> {
    /// The event as one line of JSON.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The correlation id of an order: the first 8 bytes of its root in hexadecimal. It is known to
/// every party of the order and to nobody else, and says nothing about the order.
#[must_use]
pub fn correlation(root: &[u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(&root[..8])
}
