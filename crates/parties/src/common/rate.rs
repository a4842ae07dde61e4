//! Limits how often something expensive may be asked for, before any computation is spent on it.

use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// At most `count` in each window of `seconds`.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// How many are let through in a window.
    pub count: u32,
    /// The window's length in seconds.
    pub seconds: u32,
}

/// Counts one request against `bucket` and says whether it is within the limit.
///
/// # Errors
/// Only the database's own.
pub fn admit(
    tables: &(impl Tables + ?Sized),
    bucket: &str,
    limit: RateLimit,
    now_ms: u64,
) -> Result<bool, DatabaseError> {
    let window = u64::from(limit.seconds) * 1000;
    let row = first(
        tables,
        "SELECT opened_at, count FROM rate_windows WHERE bucket = ?",
        &[bucket.into()],
    )?;
    let (opened_at, count) = match row {
        Some(row) => (row.number::<u64>(0)?, row.number::<u32>(1)?),
        None => (now_ms, 0),
    };
    let (opened_at, count) = if now_ms >= opened_at.saturating_add(window) || now_ms < opened_at {
        (now_ms, 0)
    } else {
        (opened_at, count)
    };
    if count >= limit.count {
        return Ok(false);
    }
    tables.run(
        "INSERT INTO rate_windows (bucket, opened_at, count) VALUES (?, ?, ?)
         ON CONFLICT (bucket) DO UPDATE SET opened_at = excluded.opened_at, count = excluded.count",
        &[bucket.into(), opened_at.into(), (count + 1).into()],
    )?;
    Ok(true)
}

/// Forgets the windows of buckets that begin with `prefix` and are over, so that whoever invents
/// names does not fill the table.
///
/// # Errors
/// Only the database's own.
pub fn forget(
    tables: &(impl Tables + ?Sized),
    prefix: &str,
    limit: RateLimit,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let over = now_ms.saturating_sub(u64::from(limit.seconds) * 1000);
    tables.run(
        "DELETE FROM rate_windows WHERE bucket > ? AND bucket < ? || char(1114111) AND opened_at < ?",
        &[prefix.into(), prefix.into(), over.into()],
    )?;
    Ok(())
}
