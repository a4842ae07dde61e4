//! The log port.

/// Takes log lines.
pub trait Log {
    /// Writes one line: a JSON object without personal data (see [`crate::common::log`]).
    fn line(&self, json: &str);
}
