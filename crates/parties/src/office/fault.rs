//! Why a party refuses a request, as it is told to whoever asked (RFC 9457).

use tallystick_protocol::account::EnrolmentError;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::agreement::AgreementError;
use tallystick_protocol::home::records::RecordError;
use tallystick_protocol::keys::KeyError;
use tallystick_protocol::keys::confirmation::ConfirmationError;
use tallystick_protocol::trust::certificate::CertificateError;
use tallystick_protocol::trust::certificate::revocation::RevocationError;
use tallystick_protocol::trust::signature::SignatureError;
use tallystick_protocol::trust::statement::StatementError;
use tallystick_protocol::wire::cbor::CborError;
use tallystick_protocol::wire::problem::Problem;

use crate::ledger::LedgerError;
use crate::ports::{DatabaseError, NetworkError, SigningError};
use crate::standing::statements::TakeOverError;

pub use tallystick_protocol::wire::problem::ProblemKind as Kind;

/// A refused request. `detail` is shown to whoever asked: a sentence without personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {detail}", kind.title())]
pub struct Fault {
    /// What kind of problem.
    pub kind: Kind,
    /// What exactly, in a sentence.
    pub detail: String,
    /// What broke here, as a fixed word for the log; empty if nothing did.
    pub cause: &'static str,
    /// The database's own words about it for the log, without anything that could be a value.
    pub said: String,
    /// The methods that the route takes, if another was used; otherwise empty.
    pub allow: &'static str,
    /// Where in the JSON that was sent it is, as a JSON pointer (RFC 6901); empty if it is nowhere in particular.
    pub field: String,
}

impl Fault {
    /// A problem of this kind; `detail` is a sentence without personal data.
    pub fn new(kind: Kind, detail: impl core::fmt::Display) -> Self {
        Self {
            kind,
            detail: detail.to_string(),
            cause: "",
            said: String::new(),
            allow: "",
            field: String::new(),
        }
    }

    /// The same, about what is at this JSON pointer.
    #[must_use]
    pub fn at(self, field: impl Into<String>) -> Self {
        let field = field.into();
        Self { field, ..self }
    }

    /// The route takes only these methods.
    #[must_use]
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self {
            allow,
            ..Self::new(Kind::MethodNotAllowed, format!("Allowed here: {allow}."))
        }
    }

    /// The message cannot be read; pass the parser's error.
    pub fn malformed(error: impl core::fmt::Display) -> Self {
        Self::new(Kind::Malformed, error)
    }

    /// A signature or sealed part does not verify; pass the verifier's error. Errors of the
    /// protocol's own statements and certificates convert by `?` and say more.
    pub fn untrusted(error: impl core::fmt::Display) -> Self {
        Self::new(Kind::BadSignature, error)
    }

    /// Nothing is here.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "No such thing is known at this address.")
    }

    /// Something is broken here; the detail stays general on purpose.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            Kind::Internal,
            "It is not known whether anything was changed. It is safe to ask again.",
        )
    }

    fn broken(cause: &'static str) -> Self {
        Self {
            cause,
            ..Self::internal()
        }
    }

    /// As it goes over the wire.
    #[must_use]
    pub fn to_problem(&self) -> Problem {
        Problem::new(self.kind, &self.detail).at(&self.field)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::new(problem.kind, problem.detail)
    }
}

macro_rules! fault_from_protocol {
    ($($error:ty),+) => {
        $(impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Problem::from(error).into()
            }
        })+
    };
}

fault_from_protocol!(
    AgreementError,
    CborError,
    CertificateError,
    EnrolmentError,
    RecordError,
    RevocationError,
    SignatureError,
    StatementError
);

/// What the home proxy refuses outside of a session.
impl From<HomeRefusal> for Fault {
    fn from(refusal: HomeRefusal) -> Self {
        Self::new(refusal.into(), "")
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        let kind = match error {
            KeyError::SpaceFull => Kind::OverCap,
            KeyError::CannotOpen => Kind::BadSignature,
            KeyError::Role | KeyError::Suite | KeyError::Centres => Kind::UnknownSpace,
            _ => Kind::Malformed,
        };
        Self::new(kind, format!("{error}."))
    }
}

impl From<ConfirmationError> for Fault {
    fn from(error: ConfirmationError) -> Self {
        let kind = match error {
            ConfirmationError::NotFresh => Kind::WrongClock,
            _ => Kind::BadSignature,
        };
        Self::new(kind, error)
    }
}

/// What a database says is not for others' eyes.
impl From<DatabaseError> for Fault {
    fn from(error: DatabaseError) -> Self {
        let said = match &error {
            DatabaseError::Sql(words) => crate::office::log::without_values(words),
            DatabaseError::KeyMissing(id) => id.to_string(),
            _ => String::new(),
        };
        let broken = Self::broken(match error {
            DatabaseError::Sql(_) => "database-sql",
            DatabaseError::Shape(_) => "database-row",
            DatabaseError::RolledBack => "database-rolled-back",
            DatabaseError::Newer(_) => "database-newer",
            DatabaseError::TooLarge => "database-number",
            DatabaseError::Sealed => "database-sealed",
            DatabaseError::KeyMissing(_) => "sealing-key-missing",
        });
        Self { said, ..broken }
    }
}

impl From<TakeOverError> for Fault {
    fn from(error: TakeOverError) -> Self {
        match error {
            TakeOverError::Database(error) => error.into(),
            TakeOverError::Contradiction => Self::new(Kind::Conflict, error),
        }
    }
}

impl From<SigningError> for Fault {
    fn from(_: SigningError) -> Self {
        Self::broken("signing")
    }
}

/// Never a [`Kind::Conflict`]: that would read as the last word about an order's money, and what is
/// wrong in the books decides nothing.
impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Database(error) => error.into(),
            LedgerError::Amount => Self::broken("ledger-amount"),
            LedgerError::Short => Self::broken("ledger-short"),
            LedgerError::Exceeded => Self::broken("ledger-exceeded"),
            LedgerError::Conflict => Self::broken("ledger-conflict"),
            LedgerError::Unknown => Self::broken("ledger-unknown"),
            LedgerError::Frozen => Self::broken("ledger-frozen"),
        }
    }
}

impl From<NetworkError> for Fault {
    fn from(_: NetworkError) -> Self {
        Self::new(Kind::Unreachable, "Try again in a minute.")
    }
}
