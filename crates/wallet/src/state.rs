//! What the wallet holds in memory, and how it is loaded and stored.
//!
//! Memory follows the vault: a record is sealed and stored first and only then replaced here.

use std::collections::BTreeMap;

use tallystick_protocol::cbor::{decode_value, encode_value};

use crate::error::{ErrorKind, WalletError};
use crate::onboarding::offer::OfferRecord;
use crate::order::record::{self, OrderRecord};
use crate::ports::{Change, Ports, Vault};
use crate::profile::{self, Profile};
use crate::sealing::header::Header;
use crate::sealing::{StateKey, record as sealed};
use crate::secure_element::Tries;

/// The names of the records.
pub mod name {
    /// The wrapped state key, in clear.
    pub const HEADER: &str = "header";
    /// A card on offer, under the device key.
    pub const OFFER: &str = "offer";
    /// The holder's profile.
    pub const PROFILE: &str = "profile";
    /// The software card.
    pub const CARD: &str = "card";
    /// In front of every order's identifier.
    pub const ORDER: &str = "order/";

    /// The record of an order.
    #[must_use]
    pub fn order(request_id: &str) -> String {
        format!("{ORDER}{request_id}")
    }
}

/// What is only there while the wallet is unlocked.
pub struct Unlocked {
    /// The state key.
    pub key: StateKey,
    /// When it locks itself, in milliseconds.
    pub locks_at_ms: u64,
    /// The holder's profile.
    pub profile: Profile,
    /// The orders by their request identifier.
    pub orders: BTreeMap<String, OrderRecord>,
    /// Tries left on the card.
    pub tries: Tries,
}

/// What the wallet holds in memory.
#[derive(Default)]
pub struct State {
    /// The header, once the wallet is set up.
    pub header: Option<Header>,
    /// The card on offer.
    pub offer: Option<OfferRecord>,
    /// The rest, while unlocked.
    pub unlocked: Option<Unlocked>,
}

impl State {
    /// What is there while the wallet is unlocked.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`], or [`ErrorKind::NotSetUp`] if there is nothing to unlock.
    pub fn unlocked(&mut self) -> Result<&mut Unlocked, WalletError> {
        let locked = match self.header {
            Some(_) => ErrorKind::Locked,
            None => ErrorKind::NotSetUp,
        };
        self.unlocked
            .as_mut()
            .ok_or_else(|| WalletError::new(locked))
    }
}

/// Changes that become durable together.
pub struct Batch<'a, P: Ports> {
    ports: &'a P,
    key: &'a StateKey,
    changes: Vec<Change>,
}

impl<'a, P: Ports> Batch<'a, P> {
    /// Nothing yet.
    pub const fn new(ports: &'a P, key: &'a StateKey) -> Self {
        Self {
            ports,
            key,
            changes: Vec::new(),
        }
    }

    /// Adds a record in clear.
    #[must_use]
    pub fn clear(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.changes.push(Change::Put {
            name: name.to_owned(),
            bytes,
        });
        self
    }

    /// Removes a record.
    #[must_use]
    pub fn delete(mut self, name: &str) -> Self {
        self.changes.push(Change::Delete {
            name: name.to_owned(),
        });
        self
    }

    /// Adds a sealed record.
    ///
    /// # Errors
    /// If sealing fails.
    pub fn sealed(self, name: &str, bytes: &[u8]) -> Result<Self, WalletError> {
        let record = sealed::seal(self.key, name, bytes, &mut self.ports.random())?;
        Ok(self.clear(name, record))
    }

    /// Adds the profile.
    ///
    /// # Errors
    /// If sealing fails.
    pub fn profile(self, profile: &Profile) -> Result<Self, WalletError> {
        let bytes = zeroize::Zeroizing::new(encode_value(profile));
        self.sealed(name::PROFILE, &bytes)
    }

    /// Adds an order.
    ///
    /// # Errors
    /// If sealing fails.
    pub fn order(self, order: &OrderRecord) -> Result<Self, WalletError> {
        let bytes = zeroize::Zeroizing::new(encode_value(order));
        self.sealed(&name::order(&order.request_id), &bytes)
    }

    /// Makes it all durable.
    ///
    /// # Errors
    /// [`ErrorKind::StorageFailed`]; nothing is stored then.
    pub async fn store(self) -> Result<(), WalletError> {
        Ok(self.ports.vault().store(&self.changes).await?)
    }
}

/// Opens the sealed record of that name.
///
/// # Errors
/// [`ErrorKind::StorageDamaged`] if it is missing or does not open.
pub async fn load_sealed<P: Ports>(
    ports: &P,
    key: &StateKey,
    name: &str,
) -> Result<zeroize::Zeroizing<Vec<u8>>, WalletError> {
    let record = ports.vault().load(name).await?;
    let record = record.ok_or_else(|| {
        WalletError::caused(
            ErrorKind::StorageDamaged,
            &format_args!("{name} is missing"),
        )
    })?;
    Ok(sealed::open(key, name, &record)?)
}

/// Loads profile and orders.
///
/// # Errors
/// [`ErrorKind::StorageDamaged`], [`ErrorKind::StorageNewer`] or [`ErrorKind::StorageFailed`].
pub async fn load_unlocked<P: Ports>(
    ports: &P,
    key: StateKey,
    locks_at_ms: u64,
) -> Result<Unlocked, WalletError> {
    let damaged = |error| WalletError::caused(ErrorKind::StorageDamaged, &error);
    let bytes = load_sealed(ports, &key, name::PROFILE).await?;
    let profile: Profile = decode_value(&bytes, profile::BYTES_MAX).map_err(damaged)?;
    let mut orders = BTreeMap::new();
    for name in ports.vault().names(name::ORDER).await? {
        let bytes = load_sealed(ports, &key, &name).await?;
        let order: OrderRecord = decode_value(&bytes, record::BYTES_MAX).map_err(damaged)?;
        orders.insert(order.request_id.clone(), order);
    }
    let tries = crate::secure_element::load(ports, &key)
        .await?
        .tries(&mut ports.random())?;
    Ok(Unlocked {
        key,
        locks_at_ms,
        profile,
        orders,
        tries,
    })
}
