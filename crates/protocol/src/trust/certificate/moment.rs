//! The moments in a certificate (RFC 5280 §4.1.2.5).

use super::CertificateError;
use super::elements::{tag, value};
use crate::wire::time::Timestamp;

/// The first moment that is written as GeneralizedTime: 2050-01-01.
const YEAR_2050: Timestamp = Timestamp(2_524_608_000);

/// A moment: as UTCTime until 2049, as GeneralizedTime from then on.
pub(super) fn read(der: &[u8]) -> Result<Timestamp, CertificateError> {
    let timestamp = match value(der, tag::UTC_TIME) {
        Ok(text) => parse(text, false),
        Err(_) => parse(value(der, tag::GENERALIZED_TIME)?, true).filter(|time| *time >= YEAR_2050),
    };
    timestamp.ok_or(CertificateError::Malformed)
}

/// `YYMMDDhhmmssZ`, or `YYYYMMDDhhmmssZ` with the century.
fn parse(text: &[u8], with_century: bool) -> Option<Timestamp> {
    let mut numbers = [0; 7];
    let (numbers_read, pairs) = if with_century {
        (&mut numbers[..], text.strip_suffix(b"Z")?)
    } else {
        (&mut numbers[1..], text.strip_suffix(b"Z")?)
    };
    if pairs.len() != 2 * numbers_read.len() {
        return None;
    }
    for (number, pair) in numbers_read.iter_mut().zip(pairs.chunks_exact(2)) {
        for digit in pair {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
            *number = *number * 10 + u64::from(digit);
        }
    }
    let [century, year, month, day, hour, minute, second] = numbers;
    let year = match (with_century, year) {
        (true, _) => century * 100 + year,
        (false, 0..50) => 2000 + year,
        (false, _) => 1900 + year,
    };
    let days = days_before(year, month, day)?;
    (hour < 24 && minute < 60 && second < 60)
        .then(|| Timestamp(((days * 24 + hour) * 60 + minute) * 60 + second))
}

/// The days from 1970-01-01 to a date of the Gregorian calendar that is not before.
fn days_before(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [
        31,
        if leap { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let (before, rest) = lengths.split_at_checked(usize::try_from(month).ok()?.checked_sub(1)?)?;
    if year < 1970 || !(1..=*rest.first()?).contains(&day) {
        return None;
    }
    let last = year - 1;
    // 719 162 days lie between 0001-01-01 and 1970-01-01.
    let years = last * 365 + last / 4 - last / 100 + last / 400 - 719_162;
    Some(years + before.iter().sum::<u64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<u64> {
        parse(text.as_bytes(), false).map(|time| time.0)
    }

    fn generalized(text: &str) -> Option<u64> {
        parse(text.as_bytes(), true).map(|time| time.0)
    }

    #[test]
    fn moments_are_seconds_since_1970() {
        assert_eq!(utc("700101000000Z"), Some(0));
        assert_eq!(utc("000229235959Z"), Some(951_868_799));
        assert_eq!(utc("270115080000Z"), Some(1_800_000_000));
        assert_eq!(utc("491231235959Z"), Some(2_524_607_999));
        assert_eq!(generalized("20500101000000Z"), Some(2_524_608_000));
        assert_eq!(generalized("21000301000000Z"), Some(4_107_542_400));
        assert_eq!(generalized("99991231235959Z"), Some(253_402_300_799));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for wrong in [
            "",
            "Z",
            "700101000000",
            "7001010000Z",
            "70010100000aZ",
            "70010100000/Z",
            "700001000000Z",
            "701301000000Z",
            "700100000000Z",
            "700230000000Z",
            "010229000000Z",
            "700101240000Z",
            "700101006000Z",
            "700101000060Z",
            "691231235959Z",
            "700101000000+0000",
        ] {
            assert_eq!(utc(wrong), None, "{wrong}");
        }
        assert_eq!(generalized("19691231235959Z"), None);
        assert_eq!(generalized("21000229000000Z"), None);
        assert_eq!(generalized("20270115080000.5Z"), None);
    }

    #[test]
    fn each_moment_has_one_encoding() {
        let der = |tag, text: &str| {
            let mut der = alloc::vec![tag, u8::try_from(text.len()).unwrap()];
            der.extend_from_slice(text.as_bytes());
            read(&der).ok().map(|time| time.0)
        };
        assert_eq!(der(tag::UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(der(tag::GENERALIZED_TIME, "20491231235959Z"), None);
        assert_eq!(
            der(tag::GENERALIZED_TIME, "20500101000000Z"),
            Some(2_524_608_000)
        );
        // Fifty years are the other century's.
        assert_eq!(der(tag::UTC_TIME, "500101000000Z"), None);
    }

    #[cfg(feature = "certify")]
    #[test]
    fn the_der_crate_agrees_on_every_day_until_2400() {
        for days in 0..157_000 {
            let duration = core::time::Duration::from_secs(days * 86_400 + 43_210);
            let date = der::DateTime::from_unix_duration(duration).unwrap();
            let found = days_before(date.year().into(), date.month().into(), date.day().into());
            assert_eq!(found, Some(days));
        }
    }
}
