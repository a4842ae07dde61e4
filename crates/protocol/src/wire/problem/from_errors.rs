//! Which problem an error of this crate is.

use super::{Problem, ProblemKind};
use crate::account::EnrolmentError;
use crate::trust::certificate::CertificateError;
use crate::trust::certificate::revocation::RevocationError;
use crate::trust::signature::SignatureError;
use crate::trust::statement::StatementError;
use crate::wire::cbor::CborError;
use alloc::string::ToString;

impl From<&CborError> for ProblemKind {
    fn from(error: &CborError) -> Self {
        match error {
            CborError::TooLong { .. } => Self::TooLarge,
            CborError::UnsupportedVersion(_) => Self::UnsupportedVersion,
            CborError::WrongType { .. } | CborError::Malformed | CborError::NotDeterministic => {
                Self::Malformed
            }
        }
    }
}

impl From<&CertificateError> for ProblemKind {
    fn from(error: &CertificateError) -> Self {
        match error {
            CertificateError::TooLong(_) => Self::TooLarge,
            CertificateError::Malformed => Self::Malformed,
            CertificateError::NotYetValid => Self::WrongClock,
            CertificateError::Revoked => Self::CertificateRevoked,
            CertificateError::RevocationsStale | CertificateError::RevocationsMissing => {
                Self::RevocationsStale
            }
            _ => Self::UntrustedCertificate,
        }
    }
}

impl From<&RevocationError> for ProblemKind {
    fn from(error: &RevocationError) -> Self {
        match error {
            RevocationError::TooLong(_) | RevocationError::TooManyEntries => Self::TooLarge,
            RevocationError::Malformed | RevocationError::Profile(_) => Self::Malformed,
            RevocationError::NotYetValid => Self::WrongClock,
            RevocationError::Stale => Self::Expired,
            RevocationError::RolledBack { .. } => Self::Replayed,
            RevocationError::BadSignature => Self::BadSignature,
            RevocationError::CannotBuild(_) => Self::Internal,
            _ => Self::UntrustedCertificate,
        }
    }
}

impl From<&SignatureError> for ProblemKind {
    fn from(_: &SignatureError) -> Self {
        Self::BadSignature
    }
}

impl From<&EnrolmentError> for ProblemKind {
    fn from(error: &EnrolmentError) -> Self {
        match error {
            EnrolmentError::WrongIssuer(_) => Self::WrongRecipient,
            EnrolmentError::Signature(_) => Self::BadSignature,
        }
    }
}

impl From<&StatementError> for ProblemKind {
    fn from(error: &StatementError) -> Self {
        match error {
            StatementError::TooLong { .. } => Self::TooLarge,
            StatementError::Malformed | StatementError::BadPeriod => Self::Malformed,
            StatementError::Certificate(error) => error.into(),
            StatementError::BadSignature => Self::BadSignature,
            StatementError::Message(error) => error.into(),
            StatementError::WrongSender { .. } | StatementError::UnexpectedSender { .. } => {
                Self::WrongSender
            }
            StatementError::WrongRecipient { .. } => Self::WrongRecipient,
            StatementError::WrongTransaction => Self::WrongTransaction,
            StatementError::Expired => Self::Expired,
            StatementError::NotYetSent => Self::WrongClock,
        }
    }
}

macro_rules! problem_from {
    ($($error:ty),+) => {
        $(impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::new(ProblemKind::from(&error), &error.to_string())
            }
        })+
    };
}

problem_from!(
    CborError,
    CertificateError,
    EnrolmentError,
    RevocationError,
    SignatureError,
    StatementError
);
