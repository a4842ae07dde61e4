//! How two sides agree on a key: SIGMA-I (Krawczyk, CRYPTO 2003) over X25519 (RFC 7748). The responder is a certified
//! party and signs first; the initiator, a terminal or a holder, shows itself under the key that follows, to nobody but
//! the responder. Each signature covers everything said before it, and stands within a record under the agreed secret,
//! which is the MAC that SIGMA asks for. Then the responder confirms the key, and the initiator by its first record.
//!
//! Two profiles: [`Profile::KeyAgreement`], and the document's own form, [`Profile::KeyTransport`], in which a secret is
//! sent under the responder's RSA key (RSAES-OAEP, RFC 8017 §7.1) besides. In both the initiator may bring the share of
//! somebody else (`second`): a proxy that agrees for a terminal then knows everything but the key.

mod handover;
mod hello;
mod initiator;
#[cfg(test)]
mod known_answers;
mod responder;
mod schedule;

pub use handover::{Handover, SessionKey};
pub use hello::{AgreementProof, Confirmation, Finish, Hello, HelloAnswer, Profile};
pub use initiator::{Agreed, Initiator, Received, verify_responder};
pub use responder::{Answered, Responder};

use crate::home::records::RecordError;
use crate::trust::statement::StatementError;

/// Why no key is agreed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AgreementError {
    /// What the other side signed does not hold.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// What it sealed does not open.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A share is of low order (RFC 7748 §6.1).
    #[error("A key share is not usable.")]
    Share,
    /// What was sent under the responder's RSA key is missing, or is there in the other profile.
    #[error("The key was not sent as the profile says.")]
    Transport,
    /// The other side has another key.
    #[error("The other side did not confirm the key.")]
    NotConfirmed,
}
