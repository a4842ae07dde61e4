//! A further card in a wallet that has been set up, and its removal.

use super::account::account;
use super::offer::{OFFERED, OfferRecord};
use crate::desk::Desk;
use crate::error::{ErrorKind, WalletError};
use crate::ports::Ports;
use crate::profile::CardAccount;
use crate::state::name;
use crate::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Makes the keys of the card on offer and keeps it; [`Wallet::enrol`] goes on from there.
    ///
    /// # Errors
    /// [`ErrorKind::NoOffer`], [`ErrorKind::OfferExpired`], [`ErrorKind::CardLimit`],
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of card or storage.
    pub async fn add_card(&self, pin: &str) -> Result<(), WalletError> {
        let _turn = self.turn().await;
        let mut place = None;
        self.perform(&mut |desk| {
            place = Some(desk.place_for_offered()?);
            Ok(())
        })
        .await?;
        let (offer, slot) = place.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        let mut card = self.card().await?;
        let rng = &mut self.ports.random();
        let made = account(offer, crate::random_id(rng), slot, &mut card, pin, rng).await;
        self.keep(card, &mut |desk| desk.keep_added(made.clone()?))
            .await
    }

    /// Removes a card with its keys. What was paid with it stays in the orders, and the account stays
    /// with its issuer. The card on offer has no keys yet: it is forgotten without the PIN.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::CardInUse`] while an order that it pays is not
    /// settled, [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of card or storage.
    pub async fn remove_card(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        let _turn = self.turn().await;
        let mut slot = None;
        self.perform(&mut |desk| {
            slot = desk.slot_to_delete(id)?;
            Ok(())
        })
        .await?;
        let Some(slot) = slot else {
            return Ok(());
        };
        let mut card = self.card().await?;
        let deleted = match card.present_pin(pin).await {
            Ok(()) => card.delete(slot).await,
            refused => refused,
        };
        self.keep(card, &mut |desk| {
            deleted.clone()?;
            desk.forget_card(id)
        })
        .await
    }
}

impl Desk<'_> {
    /// The card on offer, and the slot for it.
    fn place_for_offered(&mut self) -> Result<(OfferRecord, u8), WalletError> {
        self.stay_unlocked();
        let slot = self.unlocked()?.profile.free_slot();
        let offer = self.offer()?;
        let slot = slot.ok_or_else(|| WalletError::new(ErrorKind::CardLimit))?;
        Ok((offer, slot))
    }

    fn keep_added(&mut self, made: CardAccount) -> Result<(), WalletError> {
        let mut profile = self.unlocked()?.profile.clone();
        profile.cards.push(made);
        self.forget_offer();
        self.keep_profile(profile)
    }

    fn forget_offer(&mut self) {
        self.state.offer = None;
        self.delete(name::OFFER.to_owned());
    }

    /// The slot of a card that pays nothing now. The one on offer has none, and is forgotten at once.
    fn slot_to_delete(&mut self, id: &str) -> Result<Option<u8>, WalletError> {
        self.stay_unlocked();
        if id == OFFERED {
            self.forget_offer();
            return Ok(None);
        }
        let unlocked = self.unlocked()?;
        let mut profile = unlocked.profile.clone();
        let slot = profile.card(id)?.enrolment.slot;
        let mut open = unlocked.orders.iter().filter(|order| !order.record.settled);
        let pays = |card: &CardAccount| card.id == id;
        if open.any(|order| profile.card_of(&order.record).is_some_and(pays)) {
            return Err(WalletError::new(ErrorKind::CardInUse));
        }
        Ok(Some(slot))
    }

    fn forget_card(&mut self, id: &str) -> Result<(), WalletError> {
        let mut profile = self.unlocked()?.profile.clone();
        profile.cards.retain(|card| card.id != id);
        self.keep_profile(profile)
    }
}
