//! Card numbers (ISO/IEC 7812-1): sixteen digits, the last one checked by Luhn's formula.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Issuer identification number of the demo issuer. 9 is the range that ISO/IEC 7812-1
/// leaves to national standards bodies and 999 to no country, so that no real card starts
/// like this.
pub const TEST_ISSUER_NUMBER: [u8; 6] = *b"999901";

/// Digits of a card number, the check digit included.
pub const CARD_NUMBER_DIGITS: usize = 16;

/// Draws a new card number: [`TEST_ISSUER_NUMBER`], nine random digits, the check digit.
pub fn draw(rng: &mut impl CryptoRng) -> Zeroizing<String> {
    let mut digits = Zeroizing::new(TEST_ISSUER_NUMBER.to_vec());
    while digits.len() < CARD_NUMBER_DIGITS - 1 {
        let mut byte = [0_u8; 1];
        rng.fill_bytes(&mut byte);
        // 250 is the largest multiple of ten in a byte: what is above would favour some digits.
        if byte[0] < 250 {
            digits.push(b'0' + byte[0] % 10);
        }
    }
    let check = (10 - luhn_sum(&digits, true) % 10) % 10;
    digits.push(b'0' + check);
    Zeroizing::new(digits.iter().map(|digit| char::from(*digit)).collect())
}

/// Whether `number` is sixteen digits with the right check digit.
pub fn is_valid(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.len() == CARD_NUMBER_DIGITS
        && bytes.iter().all(u8::is_ascii_digit)
        && luhn_sum(bytes, false).is_multiple_of(10)
}

/// Luhn's sum (ISO/IEC 7812-1, annex B) modulo 10 over ASCII digits. `without_check` says
/// that the check digit is still to be appended, so that the last digit given is doubled.
fn luhn_sum(digits: &[u8], without_check: bool) -> u8 {
    let mut doubled = without_check;
    let mut sum = 0_u8;
    for digit in digits.iter().rev() {
        let value = digit.wrapping_sub(b'0');
        let value = match (doubled, value) {
            (false, value) => value,
            (true, value) if value < 5 => value * 2,
            (true, value) => value * 2 - 9,
        };
        sum = (sum + value) % 10;
        doubled = !doubled;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawn_number_is_valid_and_a_test_number() {
        let random = crate::native::SeededRandom::new(7);
        for _ in 0..200 {
            let number = draw(&mut crate::ports::PortRng(&random));
            assert!(is_valid(&number), "{}", *number);
            assert!(number.as_bytes().starts_with(&TEST_ISSUER_NUMBER));
        }
    }

    #[test]
    fn one_wrong_digit_and_two_swapped_neighbours_are_noticed() {
        // The worked example that ISO/IEC 7812-1 issuers print in their manuals.
        assert!(is_valid("4111111111111111"));
        assert!(!is_valid("4111111111111112"));
        assert!(is_valid("4539578763621486"));
        assert!(!is_valid("4539578763621468"));
    }

    #[test]
    fn anything_but_sixteen_digits_is_refused() {
        for text in ["", "0", "41111111111111111", "411111111111111", "4111-1111-1111-11", "４１１１１１１１"] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
