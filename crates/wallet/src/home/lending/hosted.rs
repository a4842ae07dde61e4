//! The end of a card that the proxy hosts.

use crate::core::error::WalletError;
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Has the proxy delete the hosted card with everything in it, and forgets it. What it lent is lent no more. Accounts
    /// whose keys were in it stay with their issuers, and cannot pay.
    ///
    /// # Errors
    /// [`ErrorKind::HostedUnreachable`](crate::ErrorKind::HostedUnreachable),
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked), or a failure of the storage.
    pub async fn unhost_card(&self) -> Result<(), WalletError> {
        self.unhost().await?;
        self.perform(&mut |desk| {
            let own = desk.homes()?.own.as_ref();
            if own.is_some_and(|own| own.place == KeyPlace::Hosted) {
                desk.drop_own_home()?;
            }
            Ok(())
        })
        .await
    }
}
