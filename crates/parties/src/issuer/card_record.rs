//! The card record: what the issuer knows of a holder, and how a purchase is compared with it.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// Longest name that an account can be opened with, in bytes of UTF-8.
pub const NAME_MAX_BYTES: usize = 100;
/// Longest telephone number, in bytes, after spaces and hyphens are gone.
pub const TELEPHONE_MAX_DIGITS: usize = 15;

/// What a holder must know to buy: all four, not some of them.
pub struct CardRecord {
    /// The card number, sixteen digits.
    pub number: String,
    /// The card's last month, `MM/YY`.
    pub expiry: String,
    /// The holder's name.
    pub name: String,
    /// The holder's telephone number.
    pub telephone: String,
}

impl CardRecord {
    /// Whether both records say the same, apart from white space in the name and number.
    /// All four fields are compared in any case and over digests, so that the time taken does
    /// not tell which one was wrong or how much of it was right.
    pub fn matches(&self, other: &CardRecord) -> bool {
        let same = same(&digits(&self.number), &digits(&other.number))
            & same(self.expiry.trim(), other.expiry.trim())
            & same(&tidy_name(&self.name), &tidy_name(&other.name))
            & same(&tidy_telephone(&self.telephone), &tidy_telephone(&other.telephone));
        same.into()
    }
}

/// The name with single spaces, none at either end. Ideographic spaces count as spaces.
pub fn tidy_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The telephone number without spaces, hyphens and brackets.
pub fn tidy_telephone(telephone: &str) -> String {
    telephone.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')')).collect()
}

/// Whether the card's last month, `MM/YY`, is not over at `now` (seconds since 1970).
/// A card is good until the end of the month printed on it, in UTC.
pub fn is_current(expiry: &str, now: u64) -> bool {
    let Some((month, year)) = expiry.split_once('/') else { return false };
    let (Ok(month), Ok(year)) = (month.parse::<u64>(), year.parse::<u64>()) else { return false };
    let (this_year, this_month) = year_and_month(now);
    (1..=12).contains(&month) && (2000 + year, month) >= (this_year, this_month)
}

/// The last month, `MM/YY`, of a card issued at `now` (seconds since 1970): three years on.
pub fn expiry_of_new_card(now: u64) -> String {
    let (year, month) = year_and_month(now);
    format!("{month:02}/{:02}", (year + 3) % 100)
}

/// Year and month of a point in time, by counting days in cycles of 400 years
/// (the proleptic Gregorian calendar of ISO 8601).
fn year_and_month(now: u64) -> (u64, u64) {
    // Days since 1 March of the year 0, so that the leap day ends a year.
    let days = now / 86_400 + 719_468;
    let day_of_cycle = days % 146_097;
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = days / 146_097 * 400 + year_of_cycle + u64::from(month <= 2);
    (year, month)
}

fn digits(number: &str) -> String {
    number.chars().filter(|c| !c.is_whitespace()).collect()
}

fn same(left: &str, right: &str) -> Choice {
    Sha256::digest(left.as_bytes()).ct_eq(&Sha256::digest(right.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 November 2026, 10:00 UTC.
    const NOVEMBER_2026: u64 = 1_795_168_800;

    fn record() -> CardRecord {
        CardRecord {
            number: "9999011234567890".into(),
            expiry: "11/29".into(),
            name: "Hanako Yamada".into(),
            telephone: "090-1234-5678".into(),
        }
    }

    #[test]
    fn white_space_and_hyphens_make_no_difference() {
        let typed = CardRecord {
            number: "9999 0112 3456 7890".into(),
            expiry: " 11/29".into(),
            name: "  Hanako\u{3000}Yamada ".into(),
            telephone: "090 1234 5678".into(),
        };
        assert!(record().matches(&typed));
    }

    #[test]
    fn each_of_the_four_fields_must_agree() {
        let wrong: [fn(&mut CardRecord); 4] = [
            |r| r.number = "9999011234567891".into(),
            |r| r.expiry = "12/29".into(),
            |r| r.name = "Hanako Yamado".into(),
            |r| r.telephone = "090-1234-5679".into(),
        ];
        for change in wrong {
            let mut other = record();
            change(&mut other);
            assert!(!record().matches(&other));
        }
    }

    #[test]
    fn a_card_is_good_until_its_month_is_over() {
        assert_eq!(expiry_of_new_card(NOVEMBER_2026), "11/29");
        assert!(is_current("11/26", NOVEMBER_2026));
        assert!(is_current("01/27", NOVEMBER_2026));
        assert!(!is_current("10/26", NOVEMBER_2026));
        for nonsense in ["", "11", "13/30", "00/30", "1a/30", "/"] {
            assert!(!is_current(nonsense, NOVEMBER_2026), "{nonsense}");
        }
    }

    #[test]
    fn months_are_counted_across_leap_years() {
        assert_eq!(year_and_month(0), (1970, 1));
        assert_eq!(year_and_month(951_782_400), (2000, 2)); // 29 February 2000
        assert_eq!(year_and_month(951_868_800), (2000, 3)); // 1 March 2000
        assert_eq!(year_and_month(4_107_542_399), (2100, 2)); // 28 February 2100, its last second
        assert_eq!(year_and_month(4_107_542_400), (2100, 3));
    }
}
