//! When the wallet locks itself: after the time that the holder chose, or only with the browser.

use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::core::desk::{Desk, SessionChange};
use crate::core::error::WalletError;
use crate::core::ports::Ports;
use crate::core::state::Unlocked;
use crate::core::wallet::Wallet;
use crate::sealing::StateKey;

/// What may be chosen, in minutes after the holder's last doing. 0: when the browser closes, which
/// forgets the session.
pub const LOCK_MINUTES: [u32; 5] = [1, 5, 15, 60, 0];
/// What holds until the holder chooses, in minutes.
const LOCK_MINUTES_STANDARD: u32 = 15;
/// The longest time that may be chosen, in milliseconds.
const LONGEST_MS: u64 = 60 * MINUTE_MS;
const MINUTE_MS: u64 = 60 * 1000;
/// The session is written anew at most this often, in milliseconds.
const SESSION_RENEWAL_MS: u64 = 5 * 1000;
/// In the place of a time: only the end of the session locks.
const NEVER_MS: u64 = u64::MAX;

/// What a session says: when the wallet locks itself, and the state key. `None` if that is over, or
/// further away than any choice: the clock was set back.
pub fn resumed(session: &[u8], now_ms: u64) -> Option<(StateKey, u64)> {
    let (time, key) = session.split_first_chunk::<8>()?;
    let locks_at_ms = u64::from_be_bytes(*time);
    let in_time = locks_at_ms == NEVER_MS
        || (now_ms < locks_at_ms && locks_at_ms <= now_ms.saturating_add(LONGEST_MS));
    Some((StateKey::from_bytes(key)?, locks_at_ms)).filter(|_| in_time)
}

impl Unlocked {
    /// After how many minutes the wallet locks itself; 0 when the browser closes.
    #[must_use]
    pub fn lock_minutes(&self) -> u32 {
        self.lock_minutes.unwrap_or(LOCK_MINUTES_STANDARD)
    }

    fn next_lock_ms(&self, now_ms: u64) -> u64 {
        match self.lock_minutes() {
            _ if self.slices.stays_unlocked(Timestamp(now_ms / 1000)) => NEVER_MS,
            0 => NEVER_MS,
            minutes => now_ms.saturating_add(u64::from(minutes) * MINUTE_MS),
        }
    }
}

/// The second at which the wallet will be locked; nothing if only the browser's end locks it.
#[must_use]
pub const fn shown(locks_at_ms: u64) -> Option<u64> {
    match locks_at_ms {
        NEVER_MS => None,
        locks_at_ms => Some(locks_at_ms.div_ceil(1000)),
    }
}

impl<P: Ports> Wallet<P> {
    /// Puts off locking, because the holder is doing something in a page.
    ///
    /// # Errors
    /// [`ErrorKind::StorageFailed`] if the session's storage does not take it.
    pub async fn stay_unlocked(&self) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            desk.stay_unlocked();
            Ok(())
        })
        .await
    }

    /// Forgets the state key. What is under way goes on after unlocking.
    ///
    /// # Errors
    /// [`ErrorKind::StorageFailed`] if the session's storage does not forget.
    pub async fn lock(&self) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            desk.lock();
            Ok(())
        })
        .await
    }
}

impl Desk<'_> {
    /// Counts anew: a shorter time that was chosen counts from now on, not after the longer one.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn count_anew(&mut self) -> Result<(), WalletError> {
        self.unlocked()?.locks_at_ms = 0;
        self.stay_unlocked();
        Ok(())
    }

    fn lock(&mut self) {
        self.state.lock();
        self.session = SessionChange::Clear;
    }

    /// Locks if the time is up.
    pub fn lock_in_time(&mut self) {
        let now_ms = self.now_ms;
        let Some(unlocked) = &mut self.state.unlocked else {
            return;
        };
        let was_never = unlocked.locks_at_ms == NEVER_MS;
        let is_never = unlocked.next_lock_ms(now_ms) == NEVER_MS;
        if was_never != is_never {
            // What keeps it from locking has begun or ended by itself: counted anew.
            unlocked.locks_at_ms = 0;
            self.stay_unlocked();
        } else if unlocked.locks_at_ms <= now_ms {
            self.lock();
        }
    }

    /// Puts off locking, because the holder did something.
    pub fn stay_unlocked(&mut self) {
        let Some(unlocked) = &mut self.state.unlocked else {
            return;
        };
        let locks_at_ms = unlocked.next_lock_ms(self.now_ms);
        if locks_at_ms > unlocked.locks_at_ms.saturating_add(SESSION_RENEWAL_MS) {
            unlocked.locks_at_ms = locks_at_ms;
            let mut session = Zeroizing::new(locks_at_ms.to_be_bytes().to_vec());
            session.extend_from_slice(unlocked.key.as_bytes());
            self.session = SessionChange::Put(session);
        }
    }
}
