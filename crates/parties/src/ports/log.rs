//! The log port.

/// Takes log lines.
pub trait Log {
    /// Writes one line: a JSON object without personal data (see [`crate::office::log`]).
    fn line(&self, json: &str);
}
