//! Commands with a key: whoever sends the same one again, because the answer was lost, gets the same
//! answer, and the work is done once. Another command under the same key is refused.

use crate::office::fault::{Fault, Kind};
use crate::ports::Tables;
use crate::ports::database::first;

/// A command that is done once.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// What it does, a fixed word of the role ("open-account"); keys of one do not meet another's.
    pub what: &'a str,
    /// What makes it the same: an order's root, a key that the sender drew.
    pub key: &'a str,
    /// SHA-256 of what it says.
    pub digest: &'a [u8; 32],
    /// Until when the answer is kept, in seconds since 1970.
    pub keep_until: u64,
}

/// For what can be asked for again at any time: the end of the year 9999 (RFC 3339), in seconds since 1970.
pub const FOR_GOOD: u64 = 253_402_300_799;

/// The answer that this very command got before, if it did.
///
/// # Errors
/// [`Kind::Replayed`] if another command has this key.
pub fn before(
    tables: &(impl Tables + ?Sized),
    command: &Command<'_>,
) -> Result<Option<Vec<u8>>, Fault> {
    let sql = "SELECT digest, answer FROM commands WHERE what = ? AND key = ?";
    let Some(row) = first(tables, sql, &[command.what.into(), command.key.into()])? else {
        return Ok(None);
    };
    if row.blob(0)? != command.digest {
        let other = "This was asked for before, in other words.";
        return Err(Fault::new(Kind::Replayed, other));
    }
    Ok(Some(row.blob(1)?.to_vec()))
}

/// Does the work unless it was done, and returns its answer. Call it in the transaction that decides.
///
/// # Errors
/// [`Kind::Replayed`] if another command has this key; those of the work.
pub fn once(
    tables: &dyn Tables,
    command: &Command<'_>,
    work: impl FnOnce(&dyn Tables) -> Result<Vec<u8>, Fault>,
) -> Result<Vec<u8>, Fault> {
    if let Some(answer) = before(tables, command)? {
        return Ok(answer);
    }
    let answer = work(tables)?;
    tables.run(
        "INSERT INTO commands (what, key, digest, answer, keep_until) VALUES (?, ?, ?, ?, ?)",
        &[
            command.what.into(),
            command.key.into(),
            command.digest.into(),
            (&answer).into(),
            command.keep_until.into(),
        ],
    )?;
    Ok(answer)
}
