//! What can go wrong, told to people: what happened, what happened to the money, what to do next.

use core::fmt;

use tallystick_protocol::trust::statement::StatementError;

use crate::core::catalogue;
use crate::sealing::header::{HeaderError, Secret};

/// What went wrong. The name is stable: the pages translate by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The wallet is locked.
    #[n(0)]
    Locked,
    /// There is no wallet yet.
    #[n(1)]
    NotSetUp,
    /// There already is a wallet.
    #[n(2)]
    AlreadySetUp,
    /// Enrolment has not been finished.
    #[n(3)]
    NotEnrolled,
    /// The passphrase does not open the wallet.
    #[n(4)]
    WrongPassphrase,
    /// The passphrase is too short or too long.
    #[n(5)]
    WeakPassphrase,
    /// The PIN is wrong.
    #[n(6)]
    WrongPin,
    /// No tries are left for the PIN.
    #[n(7)]
    PinBlocked,
    /// A PIN is six to eight digits.
    #[n(8)]
    MalformedPin,
    /// The PUK is wrong.
    #[n(9)]
    WrongPuk,
    /// The card's certificate has ended, and its issuer has not renewed it.
    #[n(121)]
    CardNotRenewed,
    /// The recovery code is wrong.
    #[n(120)]
    WrongRecoveryCode,
    /// No tries are left for the PUK.
    #[n(10)]
    PukBlocked,
    /// No card is on offer.
    #[n(11)]
    NoOffer,
    /// The offer is not what an issuer sends.
    #[n(12)]
    OfferInvalid,
    /// The offer came from a page of somebody else.
    #[n(13)]
    OfferFromElsewhere,
    /// The offer has expired.
    #[n(14)]
    OfferExpired,
    /// The wallet holds this card already.
    #[n(15)]
    CardAlreadyHeld,
    /// The issuer or a key centre refused to enrol.
    #[n(16)]
    EnrolmentRefused,
    /// The address is incomplete or too long.
    #[n(17)]
    AddressInvalid,
    /// Too many addresses.
    #[n(18)]
    AddressLimit,
    /// There is no such address.
    #[n(19)]
    NoSuchAddress,
    /// There is no such card.
    #[n(20)]
    NoSuchCard,
    /// There is no such order.
    #[n(21)]
    NoSuchOrder,
    /// The order form is not what a certified shop sends.
    #[n(22)]
    FormInvalid,
    /// The order form came from a page of somebody else.
    #[n(23)]
    FormFromElsewhere,
    /// The order form has expired.
    #[n(24)]
    FormExpired,
    /// The shop accepts no card of this wallet.
    #[n(25)]
    CardNotAccepted,
    /// Too many orders wait for the holder.
    #[n(27)]
    OrderLimit,
    /// The order is in a state in which this cannot be done.
    #[n(28)]
    OrderState,
    /// A party could not show that it is who it claims to be.
    #[n(29)]
    PartyUnconfirmed,
    /// A party could not be reached.
    #[n(30)]
    PartyUnreachable,
    /// A party refused with a problem.
    #[n(31)]
    PartyRefused,
    /// A party's answer does not fit the order.
    #[n(32)]
    AnswerInvalid,
    /// New keys were fetched; the holder has to approve once more.
    #[n(33)]
    KeysRenewed,
    /// The issuer refused.
    #[n(34)]
    IssuerRefused,
    /// The courier refused.
    #[n(35)]
    CourierRefused,
    /// The shop refused.
    #[n(36)]
    ShopRefused,
    /// The time ran out before anything was sent.
    #[n(37)]
    ExpiredUnsent,
    /// The time ran out after the order was sent.
    #[n(38)]
    ExpiredSent,
    /// The card failed.
    #[n(39)]
    CardFailed,
    /// The browser's storage failed.
    #[n(40)]
    StorageFailed,
    /// What is stored cannot be read.
    #[n(41)]
    StorageDamaged,
    /// What is stored was written by a newer release.
    #[n(42)]
    StorageNewer,
    /// The deployment file of the extension is wrong.
    #[n(43)]
    DeploymentInvalid,
    /// The arguments of a call are wrong: a fault of the calling page.
    #[n(44)]
    CallInvalid,
    /// The issuer or a key centre could not be reached while enrolling.
    #[n(45)]
    EnrolmentUnreachable,
    /// The wallet holds as many cards as it can.
    #[n(46)]
    CardLimit,
    /// The card pays an order that is not settled.
    #[n(47)]
    CardInUse,
    /// The issuer has revoked this wallet's identity: its card is on another device.
    #[n(50)]
    CardMoved,
    /// The passphrase does not open the backup.
    #[n(51)]
    BackupClosed,
    /// The file is no backup.
    #[n(52)]
    BackupInvalid,
    /// A newer release wrote the backup.
    #[n(53)]
    BackupNewer,
    /// An order is under way, which only this wallet follows.
    #[n(54)]
    StillUnderWay,
    /// The clocks of this device and of a party do not agree.
    #[n(60)]
    ClockWrong,
    /// The shop sold the goods to somebody else meanwhile.
    #[n(61)]
    OutOfStock,
    /// The time ran out, and nobody can be asked what became of the order.
    #[n(62)]
    Unanswered,
    /// No card reader is paired, or none is plugged in.
    #[n(70)]
    NoReader,
    /// No card is in the reader.
    #[n(71)]
    NoCard,
    /// Another program holds the reader.
    #[n(72)]
    ReaderHeld,
    /// The card was pulled out while it was at work.
    #[n(73)]
    CardRemoved,
    /// The card in the reader is not the one that holds this account's keys.
    #[n(74)]
    OtherCard,
    /// The card in the reader has been in use.
    #[n(75)]
    CardNotNew,
    /// The reader failed.
    #[n(76)]
    ReaderFailed,
    /// The shop signed that the order came to nothing, and it was paid all the same.
    #[n(80)]
    ShopContradicted,
    /// The courier that would read the address has another name than the one that was shown.
    #[n(81)]
    CourierNotAsShown,
    /// Another issuer's offer waits for the holder's decision.
    #[n(82)]
    OfferWaiting,
    /// More than one card is on the reader.
    #[n(90)]
    SeveralCards,
    /// A FeliCa card is on the reader.
    #[n(91)]
    FelicaCard,
    /// The system gives no right to the reader.
    #[n(92)]
    ReaderNoAccess,
    /// The browser could not open the reader and does not say why.
    #[n(93)]
    ReaderNotOpened,
    /// The reader is at work on something else.
    #[n(94)]
    ReaderBusy,
    /// The reader does not answer.
    #[n(95)]
    ReaderSilent,
}

impl ErrorKind {
    /// Whether another card, or the same in its reader, would do.
    #[must_use]
    pub const fn is_about_the_card(self) -> bool {
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
        )
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
    /// Whom or what it is about, such as a party's name; empty if the sentence needs none.
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

    /// What a refused statement means: the clock is wrong, it came too late, or it is `otherwise`.
    pub(crate) fn refused(
        error: &StatementError,
        expired: ErrorKind,
        otherwise: ErrorKind,
    ) -> Self {
        let kind = match error {
            StatementError::Expired => expired,
            _ if error.is_about_the_clock() => ErrorKind::ClockWrong,
            _ => otherwise,
        };
        Self::caused(kind, error)
    }

    /// The same error, naming whom it is about.
    #[must_use]
    pub fn about(mut self, about: &str) -> Self {
        about.clone_into(&mut self.0.about);
        self
    }

    /// What happened.
    #[must_use]
    pub fn sentence(&self) -> String {
        catalogue::filled(self.kind.text().sentence, &self.about)
    }

    /// What happened to the money.
    #[must_use]
    pub fn money(&self) -> String {
        catalogue::filled(self.kind.text().money, &self.about)
    }

    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> String {
        catalogue::filled(self.kind.text().remedy, &self.about)
    }
}

impl fmt::Display for WalletError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
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
