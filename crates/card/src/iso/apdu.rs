//! Command APDUs, short and extended (ISO/IEC 7816-4 §5.1).

use crate::Header;
use crate::StatusWord;
use crate::applets::home::instruction::{ACCESS_KEYS, ENTER, FROM_SHOP, TO_SHOP};
use crate::iso::chaining::CHAINED;

/// The most data one command carries, chained or not, in bytes: a holder's share of degree 255 with
/// room for its label.
pub(crate) const DATA_MAX: usize = 12 * 1024;

/// The most data that a few commands of the home applet carry, in bytes: an order's three parts, in one extended APDU.
pub(crate) const LONG_DATA_MAX: usize = 60_000;

impl Header {
    /// The most data that a command carries.
    pub(crate) const fn data_max(self) -> usize {
        match (self.cla | CHAINED, self.ins, self.p1) {
            (0x90, TO_SHOP | FROM_SHOP | ENTER, _) | (0x90, ACCESS_KEYS, 1) => LONG_DATA_MAX,
            _ => DATA_MAX,
        }
    }
}

/// How much response data is taken without a length field for it: strictly none (ISO/IEC 7816-4 §5.1), but
/// PIV cards answer SELECT all the same, and there are tools that count on it.
const UNSAID: usize = 256;

/// A command, its data borrowed from the APDU.
#[derive(Clone, Copy)]
pub(crate) struct Command<'a> {
    pub(crate) header: Header,
    pub(crate) data: &'a [u8],
    /// How many bytes of response data are taken at once.
    pub(crate) expected: usize,
}

impl<'a> Command<'a> {
    pub(crate) fn parse(apdu: &'a [u8]) -> Result<Self, StatusWord> {
        let (&[cla, ins, p1, p2], body) = apdu
            .split_first_chunk::<4>()
            .ok_or(StatusWord::WrongLength)?;
        let (data, expected) = split(body).ok_or(StatusWord::WrongLength)?;
        let header = Header { cla, ins, p1, p2 };
        if data.len() > header.data_max() {
            return Err(StatusWord::WrongLength);
        }
        Ok(Self {
            header,
            data,
            expected,
        })
    }
}

/// Data and expected length; nothing if the lengths do not add up.
fn split(body: &[u8]) -> Option<(&[u8], usize)> {
    match *body {
        [] => Some((&[], UNSAID)),
        [expected] => Some((&[], short(expected))),
        [0, high, low] => Some((&[], extended(high, low))),
        [0, high, low, ref rest @ ..] => {
            let length = usize::from(u16::from_be_bytes([high, low]));
            let (data, rest) = rest.split_at_checked(length).filter(|_| length > 0)?;
            match *rest {
                [] => Some((data, UNSAID)),
                [high, low] => Some((data, extended(high, low))),
                _ => None,
            }
        }
        [0, ..] => None,
        [length, ref rest @ ..] => {
            let (data, rest) = rest.split_at_checked(usize::from(length))?;
            match *rest {
                [] => Some((data, UNSAID)),
                [expected] => Some((data, short(expected))),
                _ => None,
            }
        }
    }
}

const fn short(expected: u8) -> usize {
    if expected == 0 {
        256
    } else {
        expected as usize
    }
}

const fn extended(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        expected => expected as usize,
    }
}
