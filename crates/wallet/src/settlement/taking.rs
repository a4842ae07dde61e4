//! Reading a card, and letting it take what waits for it.

use tallystick_protocol::settlement::Alias;

use super::record::ChargeRecord;
use super::relay::Tapped;
use super::watch::{Awaited, Purpose};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Reads a card (ST8): what is on it, and what waits for it. An order may name that reading for ten minutes.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchContactless`]; those of [`Wallet::tap`].
    pub async fn read_contactless(&self, id: &str) -> Result<(), WalletError> {
        self.tap(named(id)?, Purpose::Read).await.map(drop)
    }

    /// Lets a card take what waits for it: what was given back, and what its holder has put on it (T003-11). What waits is
    /// read first, so that no other amount is written. Returns whether the card has taken something.
    ///
    /// # Errors
    /// As [`Wallet::read_contactless`].
    pub async fn collect_contactless(&self, id: &str) -> Result<bool, WalletError> {
        let alias = named(id)?;
        self.tap(alias, Purpose::Read).await?;
        let mut awaited = Awaited::default();
        let mut waited = 0;
        self.perform(&mut |desk| {
            (awaited, waited) = desk.awaited(alias)?;
            Ok(())
        })
        .await?;
        if waited == 0 {
            return Ok(false);
        }
        let tapped = self.tap(alias, Purpose::Collect(awaited)).await?;
        self.tell_charges().await?;
        Ok(tapped == Tapped::Done)
    }
}

pub(super) fn named(id: &str) -> Result<Alias, WalletError> {
    let none = |_| WalletError::new(ErrorKind::NoSuchContactless);
    id.parse().map_err(none)
}

impl Desk<'_> {
    /// What waits for a card: charges by their amounts, and what else was read to wait. And how much that is.
    fn awaited(&mut self, alias: Alias) -> Result<(Awaited, u64), WalletError> {
        let settlements = self.settlements()?;
        let waiting = settlements.card(alias)?.waiting;
        let charges = settlements
            .charges()
            .filter(|charge| charge.alias == alias && ChargeRecord::is_to_be_written(charge));
        let charges: Vec<u64> = charges.map(|charge| charge.amount.minor).collect();
        let charged = charges
            .iter()
            .fold(0_u64, |sum, one| sum.saturating_add(*one));
        let awaited = Awaited {
            others: waiting.saturating_sub(charged),
            charges,
        };
        Ok((awaited, waiting))
    }
}
