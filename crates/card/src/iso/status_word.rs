//! The two bytes that end every response (ISO/IEC 7816-4 §5.6).

use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};

/// The first byte of what a home card says to a terminal; the second is the refusal's number.
const AT_HOME: u16 = 0x9500;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusWord {
    /// 9000: done.
    Success,
    /// 61XX: done; that many bytes more by GET RESPONSE, 0 for 256 or more.
    MoreData(u8),
    /// 63CX: the PIN or PUK was wrong, or was not given; that many tries are left.
    TriesLeft(u8),
    /// 6581: the card could not compute or keep a result.
    MemoryFailure,
    /// 6700: the APDU or its data has the wrong length.
    WrongLength,
    /// 6881: there is only the basic logical channel.
    NoLogicalChannels,
    /// 6882: there is no secure messaging.
    NoSecureMessaging,
    /// 6883: the last command of a chain was expected.
    LastCommandExpected,
    /// 6982: the PIN has to be verified first.
    SecurityStatusNotSatisfied,
    /// 6983: no tries are left.
    Blocked,
    /// 6985: not in this state of the card, or no applet selected.
    ConditionsNotSatisfied,
    /// 6988: in the channel, the MAC or what it protects is wrong; the channel has ended.
    BadSecureMessaging,
    /// 6A80: the data is malformed or does not fit the card.
    WrongData,
    /// 6A82: no such applet or data object.
    NotFound,
    /// 6A84: no room.
    NotEnoughMemory,
    /// 6A86: P1 or P2 is wrong.
    WrongParameters,
    /// 6A89: something else is there already.
    AlreadyThere,
    /// 6A88: the key or PIN meant does not exist.
    ReferenceNotFound,
    /// 6CXX: a wrong length was expected; that many bytes there are, 0 for 256.
    WrongExpectedLength(u8),
    /// 6D00: the selected applet has no such instruction.
    UnknownInstruction,
    /// 6E00: no such class of commands.
    UnknownClass,
    /// 9401: the purse's history is full.
    HistoryFull,
    /// 9402: more than the purse may hold.
    LimitExceeded,
    /// 9403: more than can be spent of the purse.
    InsufficientAmount,
    /// 9404: purse, certificate or offer has expired.
    Expired,
    /// 9405: for another purse, bank or currency; or of another office, or another holder's.
    NotForThisPurse,
    /// 9406: the bank, or the authority behind it, did not sign that.
    BadSignature,
    /// 9407: the card has a newer checkpoint, or knows a newer owner of the coupon.
    OlderCheckpoint,
    /// 9408: no more movements can be pending.
    PendingFull,
    /// 9409: the purse or the contactless card holds value, or something is pending; the coupon is under way.
    NotSettled,
    /// 940A: the bank has not heard yet of what a purse took over from a prepaid card.
    NotTold,
    /// 940B: no more coupons, or no more of those that were removed.
    CouponsFull,
    /// 940C: the coupon was promised to somebody else, or is over.
    CouponBound,
    /// 940D: the coupon is locked.
    Locked,
    /// 95XX: a home card refuses what a terminal asks; the number of a [`HomeRefusal`].
    AtHome(HomeRefusal),
    /// Anything else, from a foreign card.
    Other(u16),
}

impl From<StatusWord> for u16 {
    fn from(status: StatusWord) -> Self {
        match status {
            StatusWord::Success => 0x9000,
            StatusWord::MoreData(count) => 0x6100 | Self::from(count),
            StatusWord::TriesLeft(count) => 0x63c0 | Self::from(count & 0x0f),
            StatusWord::MemoryFailure => 0x6581,
            StatusWord::WrongLength => 0x6700,
            StatusWord::NoLogicalChannels => 0x6881,
            StatusWord::NoSecureMessaging => 0x6882,
            StatusWord::LastCommandExpected => 0x6883,
            StatusWord::SecurityStatusNotSatisfied => 0x6982,
            StatusWord::Blocked => 0x6983,
            StatusWord::ConditionsNotSatisfied => 0x6985,
            StatusWord::BadSecureMessaging => 0x6988,
            StatusWord::WrongData => 0x6a80,
            StatusWord::NotFound => 0x6a82,
            StatusWord::NotEnoughMemory => 0x6a84,
            StatusWord::WrongParameters => 0x6a86,
            StatusWord::ReferenceNotFound => 0x6a88,
            StatusWord::AlreadyThere => 0x6a89,
            StatusWord::WrongExpectedLength(count) => 0x6c00 | Self::from(count),
            StatusWord::UnknownInstruction => 0x6d00,
            StatusWord::UnknownClass => 0x6e00,
            StatusWord::HistoryFull => 0x9401,
            StatusWord::LimitExceeded => 0x9402,
            StatusWord::InsufficientAmount => 0x9403,
            StatusWord::Expired => 0x9404,
            StatusWord::NotForThisPurse => 0x9405,
            StatusWord::BadSignature => 0x9406,
            StatusWord::OlderCheckpoint => 0x9407,
            StatusWord::PendingFull => 0x9408,
            StatusWord::NotSettled => 0x9409,
            StatusWord::NotTold => 0x940a,
            StatusWord::CouponsFull => 0x940b,
            StatusWord::CouponBound => 0x940c,
            StatusWord::Locked => 0x940d,
            StatusWord::AtHome(refusal) => AT_HOME | Self::from(number(refusal)),
            StatusWord::Other(word) => word,
        }
    }
}

impl From<u16> for StatusWord {
    fn from(word: u16) -> Self {
        let low = (word & 0xff) as u8;
        match word {
            0x9000 => Self::Success,
            0x6100..=0x61ff => Self::MoreData(low),
            0x63c0..=0x63cf => Self::TriesLeft(low & 0x0f),
            0x6581 => Self::MemoryFailure,
            0x6700 => Self::WrongLength,
            0x6881 => Self::NoLogicalChannels,
            0x6882 => Self::NoSecureMessaging,
            0x6883 => Self::LastCommandExpected,
            0x6982 => Self::SecurityStatusNotSatisfied,
            0x6983 => Self::Blocked,
            0x6985 => Self::ConditionsNotSatisfied,
            0x6988 => Self::BadSecureMessaging,
            0x6a80 => Self::WrongData,
            0x6a82 => Self::NotFound,
            0x6a84 => Self::NotEnoughMemory,
            0x6a86 => Self::WrongParameters,
            0x6a88 => Self::ReferenceNotFound,
            0x6a89 => Self::AlreadyThere,
            0x6c00..=0x6cff => Self::WrongExpectedLength(low),
            0x6d00 => Self::UnknownInstruction,
            0x6e00 => Self::UnknownClass,
            0x9401 => Self::HistoryFull,
            0x9402 => Self::LimitExceeded,
            0x9403 => Self::InsufficientAmount,
            0x9404 => Self::Expired,
            0x9405 => Self::NotForThisPurse,
            0x9406 => Self::BadSignature,
            0x9407 => Self::OlderCheckpoint,
            0x9408 => Self::PendingFull,
            0x9409 => Self::NotSettled,
            0x940a => Self::NotTold,
            0x940b => Self::CouponsFull,
            0x940c => Self::CouponBound,
            0x940d => Self::Locked,
            0x9500..=0x95ff => match decode_value(&encode_value(&low), 2) {
                Ok(refusal) => Self::AtHome(refusal),
                Err(_) => Self::Other(word),
            },
            other => Self::Other(other),
        }
    }
}

/// A refusal's number: the last byte of its CBOR, as of every number below 256.
fn number(refusal: HomeRefusal) -> u8 {
    encode_value(&refusal).last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_a_home_card_has_a_status_word_of_its_own() {
        for (place, refusal) in HomeRefusal::ALL.into_iter().enumerate() {
            let word = u16::from(StatusWord::AtHome(refusal));
            assert_eq!(usize::from(word), 0x9501 + place);
            assert_eq!(StatusWord::from(word), StatusWord::AtHome(refusal));
        }
        assert_eq!(StatusWord::from(0x9500), StatusWord::Other(0x9500));
        assert_eq!(StatusWord::from(0x9520), StatusWord::Other(0x9520));
    }
}
