//! Limits how often something expensive may be asked for, before any computation is spent on it.

use super::fault::{Fault, Kind};
use super::office::Office;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};

/// At most `count` in each window of `seconds`.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// How many are let through in a window.
    pub count: u32,
    /// The window's length in seconds.
    pub seconds: u32,
}

/// What anybody may ask for without having shown anything, at one route. It bounds what a flood can
/// make a party compute, and is generous, because whoever uses it up shuts everybody out: limits by
/// client belong in front of the party, where addresses are known.
pub const ANYBODY: RateLimit = RateLimit {
    count: 6000,
    seconds: 60,
};

impl<P: Ports> Office<P> {
    /// Counts a request against these buckets, before anything is computed for it. Refused by one, it
    /// counts in none: who has used up a bucket of their own takes nothing from the others'.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn admit(&self, buckets: &[(&str, RateLimit)]) -> Result<(), Fault> {
        let now = self.now_ms();
        self.transaction(|tables| {
            for (bucket, limit) in buckets {
                if !admit(tables, bucket, *limit, now)? {
                    return Err(Fault::new(Kind::RateLimited, ""));
                }
            }
            Ok(())
        })
    }
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
