//! What the wallet holds in memory, and how it is read from the vault's records.

use tallystick_protocol::wire::cbor::decode_value;
use zeroize::Zeroizing;

use crate::account::offer::{self, OfferRecord};
use crate::checkout::Attention;
use crate::checkout::order::record::{self, OrderRecord};
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Record;
use crate::core::secure_element::Tries;
use crate::holder::profile::{self, Profile};
use crate::sealing::header::Header;
use crate::sealing::{StateKey, record as sealed};

/// The names of the records.
pub mod name {
    /// The wrapped state key, in clear.
    pub const HEADER: &str = "header";
    /// A card on offer: under the device key, and once the wallet is set up under the state key.
    pub const OFFER: &str = "offer";
    /// The holder's profile.
    pub const PROFILE: &str = "profile";
    /// The software card.
    pub const CARD: &str = crate::sealing::software_card::RECORD;
    /// In front of every order's identifier.
    pub const ORDER: &str = "order/";

    /// The record of an order.
    #[must_use]
    pub fn order(request_id: &str) -> String {
        [ORDER, request_id].concat()
    }
}

/// An order and how it is being attended to.
pub struct Order {
    /// What is stored of it.
    pub record: OrderRecord,
    /// What is not: after a restart everything is due at once.
    pub attention: Attention,
}

/// What is only there while the wallet is unlocked.
pub struct Unlocked {
    /// The state key.
    pub key: StateKey,
    /// When it locks itself, in milliseconds.
    pub locks_at_ms: u64,
    /// The holder's profile.
    pub profile: Profile,
    /// The orders, in no particular order.
    pub orders: Vec<Order>,
    /// The names of records of orders that cannot be read any more. They stay as they are.
    pub unreadable: Vec<String>,
    /// The card's state, sealed.
    pub card: Vec<u8>,
    /// Tries left on the software card.
    pub tries: Tries,
    /// Tries left on the card that was last in the reader.
    pub reader_tries: Option<Tries>,
    /// Before when no issuer is asked to renew a card, in milliseconds.
    pub renewal_due_ms: u64,
}

/// What the wallet holds in memory.
#[derive(Default)]
pub struct State {
    /// The header, once the wallet is set up.
    pub header: Option<Header>,
    /// The card on offer.
    pub offer: Option<OfferRecord>,
    /// It rests under the device key alone although there is a state key.
    pub offer_is_unsealed: bool,
    /// The card that was on offer last is no more, because its time was up.
    pub offer_has_expired: bool,
    /// What the vault holds, while it is locked.
    pub records: Vec<Record>,
    /// What they contain, while it is unlocked.
    pub unlocked: Option<Unlocked>,
    /// Memory does not follow the vault any more: read it again before anything else.
    pub is_stale: bool,
}

impl State {
    /// Opens the records under the state key.
    ///
    /// # Errors
    /// [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`].
    pub fn unlock(&mut self, key: StateKey, locks_at_ms: u64) -> Result<(), WalletError> {
        let bytes = opened(&key, name::PROFILE, self.record(name::PROFILE)?)?;
        let profile: Profile = decode_value(&bytes, profile::BYTES_MAX).map_err(damaged)?;
        let card = self.record(name::CARD)?.to_vec();
        if let (None, Ok(record)) = (&self.offer, self.record(name::OFFER)) {
            self.offer = offer::opened(&key, record);
        }
        let (mut orders, mut unreadable) = (Vec::new(), Vec::new());
        for Record { name, bytes } in &self.records {
            if name.starts_with(name::ORDER) {
                // One that is damaged keeps nobody from the others.
                match order(&key, name, bytes) {
                    Ok(record) => orders.push(Order {
                        record,
                        attention: Attention::default(),
                    }),
                    Err(error) if error.kind == ErrorKind::StorageNewer => return Err(error),
                    Err(_) => unreadable.push(name.clone()),
                }
            }
        }
        self.unlocked = Some(Unlocked {
            key,
            locks_at_ms,
            profile,
            orders,
            unreadable,
            card,
            tries: Tries::FULL,
            reader_tries: None,
            renewal_due_ms: 0,
        });
        self.records = Vec::new();
        Ok(())
    }

    /// Forgets everything that only the state key opens.
    pub fn lock(&mut self) {
        self.unlocked = None;
        self.is_stale = true;
    }

    fn record(&self, name: &str) -> Result<&[u8], WalletError> {
        let mut records = self.records.iter();
        let record = records.find(|record| record.name == name);
        let record = record.ok_or_else(|| WalletError::new(ErrorKind::StorageDamaged))?;
        Ok(&record.bytes)
    }
}

/// Opens a sealed record.
///
/// # Errors
/// [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`].
pub fn opened(key: &StateKey, name: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, WalletError> {
    Ok(sealed::open(key, name, bytes)?)
}

fn order(key: &StateKey, name: &str, bytes: &[u8]) -> Result<OrderRecord, WalletError> {
    let bytes = opened(key, name, bytes)?;
    decode_value(&bytes, record::BYTES_MAX).map_err(damaged)
}

fn damaged(error: tallystick_protocol::wire::cbor::CborError) -> WalletError {
    WalletError::caused(ErrorKind::StorageDamaged, &error)
}
