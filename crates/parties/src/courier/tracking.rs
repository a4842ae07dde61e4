//! Tracking numbers: `HY` and eleven digits, printed in groups, with a check digit, so that a
//! number misread at a counter is noticed.

use rand_core::CryptoRng;

/// Letters in front of every tracking number.
const PREFIX: &str = "HY";
/// Random digits of a tracking number; the check digit comes on top.
const RANDOM_DIGITS: usize = 11;
/// What they can say.
const NUMBERS: u64 = 100_000_000_000;

/// Draws a tracking number such as `HY-4821-7730-1945`: eleven random digits and, last, the
/// remainder of the number modulo seven, as parcels in Japan carry it.
pub fn draw(rng: &mut impl CryptoRng) -> String {
    let number = random_digits(rng);
    written(number)
}

/// As [`draw`], a number that no other shard draws: its remainder modulo 256 is the shard's number.
pub fn draw_at(rng: &mut impl CryptoRng, shard: u8) -> String {
    loop {
        let number = random_digits(rng);
        let own = number - number % 256 + u64::from(shard);
        if own < NUMBERS {
            return written(own);
        }
    }
}

fn random_digits(rng: &mut impl CryptoRng) -> u64 {
    let mut number = 0_u64;
    let mut drawn = 0;
    while drawn < RANDOM_DIGITS {
        let mut byte = [0_u8; 1];
        rng.fill_bytes(&mut byte);
        // 250 is the largest multiple of ten in a byte: what is above would favour some digits.
        if byte[0] < 250 {
            number = number * 10 + u64::from(byte[0] % 10);
            drawn += 1;
        }
    }
    number
}

fn written(number: u64) -> String {
    let digits = format!("{number:011}{}", number % 7);
    format!(
        "{PREFIX}-{}-{}-{}",
        &digits[..4],
        &digits[4..8],
        &digits[8..]
    )
}

/// Whether `text` is a tracking number of this courier with the right check digit.
pub fn is_valid(text: &str) -> bool {
    let mut groups = text.split('-');
    if groups.next() != Some(PREFIX) {
        return false;
    }
    let mut digits = String::with_capacity(RANDOM_DIGITS + 1);
    for group in groups {
        if group.len() != 4 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        digits.push_str(group);
    }
    if digits.len() != RANDOM_DIGITS + 1 {
        return false;
    }
    match (
        digits[..RANDOM_DIGITS].parse::<u64>(),
        digits[RANDOM_DIGITS..].parse::<u64>(),
    ) {
        (Ok(number), Ok(check)) => number % 7 == check,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_number_is_valid_and_a_changed_one_is_not() {
        let random = crate::native::SeededRandom::new("numbers");
        let number = draw(&mut crate::ports::PortRng(&random));
        assert!(is_valid(&number), "{number}");
        for (at, digit) in number.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let other = if digit == '9' {
                '0'
            } else {
                char::from(digit as u8 + 1)
            };
            let mut changed = number.clone();
            changed.replace_range(at..=at, &other.to_string());
            assert!(!is_valid(&changed), "{changed}");
        }
    }

    #[test]
    fn no_two_shards_draw_the_same_number() {
        let random = crate::native::SeededRandom::new("numbers");
        for shard in [0, 7, 255] {
            let number = draw_at(&mut crate::ports::PortRng(&random), shard);
            assert!(is_valid(&number), "{number}");
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let drawn: u64 = digits[..RANDOM_DIGITS].parse().unwrap();
            assert_eq!(drawn % 256, u64::from(shard));
        }
    }

    #[test]
    fn what_is_not_a_tracking_number_is_refused() {
        for text in [
            "",
            "HY",
            "HY-1234-5678",
            "HY-1234-5678-9012-3456",
            "XX-0000-0000-0000",
            "HY-00a0-0000-0000",
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
