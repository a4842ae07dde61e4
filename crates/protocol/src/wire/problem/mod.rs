//! What went wrong at a party, for people and for programs (problem details, RFC 9457).

mod from_errors;
mod kind;

pub use kind::ProblemKind;

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The media type of problem details.
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";
/// The longest problem that is read, in bytes.
pub const PROBLEM_LEN_MAX: usize = 4096;
/// The longest detail that is kept, in bytes.
const DETAIL_LEN_MAX: usize = 512;
/// The longest pointer that is kept, in bytes.
const FIELD_LEN_MAX: usize = 256;
const TYPE_PREFIX: &str = "https://tallystick.example/problems/";

/// A problem, of a kind with a stable name and with a sentence about this occurrence.
///
/// Details are shown to people and written to logs: never put personal or card data into them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// A sentence about this occurrence, at most 512 bytes; may be empty.
    pub detail: String,
    /// What of the JSON that was sent it is about, as a JSON pointer (RFC 6901) of at most 256 bytes; empty if nothing
    /// in particular.
    pub field: String,
}

/// The JSON object. Members that we do not know are ignored (RFC 9457 §3.2).
#[derive(Serialize, Deserialize)]
struct Members<'a> {
    #[serde(rename = "type", borrow, default)]
    type_uri: Cow<'a, str>,
    #[serde(borrow, default)]
    title: Cow<'a, str>,
    #[serde(default)]
    status: u16,
    #[serde(borrow, default)]
    detail: Cow<'a, str>,
    /// A member of our own (RFC 9457 §3.2).
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    field: Cow<'a, str>,
}

impl Problem {
    /// A problem with a sentence about it.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: &str) -> Self {
        Self {
            kind,
            detail: shorten(detail, DETAIL_LEN_MAX).to_owned(),
            field: String::new(),
        }
    }

    /// The same, about what is at this JSON pointer.
    #[must_use]
    pub fn at(self, field: &str) -> Self {
        let field = shorten(field, FIELD_LEN_MAX).to_owned();
        Self { field, ..self }
    }

    /// The stable URI of its kind.
    #[must_use]
    pub fn type_uri(&self) -> String {
        let mut uri = TYPE_PREFIX.to_owned();
        uri.push_str(self.kind.as_str());
        uri
    }

    /// The problem as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let members = Members {
            type_uri: self.type_uri().into(),
            title: self.kind.title().into(),
            status: self.kind.status(),
            detail: self.detail.as_str().into(),
            field: self.field.as_str().into(),
        };
        // Strings and a number always have a JSON form.
        serde_json::to_vec(&members).unwrap_or_default()
    }

    /// Reads a problem. One of an unknown kind is read as [`ProblemKind::Internal`], or as
    /// [`ProblemKind::Malformed`] where its status says that the request was at fault.
    ///
    /// Nothing if it is not a JSON object of at most [`PROBLEM_LEN_MAX`] bytes.
    #[must_use]
    pub fn from_json(json: &[u8]) -> Option<Self> {
        // An array of the members, which the derived reader would take as well, is no problem.
        if json.len() > PROBLEM_LEN_MAX || json.trim_ascii_start().first() != Some(&b'{') {
            return None;
        }
        let members: Members<'_> = serde_json::from_slice(json).ok()?;
        let kind = members
            .type_uri
            .strip_prefix(TYPE_PREFIX)
            .and_then(ProblemKind::from_name)
            .unwrap_or(match members.status {
                400..=499 => ProblemKind::Malformed,
                _ => ProblemKind::Internal,
            });
        Some(Self::new(kind, &members.detail).at(&members.field))
    }
}

/// As much of `text` as fits, without cutting through a character.
fn shorten(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::new(kind, "")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.title())?;
        if self.detail.is_empty() {
            Ok(())
        } else {
            write!(f, " {}", self.detail)
        }
    }
}

impl core::error::Error for Problem {}

#[cfg(test)]
mod tests;
