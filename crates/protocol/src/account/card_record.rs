//! What is printed on a card, and whom it belongs to.

use crate::wire::text::is_plain;
use crate::wire::time::Timestamp;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;
use minicbor::{Decode, Decoder, Encode, Encoder};
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest holder's name in bytes.
const NAME_LEN_MAX: usize = 120;
/// The longest telephone number in bytes.
const TELEPHONE_LEN_MAX: usize = 32;

/// Why something is not a card's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardRecordError {
    /// Not 12 to 19 digits with the right check digit.
    #[error("The card number is mistyped.")]
    Number,
    /// Not a month and year as MM/YY.
    #[error("The expiry date is not a month and year as MM/YY.")]
    Expiry,
    /// No name, or too long a name.
    #[error("The name is empty or longer than {NAME_LEN_MAX} bytes.")]
    Name,
    /// No telephone number, or too long a one.
    #[error("The telephone number is empty or longer than {TELEPHONE_LEN_MAX} characters.")]
    Telephone,
}

/// A card number: 12 to 19 digits, the last of them the check digit (ISO/IEC 7812-1 annex B, "Luhn").
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CardNumber(String);

impl CardNumber {
    /// Reads a card number; spaces between digits are ignored.
    ///
    /// # Errors
    /// [`CardRecordError::Number`] if there are too few or too many digits or the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, CardRecordError> {
        if text.len() > 40 {
            return Err(CardRecordError::Number);
        }
        let digits: String = text.chars().filter(|symbol| *symbol != ' ').collect();
        let number = Self(digits);
        let only_digits = number.0.bytes().all(|byte| byte.is_ascii_digit());
        if only_digits && (12..=19).contains(&number.0.len()) && check_sum(&number.0) == 0 {
            Ok(number)
        } else {
            Err(CardRecordError::Number)
        }
    }

    /// Appends the check digit to the digits before it.
    ///
    /// # Errors
    /// [`CardRecordError::Number`] unless there are 11 to 18 digits.
    pub fn with_check_digit(digits: &str) -> Result<Self, CardRecordError> {
        let mut number = digits.to_owned();
        number.push('0');
        let check = (10 - check_sum(&number)) % 10;
        number.pop();
        number.push(char::from_digit(check, 10).unwrap_or('0'));
        Self::parse(&number)
    }

    /// All digits, without spaces. For the issuer's eyes only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits, which may be shown.
    #[must_use]
    pub fn last4(&self) -> &str {
        self.0
            .get(self.0.len().saturating_sub(4)..)
            .unwrap_or_default()
    }
}

/// The sum of all digits modulo 10, every second from the right doubled and its digits added.
fn check_sum(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0') % 10);
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled) => doubled / 10 + doubled % 10,
            }
        })
        .sum();
    sum % 10
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardNumber(not shown)")
    }
}

impl<C> Encode<C> for CardNumber {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for CardNumber {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::parse(d.str()?).map_err(minicbor::decode::Error::message)
    }
}

/// The last month in which a card can be used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardExpiry {
    /// The year, 2000 to 2099.
    #[cbor(n(0), decode_with = "decode_year")]
    year: u16,
    /// The month, 1 to 12.
    #[cbor(n(1), decode_with = "decode_month")]
    month: u8,
}

impl CardExpiry {
    /// The end of that month.
    ///
    /// # Errors
    /// [`CardRecordError::Expiry`] unless the month is 1 to 12 and the year 2000 to 2099.
    pub fn new(month: u8, year: u16) -> Result<Self, CardRecordError> {
        if (1..=12).contains(&month) && (2000..=2099).contains(&year) {
            Ok(Self { year, month })
        } else {
            Err(CardRecordError::Expiry)
        }
    }

    /// Whether the card can still be used at `now` (UTC).
    #[must_use]
    pub fn is_current_at(self, now: Timestamp) -> bool {
        let (year, month) = year_and_month(now);
        (u64::from(self.year), u64::from(self.month)) >= (year, month)
    }

    /// The expiry `years` after `now`, in the same month.
    ///
    /// # Errors
    /// [`CardRecordError::Expiry`] beyond the year 2099.
    pub fn years_after(now: Timestamp, years: u16) -> Result<Self, CardRecordError> {
        let (year, month) = year_and_month(now);
        let year = u16::try_from(year).map_err(|_| CardRecordError::Expiry)?;
        let month = u8::try_from(month).map_err(|_| CardRecordError::Expiry)?;
        Self::new(month, year.saturating_add(years))
    }
}

/// Year and month of a moment in the Gregorian calendar, UTC.
fn year_and_month(time: Timestamp) -> (u64, u64) {
    // Years start in March here, so that the leap day is the last day of a year.
    let days = time.seconds() / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let year = era * 400 + year_of_era;
    if month_from_march < 10 {
        (year, month_from_march + 3)
    } else {
        (year + 1, month_from_march - 9)
    }
}

fn decode_year<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<u16, minicbor::decode::Error> {
    let year = d.u16()?;
    CardExpiry::new(1, year).map_err(minicbor::decode::Error::message)?;
    Ok(year)
}

fn decode_month<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<u8, minicbor::decode::Error> {
    let month = d.u8()?;
    CardExpiry::new(month, 2000).map_err(minicbor::decode::Error::message)?;
    Ok(month)
}

impl fmt::Display for CardExpiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}/{:02}", self.month, self.year % 100)
    }
}

impl fmt::Debug for CardExpiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardExpiry(not shown)")
    }
}

impl FromStr for CardExpiry {
    type Err = CardRecordError;

    fn from_str(text: &str) -> Result<Self, CardRecordError> {
        let two_digits = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u8>().ok().filter(|_| digits)
        };
        let (month, year) = text.split_once('/').ok_or(CardRecordError::Expiry)?;
        match (two_digits(month), two_digits(year)) {
            (Some(month), Some(year)) => Self::new(month, 2000 + u16::from(year)),
            _ => Err(CardRecordError::Expiry),
        }
    }
}

/// A card account as its issuer keeps it and hands it to its holder.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct CardRecord {
    /// The card number.
    #[n(0)]
    pub number: CardNumber,
    /// The last month in which it can be used.
    #[n(1)]
    #[zeroize(skip)]
    pub expiry: CardExpiry,
    /// The holder's name, 1 to 120 bytes.
    #[cbor(n(2), decode_with = "decode_name")]
    pub holder_name: String,
    /// The holder's telephone number, 1 to 32 bytes.
    #[cbor(n(3), decode_with = "decode_telephone")]
    pub telephone: String,
}

impl CardRecord {
    /// A card record, its texts trimmed.
    ///
    /// # Errors
    /// [`CardRecordError`] if name or telephone number are empty or too long.
    pub fn new(
        number: CardNumber,
        expiry: CardExpiry,
        holder_name: &str,
        telephone: &str,
    ) -> Result<Self, CardRecordError> {
        let text = |text: &str, limit, error| {
            let text = text.trim();
            let fits = (1..=limit).contains(&text.len()) && is_plain(text);
            if fits {
                Ok(text.to_owned())
            } else {
                Err(error)
            }
        };
        Ok(Self {
            number,
            expiry,
            holder_name: text(holder_name, NAME_LEN_MAX, CardRecordError::Name)?,
            telephone: text(telephone, TELEPHONE_LEN_MAX, CardRecordError::Telephone)?,
        })
    }
}

fn decode_name<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<String, minicbor::decode::Error> {
    decode_text(d, NAME_LEN_MAX, CardRecordError::Name)
}

fn decode_telephone<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<String, minicbor::decode::Error> {
    decode_text(d, TELEPHONE_LEN_MAX, CardRecordError::Telephone)
}

fn decode_text(
    d: &mut Decoder<'_>,
    limit: usize,
    error: CardRecordError,
) -> Result<String, minicbor::decode::Error> {
    let text = d.str()?;
    if (1..=limit).contains(&text.len()) && is_plain(text) {
        Ok(text.to_owned())
    } else {
        Err(minicbor::decode::Error::message(error))
    }
}

impl fmt::Debug for CardRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardRecord(not shown)")
    }
}
