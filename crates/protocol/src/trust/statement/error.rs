//! Why a statement is refused.

use super::Audience;
use crate::trust::certificate::CertificateError;
use crate::wire::cbor::CborError;
use crate::wire::identifier::Domain;

/// Why a statement is refused, each with a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Over the limit of this kind of statement.
    #[error("The statement is {actual} bytes long; at most {limit} are accepted.")]
    TooLong {
        /// Bytes received.
        actual: usize,
        /// Bytes accepted.
        limit: usize,
    },
    /// Not a `COSE_Sign1` in the one permitted form.
    #[error("The statement is malformed.")]
    Malformed,
    /// The signer's certificate is refused.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The signature does not match.
    #[error("The signature on the statement does not match.")]
    BadSignature,
    /// What was signed is not the expected message.
    #[error(transparent)]
    Message(#[from] CborError),
    /// The certificate is for another domain than the sender that the statement names.
    #[error("The statement names {claimed} as its sender, but somebody else signed it.")]
    WrongSender {
        /// The sender it names.
        claimed: Domain,
    },
    /// It comes from another party than the one expected.
    #[error("The statement comes from {actual}, not from {expected}.")]
    UnexpectedSender {
        /// Who was expected.
        expected: Domain,
        /// Who signed it.
        actual: Domain,
    },
    /// It is for somebody else.
    #[error("The statement is for somebody else.")]
    WrongRecipient {
        /// Whom it is for.
        actual: Audience,
    },
    /// It answers or concerns something else.
    #[error("The statement belongs to another transaction.")]
    WrongTransaction,
    /// Void by now, beyond the allowed clock difference.
    #[error("The statement has expired.")]
    Expired,
    /// Sent later than now, beyond the allowed clock difference.
    #[error("The statement comes from the future. Check the date and time of this device.")]
    NotYetSent,
    /// Void before it was sent, or valid for longer than permitted.
    #[error("The statement's period of validity is not permitted.")]
    BadPeriod,
}

impl StatementError {
    /// Whether it would be accepted by another clock: it comes from the future, or its signer's
    /// certificate is not valid at this time.
    #[must_use]
    pub const fn is_about_the_clock(&self) -> bool {
        matches!(
            self,
            Self::NotYetSent
                | Self::Certificate(CertificateError::NotYetValid | CertificateError::Expired)
        )
    }
}
