//! Structured log events: what happened, to which correlation id, never to whom.

use serde::Serialize;

/// One event. Values are fixed words and the correlation id; there is no field for free text, so
/// that no name, address, card number or identifier of a holder can slip in.
#[derive(Serialize)]
pub struct Event<'a> {
    /// Milliseconds since 1970.
    pub at: u64,
    /// The role that logs.
    pub role: &'a str,
    /// What happened, a fixed word such as `order-received`.
    pub event: &'a str,
    /// The same at every party of an order: see [`correlation`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<&'a str>,
    /// How it ended, a fixed word such as `ok` or a problem's name.
    pub outcome: &'a str,
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
