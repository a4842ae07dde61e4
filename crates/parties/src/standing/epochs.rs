//! Epochs of key shares. Now and then operators raise EPOCH: the key centres draw everything anew, and everybody fetches
//! shares of it. What was sealed under the epoch before is still opened for a while, so that no order fails of it.

use tallystick_protocol::keys::Epoch;

use crate::office::Office;
use crate::ports::{DatabaseError, Ports, Tables as _};
use crate::store::typed;

/// How long an epoch is good after the next has begun, in days: longer than any order lives, and than it takes to restart
/// everybody. Then its shares and masters are destroyed.
pub(crate) const EARLIER_EPOCH_DAYS: u64 = 1;

impl<P: Ports> Office<P> {
    /// Notes that this object runs in its operator's epoch, and since when. There is no way back: what an earlier epoch
    /// had may be destroyed, and a number used twice would name two different keys.
    pub(crate) fn note_epoch(&self) -> Result<(), DatabaseError> {
        let own = self.settings.epoch;
        self.tables().run(
            "INSERT INTO key_epochs (epoch, began_at)
             SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM key_epochs WHERE epoch >= ?1)",
            &[own.into(), self.now().into()],
        )?;
        let newest: Option<u32> =
            typed::one(self.tables(), "SELECT max(epoch) FROM key_epochs", &[])?;
        self.is_in_past_epoch
            .set(newest.is_some_and(|newest| newest > own));
        Ok(())
    }

    /// Whether keys of that epoch are good now: it is the present one, or an earlier one that was the present one until
    /// not long ago.
    ///
    /// # Errors
    /// Only the database's own.
    pub(crate) fn is_good_epoch(&self, epoch: Epoch) -> Result<bool, DatabaseError> {
        if epoch >= self.epoch() {
            return Ok(epoch == self.epoch());
        }
        let longest = EARLIER_EPOCH_DAYS * 86_400;
        let over: Option<bool> = typed::one(
            self.tables(),
            "SELECT EXISTS (SELECT 1 FROM key_epochs WHERE epoch > ? AND began_at <= ?)",
            &[epoch.0.into(), self.now().minus_seconds(longest).into()],
        )?;
        Ok(over == Some(false))
    }
}
