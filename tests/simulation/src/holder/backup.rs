//! A backup of one computer's orders and addresses, for the other.

use tallystick_wallet::WalletError;

use super::{Holder, OwnWallet, Wish};
use crate::town::Town;

const BACKUP_PASSPHRASE: &str = "four paper lanterns drifting";

impl Holder {
    pub(super) async fn back_up(&self, wallet: &OwnWallet) -> Result<bool, WalletError> {
        let file = wallet.backup(BACKUP_PASSPHRASE).await?;
        *self.papers.backup.borrow_mut() = Some(file);
        Ok(true)
    }

    /// Restores the newest backup, or waits for one.
    pub(super) async fn restore(
        &self,
        town: &Town,
        wallet: &OwnWallet,
    ) -> Result<bool, WalletError> {
        let file = self.papers.backup.borrow().clone();
        let Some(file) = file else {
            self.wishes.borrow_mut().push_back(Wish::Restore);
            return Ok(false);
        };
        let restored = wallet.restore(&file, BACKUP_PASSPHRASE).await?;
        let orders = restored.orders;
        let line = format!("    {}: {orders} orders are here from a backup", self.name);
        town.journal.show(town.scheduler.now_ms(), &line);
        Ok(true)
    }
}
