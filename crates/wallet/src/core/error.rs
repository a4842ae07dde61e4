//! What can go wrong: which kind of error it is, and whom it is about. The words are the pages'.

use core::fmt;

use tallystick_protocol::trust::certificate::CertificateError;
use tallystick_protocol::trust::statement::StatementError;

use crate::sealing::header::{HeaderError, Secret};

/// What went wrong. Each slice names its own kinds ([`error_kinds`]); number and name are stable: orders are
/// stored with the number, and the pages have their words under the name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ErrorKind {
    number: u8,
    name: &'static str,
}

/// Kinds of errors, each with the number and the name that no other has.
macro_rules! error_kinds {
    ($($(#[$doc:meta])* $kind:ident = $number:literal, $name:literal;)*) => {
        impl $crate::core::error::ErrorKind {
            $(
                $(#[$doc])*
                #[expect(non_upper_case_globals, reason = "read and matched as variants are")]
                pub const $kind: Self = Self::numbered($number, $name);
            )*
        }

        /// All of them.
        pub const KINDS: &[$crate::core::error::ErrorKind] = {
            use $crate::core::error::ErrorKind;
            &[$(ErrorKind::$kind),*]
        };
    };
}
pub(crate) use error_kinds;

error_kinds! {
    /// The wallet is locked.
    Locked = 0, "locked";
    /// There is no wallet yet.
    NotSetUp = 1, "not-set-up";
    /// The passphrase does not open the wallet.
    WrongPassphrase = 4, "wrong-passphrase";
    /// The passphrase is too short or too long.
    WeakPassphrase = 5, "weak-passphrase";
    /// The PIN is wrong.
    WrongPin = 6, "wrong-pin";
    /// No tries are left for the PIN.
    PinBlocked = 7, "pin-blocked";
    /// A PIN is six to eight digits.
    MalformedPin = 8, "malformed-pin";
    /// The PUK is wrong.
    WrongPuk = 9, "wrong-puk";
    /// No tries are left for the PUK.
    PukBlocked = 10, "puk-blocked";
    /// The card failed.
    CardFailed = 39, "card-failed";
    /// The browser's storage failed.
    StorageFailed = 40, "storage-failed";
    /// What is stored cannot be read.
    StorageDamaged = 41, "storage-damaged";
    /// What is stored was written by a newer release.
    StorageNewer = 42, "storage-newer";
    /// The deployment file of the extension is wrong.
    DeploymentInvalid = 43, "deployment-invalid";
    /// The arguments of a call are wrong: a fault of the calling page.
    CallInvalid = 44, "call-invalid";
    /// An order is under way, which only this wallet follows.
    StillUnderWay = 54, "still-under-way";
    /// The clocks of this device and of a party do not agree.
    ClockWrong = 60, "clock-wrong";
    /// There is no list of revoked certificates that is valid: nobody can be trusted until there is.
    RevocationsStale = 63, "revocations-stale";
    /// A party's certificate was revoked.
    CertificateRevoked = 64, "certificate-revoked";
    /// No card reader is paired, or none is plugged in.
    NoReader = 70, "no-reader";
    /// No card is in the reader.
    NoCard = 71, "no-card";
    /// Another program holds the reader.
    ReaderHeld = 72, "reader-held";
    /// The card was pulled out while it was at work.
    CardRemoved = 73, "card-removed";
    /// The card in the reader is not the one that holds this account's keys.
    OtherCard = 74, "other-card";
    /// The reader failed.
    ReaderFailed = 76, "reader-failed";
    /// The proxy that hosts the card does not answer, or not now.
    HostedUnreachable = 77, "hosted-unreachable";
    /// The proxy does not host the card any more, or never did.
    HostedGone = 78, "hosted-gone";
    /// The hosted card lost its power while it was at work.
    HostedInterrupted = 79, "hosted-interrupted";
    /// No home proxy is known to this build, or the one that is hosts no cards.
    HostedNowhere = 96, "hosted-nowhere";
    /// More than one card is on the reader.
    SeveralCards = 90, "several-cards";
    /// A FeliCa card is on the reader.
    FelicaCard = 91, "felica-card";
    /// The system gives no right to the reader.
    ReaderNoAccess = 92, "reader-no-access";
    /// The browser could not open the reader and does not say why.
    ReaderNotOpened = 93, "reader-not-opened";
    /// The reader is at work on something else.
    ReaderBusy = 94, "reader-busy";
    /// The reader does not answer.
    ReaderSilent = 95, "reader-silent";
    /// The recovery code is wrong.
    WrongRecoveryCode = 120, "wrong-recovery-code";
}

impl ErrorKind {
    /// For [`error_kinds`] alone.
    pub(crate) const fn numbered(number: u8, name: &'static str) -> Self {
        Self { number, name }
    }

    /// The stable name, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The number by which it is stored.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.number
    }

    /// What it is if a certificate is refused because of the list of revoked ones, or because there is none.
    const fn of_revocation(error: &CertificateError) -> Option<Self> {
        match error {
            CertificateError::Revoked => Some(Self::CertificateRevoked),
            CertificateError::RevocationsStale | CertificateError::RevocationsMissing => {
                Some(Self::RevocationsStale)
            }
            _ => None,
        }
    }

    /// Whether it is about revoked certificates: its party is not believed, or nobody is for now.
    #[must_use]
    pub fn is_about_revocations(self) -> bool {
        matches!(self, Self::CertificateRevoked | Self::RevocationsStale)
    }

    /// Whether another card, or the same in its reader, would do.
    #[must_use]
    pub fn is_about_the_card(self) -> bool {
        matches!(
            self,
            Self::NoReader
                | Self::NoCard
                | Self::ReaderHeld
                | Self::CardRemoved
                | Self::OtherCard
                | Self::ReaderFailed
                | Self::SeveralCards
                | Self::FelicaCard
                | Self::ReaderNoAccess
                | Self::ReaderNotOpened
                | Self::ReaderBusy
                | Self::ReaderSilent
                | Self::HostedUnreachable
                | Self::HostedGone
                | Self::HostedInterrupted
        )
    }
}

impl fmt::Debug for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl<C> minicbor::Encode<C> for ErrorKind {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.u8(self.number)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for ErrorKind {
    fn decode(
        decoder: &mut minicbor::Decoder<'b>,
        _: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        let number = decoder.u8()?;
        let known = crate::slices::error_kind(number);
        known.ok_or_else(|| minicbor::decode::Error::unknown_variant(i64::from(number)))
    }
}

/// An error of the wallet. One pointer, because it passes through almost every function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletError(Box<Particulars>);

/// What an error consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Particulars {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Whom or what it is about, such as a party's name; empty if its words need none.
    pub about: String,
    /// Technical particulars; never personal data.
    pub details: String,
}

impl core::ops::Deref for WalletError {
    type Target = Particulars;

    fn deref(&self) -> &Particulars {
        &self.0
    }
}

impl WalletError {
    /// An error that needs no particulars.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Particulars {
            kind,
            about: String::new(),
            details: String::new(),
        }))
    }

    /// An error with its technical cause.
    pub fn caused(kind: ErrorKind, cause: &dyn fmt::Display) -> Self {
        let mut error = Self::new(kind);
        error.0.details = cause.to_string();
        error
    }

    /// What a refused statement means: its signer was revoked or cannot be looked up, the clock is wrong, it came too
    /// late, or it is `otherwise`.
    pub(crate) fn refused(
        error: &StatementError,
        expired: ErrorKind,
        otherwise: ErrorKind,
    ) -> Self {
        if let StatementError::Certificate(error) = error
            && let Some(kind) = ErrorKind::of_revocation(error)
        {
            return Self::caused(kind, error);
        }
        let kind = match error {
            StatementError::Expired => expired,
            _ if error.is_about_the_clock() => ErrorKind::ClockWrong,
            _ => otherwise,
        };
        Self::caused(kind, error)
    }

    /// What a refused certificate means: its owner was revoked or cannot be looked up, or it is `otherwise`.
    pub(crate) fn uncertified(error: &CertificateError, otherwise: ErrorKind) -> Self {
        Self::caused(ErrorKind::of_revocation(error).unwrap_or(otherwise), error)
    }

    /// The same error, naming whom it is about.
    #[must_use]
    pub fn about(mut self, about: &str) -> Self {
        about.clone_into(&mut self.0.about);
        self
    }
}

impl fmt::Display for WalletError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if !self.about.is_empty() {
            write!(f, ": {}", self.about)?;
        }
        if !self.details.is_empty() {
            write!(f, " ({})", self.details)?;
        }
        Ok(())
    }
}

impl core::error::Error for WalletError {}

impl From<crate::core::ports::VaultError> for WalletError {
    fn from(error: crate::core::ports::VaultError) -> Self {
        Self::caused(ErrorKind::StorageFailed, &error)
    }
}

impl From<crate::core::ports::SessionError> for WalletError {
    fn from(error: crate::core::ports::SessionError) -> Self {
        Self::caused(ErrorKind::StorageFailed, &error)
    }
}

impl From<crate::core::ports::DeviceKeyError> for WalletError {
    fn from(error: crate::core::ports::DeviceKeyError) -> Self {
        Self::caused(ErrorKind::StorageFailed, &error)
    }
}

impl From<HeaderError> for WalletError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Wrong(Secret::Passphrase) => Self::new(ErrorKind::WrongPassphrase),
            HeaderError::Wrong(_) => Self::new(ErrorKind::WrongRecoveryCode),
            HeaderError::Damaged(_) => Self::caused(ErrorKind::StorageDamaged, &error),
            HeaderError::Failed(_) => Self::caused(ErrorKind::StorageFailed, &error),
        }
    }
}

impl From<crate::sealing::SealingError> for WalletError {
    fn from(error: crate::sealing::SealingError) -> Self {
        let kind = match error {
            crate::sealing::SealingError::NewerFormat(_) => ErrorKind::StorageNewer,
            _ => ErrorKind::StorageDamaged,
        };
        Self::caused(kind, &error)
    }
}
