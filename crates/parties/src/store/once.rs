//! Commands with a key: whoever sends the same one again, because the answer was lost, gets the same
//! answer, and the work is done once. Another command under the same key is refused.

use sha2::{Digest, Sha256};
use tallystick_protocol::trust::statement::unverified_envelope;
use tallystick_protocol::wire::identifier::{OrderId, Root};
use tallystick_protocol::wire::time::Timestamp;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::BODY_LIMIT;
use crate::ports::database::first;
use crate::ports::{Ports, Tables};

/// A command that is done once.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// What it does, a fixed word of the role ("open-account"); keys of one do not meet another's.
    pub what: &'a str,
    /// What makes it the same: an order's root, a key that the sender drew.
    pub key: &'a str,
    /// SHA-256 of what it says.
    pub digest: &'a [u8; 32],
    /// Until when the answer is kept.
    pub keep_until: Timestamp,
}

/// The longest key that a page draws for a command, in bytes.
pub const KEY_MAX_BYTES: usize = 64;

/// For what can be asked for again at any time: the end of the year 9999 (RFC 3339).
pub const FOR_GOOD: Timestamp = Timestamp(253_402_300_799);

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

impl<P: Ports> Office<P> {
    /// Does what a signed request about an order asks for, once: the order's number, read before anything is
    /// verified, finds the repetition, which is answered from the books even when the request itself is void
    /// by now. `store` is called in the transaction that decides. Returns the order's root.
    ///
    /// # Errors
    /// [`Kind::Replayed`] if other words came under this number; those of `verify` and `store`.
    pub async fn once_an_order<V>(
        &self,
        what: &str,
        body: &[u8],
        kept_seconds: u64,
        verify: impl AsyncFnOnce() -> Result<V, Fault>,
        store: impl FnOnce(&dyn Tables, &V) -> Result<Root, Fault>,
    ) -> Result<Root, Fault> {
        let order = OrderId(unverified_envelope(body, BODY_LIMIT)?.transaction);
        let command = Command {
            what,
            key: &order.to_string(),
            digest: &Sha256::digest(body).into(),
            keep_until: self.now().plus_seconds(kept_seconds),
        };
        let root = match before(self.tables(), &command)? {
            Some(root) => root,
            None => {
                let verified = verify().await?;
                self.transaction(|tables| {
                    once(tables, &command, |tables| {
                        Ok(store(tables, &verified)?.0.to_vec())
                    })
                })?
            }
        };
        let root = root.try_into().map_err(|_| Fault::internal())?;
        Ok(Root(root))
    }
}
