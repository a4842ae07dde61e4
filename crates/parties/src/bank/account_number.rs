//! Numbers of accounts (EP 1 221 669: acctNo): sixteen digits with a check digit, and the same as an integer.

use rand_core::CryptoRng;
use tallystick_protocol::account::{CardExpiry, CardNumber, CardRecordError};
use tallystick_protocol::wire::time::Timestamp;

use crate::issuer::card_number;

/// With what they begin: a range of ISO/IEC 7812-1 that is given to no country, and below 2⁵³ as an integer, so that
/// every program reads it exactly.
const FIRST_DIGITS: &str = "899990";
const DAY_SECONDS: u64 = 86_400;

/// Draws a new number.
///
/// # Errors
/// None in practice: as of [`card_number::draw`].
pub(super) fn draw(rng: &mut impl CryptoRng) -> Result<CardNumber, CardRecordError> {
    card_number::draw(rng, FIRST_DIGITS)
}

/// The number as an integer, as messages about value carry it.
pub(super) fn as_integer(number: &str) -> Option<u64> {
    number.parse().ok()
}

/// The first moment at which an account with this last month is good no more (UTC).
pub(super) fn end_of(expiry: CardExpiry) -> Option<Timestamp> {
    let text = expiry.to_string();
    let (month, year) = text.split_once('/')?;
    let (month, year): (u64, u64) = (month.parse().ok()?, year.parse().ok()?);
    let (month, year) = match month {
        12 => (1, 2001 + year),
        month => (month + 1, 2000 + year),
    };
    Some(Timestamp(days_until(month, year) * DAY_SECONDS))
}

/// Days from the first of January 1970 to the first of this month, in the Gregorian calendar.
fn days_until(month: u64, year: u64) -> u64 {
    // Years start in March here, so that the leap day is the last day of a year.
    let (year, from_march) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let before = year * 365 + year / 4 - year / 100 + year / 400;
    before + (153 * from_march + 2) / 5 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::SeededRandom;
    use crate::ports::PortRng;

    #[test]
    fn a_number_is_exact_in_every_program() {
        let random = SeededRandom::new("accounts");
        for _ in 0..100 {
            let number = draw(&mut PortRng(&random)).unwrap();
            let integer = as_integer(number.as_str()).unwrap();
            assert!(integer < 1 << 53);
            assert_eq!(integer.to_string(), number.as_str());
        }
    }

    #[test]
    fn an_account_ends_with_its_last_month() {
        let end = |text: &str| end_of(text.parse().unwrap()).unwrap();
        // `date -u -d 2027-12-01 +%s` and the like.
        assert_eq!(end("11/27"), Timestamp(1_827_619_200));
        assert_eq!(end("12/27"), Timestamp(1_830_297_600));
        assert_eq!(end("02/28"), Timestamp(1_835_481_600));
        for text in ["01/27", "02/28", "12/30"] {
            let expiry: CardExpiry = text.parse().unwrap();
            assert!(expiry.is_current_at(end(text).minus_seconds(1)));
            assert!(!expiry.is_current_at(end(text)));
        }
    }
}
