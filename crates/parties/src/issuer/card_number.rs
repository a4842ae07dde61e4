//! New card numbers: sixteen digits of the demo issuer's own range (ISO/IEC 7812-1).

use rand_core::CryptoRng;
use tallystick_protocol::account::{CardNumber, CardRecordError};
use zeroize::Zeroizing;

/// Issuer identification number of the demo issuer. 9 is the range that ISO/IEC 7812-1
/// leaves to national standards bodies and 999 to no country, so that no real card starts
/// like this.
pub const TEST_ISSUER_NUMBER: &str = "999901";

/// Digits of a card number, the check digit included.
pub const CARD_NUMBER_DIGITS: usize = 16;

/// Draws a new number: six digits such as [`TEST_ISSUER_NUMBER`], nine random digits, the check digit.
///
/// # Errors
/// None in practice: the number of digits is right by construction.
pub fn draw(rng: &mut impl CryptoRng, first: &str) -> Result<CardNumber, CardRecordError> {
    let mut digits = Zeroizing::new(first.to_owned());
    while digits.len() < CARD_NUMBER_DIGITS - 1 {
        let mut byte = [0_u8; 1];
        rng.fill_bytes(&mut byte);
        // 250 is the largest multiple of ten in a byte: what is above would favour some digits.
        if byte[0] < 250 {
            digits.push(char::from(b'0' + byte[0] % 10));
        }
    }
    CardNumber::with_check_digit(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::SeededRandom;
    use crate::ports::PortRng;

    #[test]
    fn every_drawn_number_is_a_valid_test_number_and_no_two_are_alike() {
        let random = SeededRandom::new("numbers");
        let mut drawn: Vec<String> = (0..200)
            .map(|_| {
                draw(&mut PortRng(&random), TEST_ISSUER_NUMBER)
                    .unwrap()
                    .as_str()
                    .to_owned()
            })
            .collect();
        for number in &drawn {
            assert!(CardNumber::parse(number).is_ok() && number.len() == CARD_NUMBER_DIGITS);
            assert!(number.starts_with(TEST_ISSUER_NUMBER));
        }
        drawn.sort();
        drawn.dedup();
        assert_eq!(drawn.len(), 200);
    }

    #[test]
    fn one_wrong_digit_and_two_swapped_neighbours_are_noticed() {
        for wrong in ["4111111111111112", "4539578763621468", "453957876362148"] {
            assert!(CardNumber::parse(wrong).is_err(), "{wrong}");
        }
        assert!(CardNumber::parse("4539578763621486").is_ok());
    }
}
