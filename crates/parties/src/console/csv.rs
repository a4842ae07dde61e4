//! The lines as a table for spreadsheets (RFC 4180): times as ISO 8601 in UTC, amounts as plain
//! decimal numbers, words as the console's JSON has them. Nothing in it is anybody's free text.

use http::StatusCode;
use tallystick_protocol::wire::money::Currency;

use super::cells::Cell;
use super::lines::{Line, Lines};
use crate::office::http::{self as web, Answer};

/// How many lines a file holds.
pub const FILE_LINES: usize = 5_000;
/// A table for spreadsheets (RFC 4180).
pub const CSV: &str = "text/csv; charset=utf-8";
const HEAD: &str = "received,number,order,amount,currency,state,by,reason,tracking,party\r\n";

/// The file. Where more lines come after it, the header `link` says where they begin (RFC 8288).
#[must_use]
pub fn file(lines: &Lines) -> Answer {
    let mut text = String::from(HEAD);
    for line in &lines.lines {
        text.push_str(&row(line));
        text.push_str("\r\n");
    }
    let mut answer = web::answer(StatusCode::OK, CSV, text.into_bytes());
    if let Some(next) = &lines.next
        && let Ok(link) = format!("<?before={next}>; rel=\"next\"").parse()
    {
        answer.headers_mut().insert(http::header::LINK, link);
    }
    answer
}

fn row(line: &Line) -> String {
    let (amount, currency) = match &line.amount {
        Cell::Money { minor, currency } => (decimal(*minor, currency), *currency),
        _ => (String::new(), ""),
    };
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        moment(line.received_at),
        line.number.clone(),
        line.order_id.clone(),
        amount,
        currency.to_owned(),
        line.state.clone(),
        or_empty(&line.by),
        or_empty(&line.reason),
        or_empty(&line.tracking),
        line.with.clone(),
    ]
    .join(",")
}

/// 3480 yen are 3480, 3480 cents are 34.80.
fn decimal(minor: i64, currency: &str) -> String {
    let exponent = currency
        .parse::<Currency>()
        .map_or(0, |currency| currency.exponent());
    let unit = 10_i64.pow(exponent);
    if exponent == 0 {
        return minor.to_string();
    }
    let width = exponent as usize;
    format!("{}.{:0width$}", minor / unit, minor % unit)
}

/// Seconds since 1970 as "2026-11-26T20:04:08Z" (RFC 3339), by the civil calendar in days since 0000-03-01.
#[must_use]
pub fn moment(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_the_calendar_has_it() {
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(moment(1_795_723_448), "2026-11-26T20:04:08Z");
        assert_eq!(moment(4_107_542_399), "2100-02-28T23:59:59Z");
    }

    #[test]
    fn an_amount_is_a_decimal_number_of_its_currency() {
        assert_eq!(decimal(3480, "JPY"), "3480");
        assert_eq!(decimal(3480, "EUR"), "34.80");
        assert_eq!(decimal(5, "USD"), "0.05");
    }
}
