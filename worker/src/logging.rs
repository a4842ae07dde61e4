//! Structured log lines about requests: JSON, one correlation id, no personal data, no identifiers.

use serde::Serialize;
use worker::{Date, console_log};

/// The header that carries the correlation id from party to party.
pub const CORRELATION_HEADER: &str = "x-correlation-id";

/// One request that was answered.
#[derive(Serialize)]
pub struct Answered<'a> {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// The role that answered.
    pub role: &'a str,
    /// Always `answered`.
    pub event: &'static str,
    /// The same at every party that this request led to.
    pub correlation: &'a str,
    /// The method.
    pub method: &'a str,
    /// The route: the path with identifiers replaced, see [`tallystick_parties::routes`].
    pub route: &'a str,
    /// The HTTP status.
    pub status: u16,
}

impl Answered<'_> {
    /// Writes the line.
    pub fn write(&self) {
        console_log!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}

/// The time in milliseconds since 1970.
pub fn now_ms() -> u64 {
    Date::now().as_millis()
}

/// The correlation id that came with a request if it looks like one (8 to 32 hexadecimal digits),
/// otherwise a new one of 16 digits.
pub fn correlation(given: Option<String>) -> String {
    given.filter(|id| is_correlation(id)).unwrap_or_else(|| {
        let mut bytes = [0; 8];
        crate::ports::random::fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

fn is_correlation(id: &str) -> bool {
    (8..=32).contains(&id.len()) && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
