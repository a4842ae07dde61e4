//! What can go wrong between an APDU and its answer.

use alloc::string::String;

use crate::FelicaCard;

/// An exchange did not happen, or it is not known whether the card executed the command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The reader is there and no card that takes APDUs is on it.
    #[error("there is no card on the reader")]
    NoCard,
    /// What lies there is a FeliCa card.
    #[error("the card on the reader is a FeliCa card, which takes no APDUs")]
    Felica(FelicaCard),
    /// Two cards answered at once.
    #[error("there is more than one card on the reader")]
    SeveralCards,
    /// The system gives the browser no right to the reader: trying again will not help.
    #[error("the system does not let the browser open this reader")]
    NoAccess,
    /// The browser could not open the reader and does not say whether for want of a right or because
    /// another program holds it.
    #[error("the browser could not open this reader")]
    NotOpened,
    /// Another program holds the reader.
    #[error("another program is using the reader")]
    Held,
    /// The reader still carries out something else for whoever asks.
    #[error("the reader is still at work on something else")]
    Busy,
    /// The device was unplugged, or the card left the field, in the middle of a command.
    #[error("the card or the reader was taken away while it was at work")]
    Removed,
    /// Nothing came in the time that was allowed.
    #[error("the reader did not answer in time")]
    Silent,
    /// Less than the four bytes of a header.
    #[error("a command has at least four bytes")]
    NotAnApdu,
    /// More than fits through this reader.
    #[error("the command has {bytes} bytes; this reader takes {bytes_max}")]
    TooLong {
        /// How many there are.
        bytes: usize,
        /// How many would fit.
        bytes_max: usize,
    },
    /// The device sent something its protocol does not allow.
    #[error("the reader broke its protocol: {0}")]
    Protocol(&'static str),
    /// The reader says that it failed, in its own code.
    #[error("the reader reports the error {0:08X}")]
    Reported(u32),
    /// The pipe failed in its own way.
    #[error("{0}")]
    Pipe(String),
}
