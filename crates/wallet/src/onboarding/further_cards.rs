//! A further card in a wallet that has been set up, and its removal.

use super::account::account;
use super::offer::OFFERED;
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
        self.perform(&mut |desk| desk.add_card(pin)).await
    }

    /// Removes a card with its keys. What was paid with it stays in the orders, and the account stays
    /// with its issuer. The card on offer has no keys yet: it is forgotten without the PIN.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::CardInUse`] while an order that it pays is not
    /// settled, [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of card or storage.
    pub async fn remove_card(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.remove_card(id, pin)).await
    }
}

impl Desk<'_> {
    fn add_card(&mut self, pin: &str) -> Result<(), WalletError> {
        self.stay_unlocked();
        let mut profile = self.unlocked()?.profile.clone();
        let offer = self.offer()?;
        let slot = profile.free_slot();
        let slot = slot.ok_or_else(|| WalletError::new(ErrorKind::CardLimit))?;
        let id = crate::random_id(self.rng);
        let mut card = self.card()?;
        let made = account(offer, id, slot, &mut card, pin, self.rng);
        // Whatever the card answered counts only once its new state is kept: a wrong PIN too.
        self.keep_card(&mut card)?;
        profile.cards.push(made?);
        self.forget_offer();
        self.keep_profile(profile)
    }

    fn forget_offer(&mut self) {
        self.state.offer = None;
        self.delete(name::OFFER.to_owned());
    }

    fn remove_card(&mut self, id: &str, pin: &str) -> Result<(), WalletError> {
        self.stay_unlocked();
        if id == OFFERED {
            self.forget_offer();
            return Ok(());
        }
        let unlocked = self.unlocked()?;
        let mut profile = unlocked.profile.clone();
        let slot = profile.card(id)?.enrolment.slot;
        let mut open = unlocked.orders.iter().filter(|order| !order.record.settled);
        let pays = |card: &CardAccount| card.id == id;
        if open.any(|order| profile.card_of(&order.record).is_some_and(pays)) {
            return Err(WalletError::new(ErrorKind::CardInUse));
        }
        let mut card = self.card()?;
        let presented = card.present_pin(pin);
        let deleted = presented.and_then(|()| card.delete(slot));
        self.keep_card(&mut card)?;
        deleted?;
        profile.cards.retain(|card| card.id != id);
        self.keep_profile(profile)
    }
}
