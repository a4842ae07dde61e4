//! How a reader is, in one word: what a list says of it and what a session finds are made here alike.

use crate::Fault;

/// Whether there is power for a card, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlook {
    /// A card that takes APDUs has power.
    Card,
    /// No card is on the reader.
    NoCard,
    /// What lies there is a FeliCa card, which takes no APDUs.
    Felica,
    /// More than one card is on the reader.
    SeveralCards,
    /// The device or the card was taken away meanwhile.
    Removed,
    /// Anything else: the reader broke its protocol or says that it failed.
    Failed,
    /// The reader does not answer.
    Silent,
    /// It carries out something else for whoever asks.
    Busy,
    /// The browser could not open it, and does not say why.
    NotOpened,
    /// The system gives no right to it.
    NoAccess,
    /// Another program has it.
    Held,
}

impl Outlook {
    /// Every outlook, from the best to the one that is most worth saying when no reader gives a card.
    pub const ALL: [Self; 11] = [
        Self::Card,
        Self::NoCard,
        Self::Felica,
        Self::SeveralCards,
        Self::Removed,
        Self::Failed,
        Self::Silent,
        Self::Busy,
        Self::NotOpened,
        Self::NoAccess,
        Self::Held,
    ];

    /// Its word, as pages and the wallet know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::NoCard => "no-card",
            Self::Felica => "felica",
            Self::SeveralCards => "several-cards",
            Self::Removed => "removed",
            Self::Failed => "failed",
            Self::Silent => "silent",
            Self::Busy => "busy",
            Self::NotOpened => "not-opened",
            Self::NoAccess => "no-access",
            Self::Held => "held",
        }
    }
}

impl From<&Fault> for Outlook {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::NoCard => Self::NoCard,
            Fault::Felica(_) => Self::Felica,
            Fault::SeveralCards => Self::SeveralCards,
            Fault::NoAccess => Self::NoAccess,
            Fault::NotOpened => Self::NotOpened,
            Fault::Held => Self::Held,
            Fault::Busy => Self::Busy,
            Fault::Removed => Self::Removed,
            Fault::Silent => Self::Silent,
            // What a caller did wrong is no word about the reader, but it is why there is no answer.
            Fault::NotAnApdu
            | Fault::TooLong { .. }
            | Fault::Protocol(_)
            | Fault::Reported(_)
            | Fault::Pipe(_) => Self::Failed,
        }
    }
}
