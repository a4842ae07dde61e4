//! Giving a contactless card up: the element forgets it once it is empty; a card that is lost is forgotten here alone.

use super::card;
use super::record::{CardRecord, ChargeRecord};
use super::taking::named;
use crate::core::access::check_pin;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::Command;
use crate::core::wallet::Wallet;
use tallystick_protocol::settlement::Alias;

impl<P: Ports> Wallet<P> {
    /// Forgets a contactless card. Its element forgets it with the PIN, and only with nothing on it. Without a PIN one that
    /// was in a reader is forgotten here alone, as one does with a card that is lost: what is on it stays on it.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchContactless`], [`ErrorKind::ContactlessInUse`], [`ErrorKind::OtherContactless`],
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn forget_contactless(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        let alias = named(id)?;
        let record = self.contactless(alias).await?;
        self.perform(&mut |desk| desk.require_unused(alias)).await?;
        if record.place == KeyPlace::Software || !pin.is_empty() {
            self.forget_in_element(&record, pin).await?;
        }
        self.perform(&mut |desk| desk.drop_settlement(&record))
            .await
    }

    async fn forget_in_element(&self, record: &CardRecord, pin: &str) -> Result<(), WalletError> {
        check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let place = record.place;
        let _turn = self.conversing.turn(place).await;
        let mut element = self.card(place).await?;
        let shown = card::show(&mut element).await?;
        let done = match shown {
            // It was forgotten before, and the wallet died in between.
            None => Ok(()),
            Some(shown) if shown.alias != record.alias => {
                Err(WalletError::new(ErrorKind::OtherContactless))
            }
            Some(_) => match element.execute(vec![Command::present_pin(pin)]).await {
                Ok(_) => card::forget(&mut element).await,
                Err(error) => Err(error),
            },
        };
        let tries = Some(element.tries().await);
        self.perform(&mut |desk| desk.keep_card(&mut element, place, tries.clone()))
            .await?;
        done
    }
}

impl Desk<'_> {
    /// That no order and no charge waits for the card.
    fn require_unused(&mut self, alias: Alias) -> Result<(), WalletError> {
        self.stay_unlocked();
        let settlements = self.settlements()?;
        let is_waited = settlements.card(alias)?.waiting > 0;
        let is_charged = settlements
            .charges()
            .any(|charge| charge.alias == alias && ChargeRecord::is_to_be_written(charge));
        if is_charged || is_waited {
            return Err(WalletError::new(ErrorKind::ContactlessInUse));
        }
        Ok(())
    }
}
