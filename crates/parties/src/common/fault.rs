//! Why a party refuses a request, as it is told to whoever asked (RFC 9457).

use http::StatusCode;

use crate::common::ledger::LedgerError;
use crate::ports::{DatabaseError, NetworkError, SigningError};

/// The kinds of problem, each with a stable name that clients may act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The message cannot be read.
    Malformed,
    /// The message is over its limit.
    TooLarge,
    /// The message is of another media type than the route takes.
    MediaType,
    /// There is nothing here, or no longer.
    NotFound,
    /// The route exists, but not for this method.
    Method,
    /// The sender must prove who they are.
    Unauthorised,
    /// The sender is known and may not do this.
    Forbidden,
    /// A signature, certificate or sealed part does not verify.
    Untrusted,
    /// Its time is over.
    Expired,
    /// It contradicts what was done before.
    Conflict,
    /// All identifiers of this key space are given out.
    SpaceFull,
    /// Asked too often.
    RateLimited,
    /// This party has no certificate or key shares yet.
    Starting,
    /// Another party that is needed does not answer.
    Unavailable,
    /// Something is broken here; nothing was changed.
    Internal,
}

impl Kind {
    /// The stable name, the last segment of the problem's type URI.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// One sentence for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    const fn row(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Self::Malformed => ("malformed", S::BAD_REQUEST, "The message cannot be read."),
            Self::TooLarge => (
                "too-large",
                S::PAYLOAD_TOO_LARGE,
                "The message is too large.",
            ),
            Self::MediaType => (
                "media-type",
                S::UNSUPPORTED_MEDIA_TYPE,
                "The message is of another kind than expected here.",
            ),
            Self::NotFound => ("not-found", S::NOT_FOUND, "There is nothing here."),
            Self::Method => ("method", S::METHOD_NOT_ALLOWED, "This cannot be done here."),
            Self::Unauthorised => ("unauthorised", S::UNAUTHORIZED, "Prove first who you are."),
            Self::Forbidden => ("forbidden", S::FORBIDDEN, "This is not allowed."),
            Self::Untrusted => (
                "untrusted",
                S::FORBIDDEN,
                "The message is not what it claims to be.",
            ),
            Self::Expired => ("expired", S::GONE, "The time for this is over."),
            Self::Conflict => (
                "conflict",
                S::CONFLICT,
                "This contradicts what was done before.",
            ),
            Self::SpaceFull => ("space-full", S::CONFLICT, "This key space is full."),
            Self::RateLimited => (
                "rate-limited",
                S::TOO_MANY_REQUESTS,
                "This was asked too often; wait a minute.",
            ),
            Self::Starting => (
                "starting",
                S::SERVICE_UNAVAILABLE,
                "This party is just starting.",
            ),
            Self::Unavailable => (
                "unavailable",
                S::BAD_GATEWAY,
                "Another party does not answer.",
            ),
            Self::Internal => (
                "internal",
                S::INTERNAL_SERVER_ERROR,
                "Something is broken here; nothing was changed.",
            ),
        }
    }
}

/// A refused request. `detail` is shown to whoever asked: a sentence without personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", kind.title())]
pub struct Fault {
    /// What kind of problem.
    pub kind: Kind,
    /// What exactly, in a sentence.
    pub detail: String,
}

impl Fault {
    /// A problem of this kind; `detail` is a sentence without personal data.
    pub fn new(kind: Kind, detail: impl core::fmt::Display) -> Self {
        Self {
            kind,
            detail: detail.to_string(),
        }
    }

    /// The message cannot be read; pass the parser's error.
    pub fn malformed(error: impl core::fmt::Display) -> Self {
        Self::new(Kind::Malformed, error)
    }

    /// A signature, certificate or sealed part does not verify; pass the verifier's error.
    pub fn untrusted(error: impl core::fmt::Display) -> Self {
        Self::new(Kind::Untrusted, error)
    }

    /// Nothing is here.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "No such thing is known at this address.")
    }

    /// Something is broken here; the detail stays general on purpose.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "Nothing was changed. Try again later.")
    }
}

/// What a database says is not for others' eyes.
impl From<DatabaseError> for Fault {
    fn from(_: DatabaseError) -> Self {
        Self::internal()
    }
}

impl From<SigningError> for Fault {
    fn from(_: SigningError) -> Self {
        Self::internal()
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Conflict => Self::new(Kind::Conflict, error),
            _ => Self::internal(),
        }
    }
}

impl From<NetworkError> for Fault {
    fn from(_: NetworkError) -> Self {
        Self::new(Kind::Unavailable, "Try again in a minute.")
    }
}
