//! Times as the shop's own server writes them (RFC 3339).

use tallystick_protocol::wire::time::Timestamp;

const DAY_SECONDS: u64 = 86_400;

/// Reads a moment from 1970 to 9999, such as "2026-11-29T09:30:00+09:00" or "2026-11-29T00:30:00.5Z". Fractions of a
/// second are dropped; a leap second is the second after it.
#[must_use]
pub fn read(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(['T', 't'])?;
    let days = days(date)?;
    let zone_at = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at(zone_at);
    let ahead_seconds = ahead(zone)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_fraction = (1..=9).contains(&fraction.len()) && is_digits(fraction);
    let [hours, minutes, seconds] = numbers(time, ':', [2, 2, 2])?;
    if !is_fraction || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let local = days * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds;
    local.checked_add_signed(-ahead_seconds).map(Timestamp)
}

/// How far a zone is ahead of UTC, in seconds.
fn ahead(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, offset) = zone.split_at_checked(1)?;
    let [hours, minutes] = numbers(offset, ':', [2, 2])?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i64::try_from(hours * 3600 + minutes * 60).ok()?;
    Some(if sign == "-" { -seconds } else { seconds })
}

/// Days since 1970, by the civil calendar in days since 0000-03-01.
fn days(date: &str) -> Option<u64> {
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year < 1970 || !(1..=last).contains(&day) {
        return None;
    }
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Numbers of exactly so many digits, with this between them.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u64; N]> {
    let mut parts = text.split(between);
    let mut read = [0; N];
    for (number, digits) in read.iter_mut().zip(digits) {
        let part = parts.next()?;
        *number = (part.len() == digits && is_digits(part)).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(read)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::console::csv::moment;

    #[test]
    fn a_moment_is_read_as_it_is_written() {
        for seconds in [
            0,
            951_782_400,
            1_795_723_448,
            4_107_542_399,
            253_402_300_799,
        ] {
            assert_eq!(read(&moment(seconds)).map(|at| at.0), Some(seconds));
        }
    }

    #[test]
    fn zones_and_fractions_are_those_of_rfc_3339() {
        let at = |text| read(text).map(|at| at.0);
        assert_eq!(at("2026-11-26T20:04:08Z"), Some(1_795_723_448));
        assert_eq!(at("2026-11-27t05:04:08.999+09:00"), Some(1_795_723_448));
        assert_eq!(at("2026-11-26T16:34:08-03:30"), Some(1_795_723_448));
        for text in [
            "",
            "2026-11-26",
            "2026-11-26T20:04:08",
            "2026-11-26 20:04:08Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-26T24:00:00Z",
            "2026-11-26T20:04Z",
            "2026-11-26T20:04:08+9:00",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "2026-11-26T20:04:08.Z",
            "2026-11-26T20:04:08ZZ",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
