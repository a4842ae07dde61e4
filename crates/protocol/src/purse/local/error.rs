//! Why a message between purses is refused.

use crate::keys::KeyError;
use crate::trust::keyed::KeyedError;
use crate::trust::signature::SignatureError;

/// Why a purse does not take what another one says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// The bank did not sign this purse, or the purse did not sign this.
    #[error("The signature does not match.")]
    BadSignature,
    /// It is no such message.
    #[error("The message cannot be read.")]
    Malformed,
    /// The purse is another bank's.
    #[error("This is a purse of another bank.")]
    OtherBank,
    /// What the bank signed of the purse is over, or not yet begun.
    #[error("What the bank says of this purse is not valid now.")]
    Expired,
    /// It is sealed to somebody else, or was altered.
    #[error("The message is for another purse, or was altered.")]
    CannotOpen,
    /// The two do not contradict each other.
    #[error("These two can both be true.")]
    NoContradiction,
}

impl From<KeyedError> for LocalError {
    fn from(error: KeyedError) -> Self {
        match error {
            KeyedError::BadSignature => Self::BadSignature,
            _ => Self::Malformed,
        }
    }
}

impl From<SignatureError> for LocalError {
    fn from(_: SignatureError) -> Self {
        Self::Malformed
    }
}

impl From<KeyError> for LocalError {
    fn from(_: KeyError) -> Self {
        Self::CannotOpen
    }
}
