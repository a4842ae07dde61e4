//! What a server answers (RFC 5321 §4.2).

use super::SubmissionError;
use crate::ports::mail::Wire;

/// The longest line of a reply in bytes: twice what RFC 5321 §4.5.3.1.5 allows.
const LINE_BYTES_MAX: usize = 1024;
/// The most lines of a reply.
const LINES_MAX: usize = 64;

/// A reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Its three digits.
    pub(super) code: u16,
    /// The text of its lines.
    pub(super) lines: Vec<String>,
}

/// A connection that is read by lines.
pub(super) struct Lines<W> {
    wire: W,
    /// What was read beyond the last line.
    held: Vec<u8>,
}

impl<W: Wire> Lines<W> {
    pub(super) const fn new(wire: W) -> Self {
        Self {
            wire,
            held: Vec::new(),
        }
    }

    /// The wire, if nothing is left that came before: what a stranger put behind an answer in clear is not to count as
    /// said under encryption (CVE-2011-0411).
    pub(super) fn into_wire(self) -> Result<W, SubmissionError> {
        if self.held.is_empty() {
            Ok(self.wire)
        } else {
            Err(SubmissionError::Malformed)
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), SubmissionError> {
        Ok(self.wire.write(bytes).await?)
    }

    pub(super) async fn reply(&mut self) -> Result<Reply, SubmissionError> {
        let mut lines = Vec::new();
        let mut said = None;
        while lines.len() < LINES_MAX {
            let line = self.line().await?;
            let (code, is_last, text) = parsed(&line).ok_or(SubmissionError::Malformed)?;
            if said.is_some_and(|said| said != code) {
                return Err(SubmissionError::Malformed);
            }
            said = Some(code);
            lines.push(text.to_owned());
            if is_last {
                return Ok(Reply { code, lines });
            }
        }
        Err(SubmissionError::Malformed)
    }

    async fn line(&mut self) -> Result<String, SubmissionError> {
        loop {
            if let Some(end) = self.held.windows(2).position(|two| two == b"\r\n") {
                let rest = self.held.split_off(end + 2);
                let mut line = core::mem::replace(&mut self.held, rest);
                line.truncate(end);
                return String::from_utf8(line).map_err(|_| SubmissionError::Malformed);
            }
            if self.held.len() > LINE_BYTES_MAX {
                return Err(SubmissionError::Malformed);
            }
            let more = self.wire.read().await?;
            if more.is_empty() {
                return Err(SubmissionError::HungUp);
            }
            self.held.extend(more);
        }
    }
}

/// Code, whether it is the last line, and text.
fn parsed(line: &str) -> Option<(u16, bool, &str)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let is_code = digits.bytes().all(|byte| byte.is_ascii_digit());
    let code = digits
        .parse()
        .ok()
        .filter(|code| is_code && (200..600).contains(code))?;
    match rest.split_at_checked(1) {
        None => Some((code, true, "")),
        Some((" ", text)) => Some((code, true, text)),
        Some(("-", text)) => Some((code, false, text)),
        Some(_) => None,
    }
}
