//! The holder's choice of when the wallet locks itself.

use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::lock::LOCK_MINUTES;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Chooses after how many minutes the wallet locks itself: one of [`LOCK_MINUTES`].
    ///
    /// # Errors
    /// [`ErrorKind::CallInvalid`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn set_lock_minutes(&self, minutes: u32) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.set_lock_minutes(minutes))
            .await
    }
}

impl Desk<'_> {
    fn set_lock_minutes(&mut self, minutes: u32) -> Result<(), WalletError> {
        if !LOCK_MINUTES.contains(&minutes) {
            return Err(WalletError::new(ErrorKind::CallInvalid));
        }
        let mut profile = self.profile()?.clone();
        profile.lock_minutes = Some(minutes);
        self.keep_profile(profile)?;
        self.count_anew()
    }
}
