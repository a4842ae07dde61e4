//! Which card is meant, and how many there may be.

use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::CardAccount;
use crate::holder::profile::Profile;

/// The most cards kept: a card has that many slots.
pub const CARDS_MAX: u8 = 16;

impl Profile {
    /// A card.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`].
    pub fn card(&self, id: &str) -> Result<&CardAccount, WalletError> {
        let card = self.cards.iter().find(|card| card.id == id);
        card.ok_or_else(|| WalletError::new(ErrorKind::NoSuchCard))
    }

    /// A card that is to be changed.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`].
    pub fn card_mut(&mut self, id: &str) -> Result<&mut CardAccount, WalletError> {
        let card = self.cards.iter_mut().find(|card| card.id == id);
        card.ok_or_else(|| WalletError::new(ErrorKind::NoSuchCard))
    }
}

/// The first slot of a card, or face of a wallet, that is not taken.
///
/// # Errors
/// [`ErrorKind::CardLimit`].
pub fn free_slot(taken: &mut dyn Iterator<Item = u8>) -> Result<u8, WalletError> {
    let taken: Vec<u8> = taken.collect();
    let slot = (0..CARDS_MAX).find(|slot| !taken.contains(slot));
    slot.ok_or_else(|| WalletError::new(ErrorKind::CardLimit))
}
