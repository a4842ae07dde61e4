//! Numbers of events: UUIDs of version 7 (RFC 9562 §5.7), so that they follow each other as events do, over all objects
//! of a shop. What happens in the same millisecond at one object is counted in the twelve bits behind the time.

use data_encoding::HEXLOWER;

use crate::ports::{DatabaseError, Random, Tables};
use crate::store::typed;

/// Characters of a number.
pub(super) const LENGTH: usize = 36;
/// The most that is counted in a millisecond; what is beyond follows in no order.
const COUNT_MAX: u16 = 0x0fff;

/// The number of the next event. In the transaction that stores it.
pub(super) fn next(
    tables: &dyn Tables,
    now_ms: u64,
    random: &impl Random,
) -> Result<String, DatabaseError> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
    let first = written(&bytes);
    let beginning = first.get(..14).unwrap_or_default();
    let sql = "SELECT count(*) FROM shop_events WHERE id BETWEEN ? AND ?";
    let range = [beginning.into(), format!("{beginning}g").into()];
    let before: Option<u64> = typed::one(tables, sql, &range)?;
    let count = u16::try_from(before.unwrap_or(0)).map_or(COUNT_MAX, |count| count.min(COUNT_MAX));
    bytes[6..8].copy_from_slice(&(0x7000 | count).to_be_bytes());
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Ok(written(&bytes))
}

fn written(bytes: &[u8; 16]) -> String {
    let digits = HEXLOWER.encode(bytes);
    let mut text = String::with_capacity(LENGTH);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// Whether a text can be the number of an event.
pub(super) fn is_one(text: &str) -> bool {
    text.len() == LENGTH
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::native::{SeededRandom, SqliteDatabase};

    #[test]
    fn numbers_follow_each_other_within_a_millisecond_and_over_them() {
        let database = SqliteDatabase::new().unwrap();
        let run = |sql: &str| database.run(sql, &[]).unwrap();
        run("CREATE TABLE shop_events (id TEXT PRIMARY KEY) STRICT");
        let random = SeededRandom::new("events");
        let mut numbers = Vec::new();
        for now_ms in [
            1_795_168_800_000,
            1_795_168_800_000,
            1_795_168_800_000,
            1_795_168_800_001,
        ] {
            let number = next(&database, now_ms, &random).unwrap();
            assert!(is_one(&number), "{number}");
            assert_eq!(number.as_bytes()[14], b'7');
            assert!(b"89ab".contains(&number.as_bytes()[19]), "{number}");
            run(&format!("INSERT INTO shop_events VALUES ('{number}')"));
            numbers.push(number);
        }
        assert!(
            numbers.is_sorted() && numbers[0] != numbers[1],
            "{numbers:?}"
        );
        assert!(
            numbers[0].starts_with("01a1f866-0d00-7000-"),
            "{}",
            numbers[0]
        );
    }

    #[test]
    fn nothing_else_is_a_number() {
        for text in [
            "",
            "x",
            "019ad0c5-1234-7000-8000-00000000000G",
            "019ad0c5123470008000000000000000",
        ] {
            assert!(!is_one(text), "{text}");
        }
    }
}
