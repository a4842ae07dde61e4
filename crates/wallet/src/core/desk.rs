//! The desk: where every decision of the wallet is made, without waiting for anything, not even for
//! a card ([`crate::core::conversation`]).
//!
//! A piece of work gets the state, the time and randomness, and leaves behind what is to be stored
//! and asked. [`crate::core::wallet::Wallet::perform`] makes it durable before anybody hears of it.
//! Memory is changed only together with the change to the vault, by the `keep` methods.

use rand_core::CryptoRng;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::checkout::Attention;
use crate::checkout::order::record::OrderRecord;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::{Cards, Change};
use crate::core::secure_element::SecureElement;
use crate::core::state::{Order, State, Unlocked, name};
use crate::core::wallet::Context;
use crate::holder::profile::Profile;
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

    /// Replaces the profile.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_profile(&mut self, profile: Profile) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&profile));
        self.put_sealed(name::PROFILE, &bytes)?;
        self.unlocked()?.profile = profile;
        Ok(())
    }

    /// Replaces an order, or adds it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_order(&mut self, order: OrderRecord) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&order));
        let name = name::order(&order.request_id);
        self.put_sealed(&name, &bytes)?;
        let unlocked = self.unlocked()?;
        // A backup may bring back what could not be read.
        unlocked.unreadable.retain(|unreadable| *unreadable != name);
        let orders = &mut unlocked.orders;
        let kept = orders
            .iter_mut()
            .find(|kept| kept.record.request_id == order.request_id);
        match kept {
            Some(kept) => kept.record = order,
            None => orders.push(Order {
                record: order,
                attention: Attention::default(),
            }),
        }
        Ok(())
    }

    /// The card, put into its reader.
    ///
    /// # Errors
    /// If the wallet is locked, [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`].
    pub fn card(&mut self) -> Result<SecureElement, WalletError> {
        let cards = self.cards;
        let unlocked = self.unlocked()?;
        sealed::check_format(&unlocked.card)?;
        let card = cards
            .power(&unlocked.key, &unlocked.card)
            .map_err(|fault| WalletError::caused(ErrorKind::StorageDamaged, &fault))?;
        Ok(SecureElement::new(card, unlocked.card.clone()))
    }

    /// A copy of an order.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOrder`], or if the wallet is locked.
    pub fn order(&mut self, request_id: &str) -> Result<OrderRecord, WalletError> {
        let mut orders = self.unlocked()?.orders.iter();
        let order = orders.find(|order| order.record.request_id == request_id);
        order
            .map(|order| order.record.clone())
            .ok_or_else(|| WalletError::new(ErrorKind::NoSuchOrder))
    }
}
