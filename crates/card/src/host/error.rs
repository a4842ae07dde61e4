//! What a card's refusal means to its host.

use tallystick_protocol::home::HomeRefusal;

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
    /// The purse's history is full: it has to be reported to the bank, or emptied.
    #[error("the purse's history is full")]
    HistoryFull,
    /// More than the purse may hold.
    #[error("this is more than the purse may hold")]
    LimitExceeded,
    /// More than the purse has to spend.
    #[error("the purse does not hold that much")]
    InsufficientAmount,
    /// The purse, its bank's certificate or the bank's offer has expired.
    #[error("it has expired")]
    Expired,
    /// What was signed is for another purse, bank or currency; or the coupon is of an office that the card does not know, or
    /// another holder's.
    #[error("this is for another purse or holder, or of another bank, office or currency")]
    NotForThisPurse,
    /// The bank or office, or the authority that certified it, did not sign that.
    #[error("the signature is not that of the bank or office")]
    BadSignature,
    /// The card has a newer checkpoint, or knows a newer owner of the coupon.
    #[error("the card knows something newer from the bank or office")]
    OlderCheckpoint,
    /// As many movements are pending as a purse takes.
    #[error("too many movements of the purse have not ended")]
    PendingFull,
    /// The purse holds value, or something is pending; the coupon is under way.
    #[error("the purse holds value, or something has not ended")]
    NotSettled,
    /// The bank has not heard yet of what the purse took over from a prepaid card.
    #[error("the bank has not heard yet of what was taken over from a prepaid card")]
    NotTold,
    /// The card holds as many coupons as it takes, or remembers as many that were removed.
    #[error("the card has no room for another coupon")]
    CouponsFull,
    /// The coupon was promised to somebody else, or is over.
    #[error("the coupon was promised to somebody else, or is over")]
    CouponBound,
    /// The coupon is locked.
    #[error("the coupon is locked; its password comes first")]
    Locked,
    /// A home card refuses what a terminal asks.
    #[error("the card at home refused: {}", .0.as_str())]
    AtHome(HomeRefusal),
    /// Any other refusal.
    #[error("the card refused with status {0:04X}")]
    Refused(u16),
    /// The response is not what the command asked for.
    #[error("the card's answer could not be read")]
    Malformed,
    /// A PIN is 6 to 8 digits.
    #[error("a PIN has 6 to 8 digits")]
    MalformedPin,
    /// A password of a home card or of coupons has 8 to 128 bytes.
    #[error("a password has 8 to 128 bytes")]
    MalformedPassword,
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
            StatusWord::HistoryFull => Self::HistoryFull,
            StatusWord::LimitExceeded => Self::LimitExceeded,
            StatusWord::InsufficientAmount => Self::InsufficientAmount,
            StatusWord::Expired => Self::Expired,
            StatusWord::NotForThisPurse => Self::NotForThisPurse,
            StatusWord::BadSignature => Self::BadSignature,
            StatusWord::OlderCheckpoint => Self::OlderCheckpoint,
            StatusWord::PendingFull => Self::PendingFull,
            StatusWord::NotSettled => Self::NotSettled,
            StatusWord::NotTold => Self::NotTold,
            StatusWord::CouponsFull => Self::CouponsFull,
            StatusWord::CouponBound => Self::CouponBound,
            StatusWord::Locked => Self::Locked,
            StatusWord::AtHome(refusal) => Self::AtHome(refusal),
            other => Self::Refused(other.into()),
        }
    }
}
