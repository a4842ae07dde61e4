//! Going on with charges, which needs neither PIN nor card.

use super::record::ChargeRecord;
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Does what is due about charges. Returns the milliseconds until the next call, or nothing if nothing is open or the
    /// wallet is locked.
    ///
    /// # Errors
    /// A failure of the storage.
    pub(crate) async fn advance_charges(&self) -> Result<Option<u64>, WalletError> {
        let mut pause_ms = None;
        self.perform(&mut |desk| {
            pause_ms = desk.charge_pause()?;
            Ok(())
        })
        .await?;
        if pause_ms != Some(0) {
            return Ok(pause_ms);
        }
        let has_moved = self.ask_charges(None).await?;
        self.perform(&mut |desk| {
            let now_ms = desk.now_ms;
            desk.settlements()?.wait(now_ms, has_moved);
            pause_ms = desk.charge_pause()?;
            Ok(())
        })
        .await?;
        Ok(pause_ms)
    }
}

impl Desk<'_> {
    /// Whether fronts have to be asked something, now or later.
    pub(crate) fn has_open_charges(&mut self) -> Result<bool, WalletError> {
        if self.state.unlocked.is_none() {
            return Ok(false);
        }
        Ok(self.settlements()?.charges().any(ChargeRecord::is_open))
    }

    /// In how many milliseconds fronts are due to be asked; nothing if there is nothing to ask.
    fn charge_pause(&mut self) -> Result<Option<u64>, WalletError> {
        if !self.has_open_charges()? {
            return Ok(None);
        }
        let now_ms = self.now_ms;
        Ok(Some(self.settlements()?.due_ms().saturating_sub(now_ms)))
    }
}
