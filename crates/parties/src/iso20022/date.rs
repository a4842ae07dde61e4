//! Days and moments as ISO 8601 writes them.

use core::fmt;
use core::str::FromStr;

use tallystick_protocol::wire::time::Timestamp;

const DAY_SECONDS: u64 = 86_400;

/// A day of the Gregorian calendar, from 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u32,
    month: u32,
    day: u32,
}

impl Date {
    /// The day on which a moment lies, in UTC.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days, for days since 1970.
        let days = (at.0 / DAY_SECONDS).min(LAST_DAY) + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            year: small(year),
            month: small(month),
            day: small(of_year - (153 * shifted + 2) / 5 + 1),
        }
    }

    /// When the day begins, in UTC.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        // The same source: days_from_civil.
        let year = u64::from(self.year) - u64::from(self.month <= 2);
        let (era, of_era) = (year / 400, year % 400);
        let shifted = u64::from((self.month + 9) % 12);
        let of_year = (153 * shifted + 2) / 5 + u64::from(self.day) - 1;
        let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Timestamp((era * 146_097 + of_era - 719_468) * DAY_SECONDS)
    }

    /// The day after; the last day has none.
    #[must_use]
    pub fn next(self) -> Self {
        Self::of(self.begins().plus_seconds(DAY_SECONDS))
    }
}

/// 9999-12-31, in days since 1970.
const LAST_DAY: u64 = 2_932_896;

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The text is no day from 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written as 2026-11-27, and from 1970 to 9999")]
pub struct DateError;

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let bytes = text.as_bytes();
        let is_formed = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let number = |range| {
            let digits: Option<&str> = text.get(range);
            digits.and_then(|digits| digits.parse::<u32>().ok())
        };
        let date = is_formed.then(|| {
            Some(Self {
                year: number(0..4)?,
                month: number(5..7)?,
                day: number(8..10)?,
            })
        });
        // A day that is none, such as 30 February, comes back as another.
        let in_calendar = |date: &Self| {
            (1970..=9999).contains(&date.year)
                && (1..=12).contains(&date.month)
                && (1..=31).contains(&date.day)
                && Self::of(date.begins()) == *date
        };
        date.flatten().filter(in_calendar).ok_or(DateError)
    }
}

/// A moment in UTC: "2026-11-27T03:13:12Z".
pub(super) fn write_moment(at: Timestamp) -> String {
    let of_day = at.0 % DAY_SECONDS;
    let (hours, minutes, seconds) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}Z", Date::of(at))
}

/// Reads an ISODateTime. Fractions of a second are dropped; one without a zone is read as UTC.
pub(super) fn read_moment(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once('T')?;
    let date: Date = date.parse().ok()?;
    let (time, ahead_seconds) = split_zone(time)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_fraction =
        (1..=9).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<u64> = time.split(':').map(two_digits).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = *parts.as_slice() else {
        return None;
    };
    if !is_fraction || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let local = date.begins().0 + hours * 3600 + minutes * 60 + seconds;
    Some(Timestamp(local.checked_add_signed(-ahead_seconds)?))
}

/// The time without its zone, and by how many seconds the zone is ahead of UTC.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, 0));
    }
    let Some(at) = time.find(['+', '-']) else {
        return Some((time, 0));
    };
    let (time, zone) = time.split_at_checked(at)?;
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let ahead = i64::try_from(hours * 3600 + minutes * 60).ok()?;
    let is_zone = hours <= 14 && minutes <= 59;
    is_zone.then_some((time, if zone.starts_with('-') { -ahead } else { ahead }))
}

fn two_digits(text: &str) -> Option<u64> {
    let is_number = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_read_as_it_is_written_and_follows_the_one_before() {
        let mut date: Date = "1970-01-01".parse().unwrap();
        let last: Date = "2101-01-01".parse().unwrap();
        let mut seconds = 0;
        while date != last {
            assert_eq!(date.begins(), Timestamp(seconds));
            assert_eq!(date.to_string().parse(), Ok(date));
            assert_eq!(Date::of(Timestamp(seconds + 86_399)), date);
            assert!(date < date.next());
            date = date.next();
            seconds += 86_400;
        }
        assert_eq!(Date::of(Timestamp(u64::MAX)).to_string(), "9999-12-31");
    }

    #[test]
    fn days_that_are_none_are_refused() {
        for text in [
            "2025-02-29",
            "1900-01-01",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "26-04-01",
            "2026-4-1",
            "2026-04-0é",
            "+026-04-01",
            "",
        ] {
            assert_eq!(text.parse::<Date>(), Err(DateError), "{text}");
        }
        assert!("2024-02-29".parse::<Date>().is_ok());
    }

    #[test]
    fn a_moment_is_read_in_every_zone() {
        let at = Timestamp(1_790_000_000);
        assert_eq!(write_moment(at), "2026-09-21T14:13:20Z");
        for text in [
            "2026-09-21T14:13:20Z",
            "2026-09-21T14:13:20.999",
            "2026-09-21T23:13:20+09:00",
            "2026-09-21T09:43:20.5-04:30",
        ] {
            assert_eq!(read_moment(text), Some(at), "{text}");
        }
        for text in [
            "2026-09-21",
            "2026-09-21T24:00:00Z",
            "2026-09-21T1:02:03Z",
            "2026-09-21T14:13Z",
            "2026-09-21T14:13:20+9:00",
            "2026-09-21T14:13:20.Z",
            "1970-01-01T00:00:00+09:00",
        ] {
            assert_eq!(read_moment(text), None, "{text}");
        }
    }
}
