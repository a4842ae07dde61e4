//! What a card's refusal means to its host.

use crate::StatusWord;

/// Why a card did not do it, or why it was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// The PIN (or PUK, where that was given) was wrong.
    #[error("that was not right; {tries_left} more tries")]
    WrongPin {
        /// Tries left; at least one.
        tries_left: u8,
    },
    /// Too many wrong tries.
    #[error("the card is blocked after too many wrong tries")]
    Blocked,
    /// The PIN has to be verified first, for a signature each time.
    #[error("the card wants the PIN first")]
    PinRequired,
    /// The applet, object, key or share does not exist on this card.
    #[error("the card does not have what was asked for")]
    NotFound,
    /// Any other refusal.
    #[error("the card refused with status {0:04X}")]
    Refused(u16),
    /// The response is not what the command asked for.
    #[error("the card's answer could not be read")]
    Malformed,
    /// A PIN is 6 to 8 digits.
    #[error("a PIN has 6 to 8 digits")]
    MalformedPin,
    /// More data than a command carries.
    #[error("this is too large for the card")]
    TooLarge,
}

impl From<StatusWord> for CardError {
    fn from(status: StatusWord) -> Self {
        match status {
            StatusWord::TriesLeft(0) | StatusWord::Blocked => Self::Blocked,
            StatusWord::TriesLeft(tries_left) => Self::WrongPin { tries_left },
            StatusWord::SecurityStatusNotSatisfied => Self::PinRequired,
            StatusWord::NotFound | StatusWord::ReferenceNotFound => Self::NotFound,
            other => Self::Refused(other.into()),
        }
    }
}
