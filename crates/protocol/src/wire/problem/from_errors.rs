//! Which problem an error of this crate is.

use super::{Problem, ProblemKind};
use crate::account::EnrolmentError;
use crate::home::HomeRefusal;
use crate::home::agreement::AgreementError;
use crate::home::records::RecordError;
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

impl From<&RecordError> for ProblemKind {
    fn from(error: &RecordError) -> Self {
        match error {
            RecordError::Malformed => Self::Malformed,
            RecordError::OutOfTurn => Self::Replayed,
            RecordError::DoesNotOpen => Self::BadSignature,
            RecordError::TooLong => Self::TooLarge,
        }
    }
}

impl From<&AgreementError> for ProblemKind {
    fn from(error: &AgreementError) -> Self {
        match error {
            AgreementError::Statement(error) => error.into(),
            AgreementError::Record(error) => error.into(),
            AgreementError::Share | AgreementError::Transport => Self::Malformed,
            AgreementError::NotConfirmed => Self::BadSignature,
        }
    }
}

/// "home-" and the refusal's name.
impl From<HomeRefusal> for ProblemKind {
    fn from(refusal: HomeRefusal) -> Self {
        match refusal {
            HomeRefusal::Unknown => Self::HomeUnknown,
            HomeRefusal::NotConnected => Self::HomeNotConnected,
            HomeRefusal::Locked => Self::HomeLocked,
            HomeRefusal::NoCard => Self::HomeNoCard,
            HomeRefusal::BadSignature => Self::HomeBadSignature,
            HomeRefusal::WrongFirstPassword => Self::HomeWrongFirstPassword,
            HomeRefusal::WrongSecondPassword => Self::HomeWrongSecondPassword,
            HomeRefusal::Blocked => Self::HomeBlocked,
            HomeRefusal::OutOfOrder => Self::HomeOutOfOrder,
            HomeRefusal::NoLoan => Self::HomeNoLoan,
            HomeRefusal::OtherShop => Self::HomeOtherShop,
            HomeRefusal::AboveEach => Self::HomeAboveEach,
            HomeRefusal::AboveTotal => Self::HomeAboveTotal,
            HomeRefusal::NoneLeft => Self::HomeNoneLeft,
            HomeRefusal::AfterEnd => Self::HomeAfterEnd,
            HomeRefusal::Unreadable => Self::HomeUnreadable,
            HomeRefusal::ShopNotConfirmed => Self::HomeShopNotConfirmed,
            HomeRefusal::ShopUnreachable => Self::HomeShopUnreachable,
            HomeRefusal::TooMany => Self::HomeTooMany,
            HomeRefusal::Malformed => Self::HomeMalformed,
            HomeRefusal::NoSession => Self::HomeNoSession,
            HomeRefusal::PurseShort => Self::HomePurseShort,
            HomeRefusal::PurseBarred => Self::HomePurseBarred,
            HomeRefusal::OtherPurse => Self::HomeOtherPurse,
            HomeRefusal::NoMail => Self::HomeNoMail,
            HomeRefusal::WrongCode => Self::HomeWrongCode,
            HomeRefusal::NoAddress => Self::HomeNoAddress,
        }
    }
}

impl ProblemKind {
    /// The refusal of a home that it names, if it names one.
    #[must_use]
    pub fn home_refusal(self) -> Option<HomeRefusal> {
        HomeRefusal::from_name(self.as_str().strip_prefix("home-")?)
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
    AgreementError,
    CborError,
    CertificateError,
    EnrolmentError,
    RecordError,
    RevocationError,
    SignatureError,
    StatementError
);
