//! Telephone numbers and postal codes as people type them: folded first, then judged by one rule. The
//! wallet keeps them so, the issuer compares them so, and the pages ask whichever they talk to.

use alloc::string::String;
use icu_properties::CodePointSetData;
use icu_properties::props::{Dash, WhiteSpace};

/// The longest telephone number in bytes, as it is written.
pub const TELEPHONE_BYTES_MAX: usize = 32;
/// How many digits are dialled: the most that E.164 §6.2.1 knows, and the fewest that reach a person.
pub const TELEPHONE_DIGITS: core::ops::RangeInclusive<usize> = 6..=15;
/// The longest postal code in bytes.
pub const POSTAL_CODE_BYTES_MAX: usize = 16;

/// What people type where they mean a hyphen and that is no dash: the prolonged sound marks, which are
/// on the same key of a Japanese keyboard, and the minus of arithmetic (which `Dash` has).
const PROLONGED: [char; 2] = ['\u{30fc}', '\u{ff70}'];

/// What was typed with the signs of ASCII: full-width forms by their narrow ones, dashes of every kind by
/// a hyphen, white space of every kind by single spaces, none at the ends. Of NFKC (UAX #15) this is
/// what leads to digits, letters, and the signs between them.
#[must_use]
pub fn folded(typed: &str) -> String {
    let mut folded = String::with_capacity(typed.len());
    for c in typed.chars().map(narrow) {
        if c != ' ' || !(folded.is_empty() || folded.ends_with(' ')) {
            folded.push(c);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn narrow(c: char) -> char {
    match c {
        c if CodePointSetData::new::<WhiteSpace>().contains(c) => ' ',
        c if CodePointSetData::new::<Dash>().contains(c) || PROLONGED.contains(&c) => '-',
        // The full-width forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// A telephone number as it is kept: folded, of digits and the signs that divide them (` `, `-`, `.`,
/// `/`, brackets), with a `+` at most before the first digit. Nothing if it is none.
#[must_use]
pub fn telephone(typed: &str) -> Option<String> {
    let folded = folded(typed);
    let is_sign = |c: char| matches!(c, '0'..='9' | '+' | ' ' | '-' | '.' | '/' | '(' | ')');
    let dialled = dialled(&folded);
    let digits = dialled.strip_prefix('+').unwrap_or(&dialled);
    let fits = TELEPHONE_DIGITS.contains(&digits.len())
        && !digits.contains('+')
        && folded.chars().all(is_sign)
        && folded.len() <= TELEPHONE_BYTES_MAX;
    fits.then_some(folded)
}

/// A telephone number for comparing: the digits alone, after a `+` if it has one. The trunk prefix that
/// some write in brackets after the country's code, `+81 (0)90`, is not dialled there.
#[must_use]
pub fn dialled(typed: &str) -> String {
    let folded = folded(typed);
    let is_abroad = folded.trim_start_matches('(').starts_with('+');
    let folded = match is_abroad {
        true => folded.replacen("(0)", "", 1),
        false => folded,
    };
    let kept = |c: &char| c.is_ascii_digit() || *c == '+';
    folded.chars().filter(kept).collect()
}

/// A postal code as it is kept: folded, of letters, digits, spaces and hyphens, without the sign 〒. It
/// may be empty, because not every country has them. Nothing if it is none.
#[must_use]
pub fn postal_code(typed: &str) -> Option<String> {
    let folded = folded(typed.trim_start().trim_start_matches('〒'));
    let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == ' ';
    let fits = folded.len() <= POSTAL_CODE_BYTES_MAX && folded.chars().all(is_code);
    fits.then_some(folded)
}

#[cfg(test)]
mod tests {
    use super::{dialled, postal_code, telephone};

    /// What a Japanese keyboard, a telephone's own list and a card on a table have in common.
    const TYPED: [(&str, &str, &str); 14] = [
        ("０９０－１２３４－５６７８", "090-1234-5678", "09012345678"),
        ("090ー1234ー5678", "090-1234-5678", "09012345678"), // U+30FC
        (
            "090\u{2010}1234\u{2010}5678",
            "090-1234-5678",
            "09012345678",
        ),
        (
            "090\u{2212}1234\u{2212}5678",
            "090-1234-5678",
            "09012345678",
        ),
        (
            "090\u{2013}1234\u{2014}5678",
            "090-1234-5678",
            "09012345678",
        ),
        (
            "090\u{ff70}1234\u{ff70}5678",
            "090-1234-5678",
            "09012345678",
        ),
        ("090　1234　5678", "090 1234 5678", "09012345678"),
        (" 090\u{a0}1234\t5678 ", "090 1234 5678", "09012345678"),
        (
            "+81 (0)90 1234 5678",
            "+81 (0)90 1234 5678",
            "+819012345678",
        ),
        (
            "＋８１　９０－１２３４－５６７８",
            "+81 90-1234-5678",
            "+819012345678",
        ),
        ("(03) 5550-0142", "(03) 5550-0142", "0355500142"),
        ("（０３）５５５０－０１４２", "(03)5550-0142", "0355500142"),
        ("03.5550.0142", "03.5550.0142", "0355500142"),
        ("+81 3-0000-0000", "+81 3-0000-0000", "+81300000000"),
    ];

    #[test]
    fn telephone_numbers_are_taken_as_people_type_them() {
        for (typed, kept, compared) in TYPED {
            assert_eq!(telephone(typed).as_deref(), Some(kept), "{typed}");
            assert_eq!(dialled(typed), compared, "{typed}");
            assert_eq!(dialled(kept), compared, "{typed}");
        }
    }

    #[test]
    fn what_nobody_can_dial_is_no_telephone_number() {
        for typed in [
            "",
            "call me",
            "+-",
            "110",
            "090-1234-5678 ext 2",
            "81+90",
            "++81901234567",
            "090\u{200b}12345678",
            "12345678901234567",
            "0 9 0 - 1 2 3 4 - 5 6 7 8 - - - - - -",
        ] {
            assert_eq!(telephone(typed), None, "{typed}");
        }
    }

    #[test]
    fn postal_codes_are_taken_as_people_type_them() {
        for (typed, kept) in [
            ("１６４－０００１", "164-0001"),
            ("１６４−０００１", "164-0001"), // U+2212
            ("〒164-0001", "164-0001"),
            ("〒 １６４ー０００１", "164-0001"),
            ("1640001", "1640001"),
            ("SW1A 1AA", "SW1A 1AA"),
            ("ＳＷ１Ａ　１ＡＡ", "SW1A 1AA"),
            ("", ""),
        ] {
            assert_eq!(postal_code(typed).as_deref(), Some(kept), "{typed}");
        }
        for typed in ["東京", "164_0001", "12345678901234567", "164\u{200b}0001"] {
            assert_eq!(postal_code(typed), None, "{typed}");
        }
    }
}
