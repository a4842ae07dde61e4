//! Tracking numbers: two letters that say which courier's it is, and eleven digits, printed in groups, with a check digit,
//! so that a number misread at a counter is noticed.

use rand_core::CryptoRng;
use tallystick_protocol::wire::identifier::Domain;

/// Random digits of a tracking number; the check digit comes on top.
const RANDOM_DIGITS: usize = 11;
/// What they can say.
const NUMBERS: u64 = 100_000_000_000;
/// The longest text that is read as a number, in bytes: with more blanks and hyphens than anybody types.
const TYPED_MAX_BYTES: usize = 64;

/// The letters in front of a courier's numbers, which follow from its domain: its first letter and the next consonant, so
/// `HY` of hayate.example and `TS` of tsubame.example.
#[must_use]
pub fn prefix_of(courier: &Domain) -> [char; 2] {
    let is_letter = |c: &char| c.is_ascii_lowercase();
    let mut letters = courier.as_str().chars().filter(is_letter);
    let first = letters.next().unwrap_or('x');
    let second = letters.find(|c| !"aeiou".contains(*c)).unwrap_or('x');
    [first, second].map(|letter| letter.to_ascii_uppercase())
}

/// Draws a tracking number such as `HY-4821-7730-1945`: eleven random digits and, last, the
/// remainder of the number modulo seven, as parcels in Japan carry it.
pub fn draw(prefix: [char; 2], rng: &mut impl CryptoRng) -> String {
    let number = random_digits(rng);
    written(prefix, number)
}

/// As [`draw`], a number that no other shard draws: its remainder modulo 256 is the shard's number.
pub fn draw_at(prefix: [char; 2], rng: &mut impl CryptoRng, shard: u8) -> String {
    loop {
        let number = random_digits(rng);
        let own = number - number % 256 + u64::from(shard);
        if own < NUMBERS {
            return written(prefix, own);
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

fn written(prefix: [char; 2], number: u64) -> String {
    let digits = format!("{number:011}{}", number % 7);
    let prefix: String = prefix.into_iter().collect();
    format!(
        "{prefix}-{}-{}-{}",
        &digits[..4],
        &digits[4..8],
        &digits[8..]
    )
}

/// A number as people type it, as it is written: case, blanks and hyphens do not matter. Nothing if it is none.
#[must_use]
pub fn read(typed: &str) -> Option<String> {
    if typed.len() > TYPED_MAX_BYTES {
        return None;
    }
    let kept = |c: &char| !c.is_whitespace() && *c != '-';
    let mut symbols = typed.chars().filter(kept).map(|c| c.to_ascii_uppercase());
    let prefix = [symbols.next()?, symbols.next()?];
    let digits: String = symbols.collect();
    let (number, _) = digits.split_at_checked(RANDOM_DIGITS)?;
    let read = written(prefix, number.parse().ok()?);
    let is_typed = read
        .chars()
        .filter(|c| *c != '-')
        .skip(2)
        .eq(digits.chars());
    (is_typed && is_valid(&read)).then_some(read)
}

/// The number of the shard that drew a number, if it was drawn by one; where it was not, any.
#[must_use]
pub fn shard_of(number: &str) -> Option<u8> {
    let digits = number.chars().filter(char::is_ascii_digit);
    let number: u64 = digits
        .take(RANDOM_DIGITS)
        .collect::<String>()
        .parse()
        .ok()?;
    u8::try_from(number % 256).ok()
}

/// Whether `text` is a courier's tracking number with the right check digit.
pub fn is_valid(text: &str) -> bool {
    let mut groups = text.split('-');
    let is_prefix = |text: &str| text.len() == 2 && text.bytes().all(|c| c.is_ascii_uppercase());
    if !groups.next().is_some_and(is_prefix) {
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

    const PREFIX: [char; 2] = ['H', 'Y'];

    #[test]
    fn each_courier_has_letters_of_its_own() {
        let letters = |domain| prefix_of(&Domain::parse(domain).unwrap());
        assert_eq!(letters("hayate.localhost"), ['H', 'Y']);
        assert_eq!(letters("tsubame.localhost"), ['T', 'S']);
        assert_eq!(letters("8.io"), ['I', 'X']);
    }

    #[test]
    fn a_number_is_read_however_it_is_typed() {
        let random = crate::native::SeededRandom::new("typed");
        let number = draw(PREFIX, &mut crate::ports::PortRng(&random));
        for typed in [
            number.clone(),
            number.to_lowercase(),
            number.replace('-', ""),
            number.replace('-', " "),
        ] {
            assert_eq!(read(&typed), Some(number.clone()), "{typed}");
        }
        for typed in [
            "",
            "HY",
            "HY-1",
            "HY-+234-5678-9012",
            "é1-0000-0000-0000",
            "ＨＹ００００００００００００",
        ] {
            assert_eq!(read(typed), None, "{typed}");
        }
        let longer = format!("{number}0");
        assert_eq!(read(&longer), None);
    }

    #[test]
    fn a_drawn_number_is_valid_and_a_changed_one_is_not() {
        let random = crate::native::SeededRandom::new("numbers");
        let number = draw(PREFIX, &mut crate::ports::PortRng(&random));
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
            let number = draw_at(PREFIX, &mut crate::ports::PortRng(&random), shard);
            assert!(is_valid(&number), "{number}");
            assert_eq!(shard_of(&number), Some(shard));
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
            "X1-0000-0000-0000",
            "xx-0000-0000-0000",
            "HY-00a0-0000-0000",
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
