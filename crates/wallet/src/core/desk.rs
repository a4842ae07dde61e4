//! The desk: where every decision of the wallet is made, without waiting for anything, not even for
//! a card ([`crate::core::conversation`]).
//!
//! A piece of work gets the state, the time and randomness, and leaves behind what is to be stored
//! and asked. [`crate::core::wallet::Wallet::perform`] makes it durable before anybody hears of it.
//! Memory is changed only together with the change to the vault, by the `keep` methods.

use rand_core::CryptoRng;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::{Cards, Change};
use crate::core::secure_element::SecureElement;
use crate::core::state::{State, Unlocked};
use crate::core::wallet::Context;
use crate::sealing::record as sealed;

/// What is to become of the volatile session.
pub enum SessionChange {
    /// As it is.
    None,
    /// Keep these bytes.
    Put(Zeroizing<Vec<u8>>),
    /// Forget.
    Clear,
}

/// The desk.
pub struct Desk<'a> {
    /// What never changes.
    pub context: &'a Context,
    /// What the wallet holds in memory.
    pub state: &'a mut State,
    /// Where the software card runs.
    pub cards: &'a dyn Cards,
    /// Randomness.
    pub rng: &'a mut dyn CryptoRng,
    /// The time in milliseconds.
    pub now_ms: u64,
    /// What is to be stored, all of it together.
    pub changes: Vec<Change>,
    /// What is to become of the session.
    pub session: SessionChange,
}

impl Desk<'_> {
    /// The time in seconds.
    pub const fn now(&self) -> Timestamp {
        Timestamp(self.now_ms / 1000)
    }

    /// What is there while the wallet is unlocked.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`], or [`ErrorKind::NotSetUp`] if there is nothing to unlock.
    pub fn unlocked(&mut self) -> Result<&mut Unlocked, WalletError> {
        let locked = match self.state.header {
            Some(_) => ErrorKind::Locked,
            None => ErrorKind::NotSetUp,
        };
        let unlocked = self.state.unlocked.as_mut();
        unlocked.ok_or_else(|| WalletError::new(locked))
    }

    /// Stores something in clear.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) {
        self.changes.push(Change::Put {
            name: name.to_owned(),
            bytes,
        });
    }

    /// Removes something from the vault.
    pub fn delete(&mut self, name: String) {
        self.changes.push(Change::Delete { name });
    }

    fn seal(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, WalletError> {
        let key = self.unlocked()?.key.clone();
        Ok(sealed::seal(&key, name, bytes, &mut self.rng)?)
    }

    /// Stores something under the state key.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn put_sealed(&mut self, name: &str, bytes: &[u8]) -> Result<(), WalletError> {
        let record = self.seal(name, bytes)?;
        self.put(name, record);
        Ok(())
    }

    /// The card, put into its reader.
    ///
    /// # Errors
    /// If the wallet is locked, [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`].
    pub fn card(&mut self) -> Result<SecureElement<'static>, WalletError> {
        let cards = self.cards;
        let unlocked = self.unlocked()?;
        sealed::check_format(&unlocked.card)?;
        let card = cards
            .power(&unlocked.key, &unlocked.card)
            .map_err(|fault| WalletError::caused(ErrorKind::StorageDamaged, &fault))?;
        Ok(SecureElement::new(card, unlocked.card.clone()))
    }
}
