//! The applet's part of the card's state. It is not in the safe: a tap goes without the PIN.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::settlement::card::{
    Alias, BALANCE_MAX, CardIdentifier, CardReport, KEY_VERSION_MAX, TransactionRecord,
};
use tallystick_protocol::settlement::channel::{CardKeys, KEY_SET_BYTES};
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::{Currency, Money};

use crate::StatusWord;
use crate::secret_bytes::SecretBytes;

/// More than all of it takes when it is written down, in bytes: a name, keys, a record.
pub(crate) const ROOM_MAX: usize = 1024;

/// Everything about the contactless card.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Settlement {
    /// The private key to which the card's keys are sealed (X25519, 32 bytes), until they are there.
    #[n(0)]
    pub(super) secret: Option<SecretBytes>,
    /// The card, once it is personalised.
    #[n(1)]
    pub(super) card: Option<StoredCard>,
}

/// A card that is personalised.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct StoredCard {
    /// The security server whose card it is.
    #[n(0)]
    pub(super) server: Domain,
    #[n(1)]
    pub(super) alias: Alias,
    #[n(2)]
    pub(super) identifier: CardIdentifier,
    #[n(3)]
    pub(super) currency: Currency,
    #[n(4)]
    pub(super) key_version: u8,
    /// As [`CardKeys::to_bytes`].
    #[n(5)]
    pub(super) keys: SecretBytes,
    /// In minor units.
    #[n(6)]
    pub(super) balance: u64,
    /// How many transactions there were.
    #[n(7)]
    pub(super) counter: u32,
    /// The last one, until it was acknowledged.
    #[n(8)]
    pub(super) last: Option<TransactionRecord>,
    /// For what it was, from then on.
    #[cbor(n(9), with = "minicbor::bytes")]
    pub(super) acknowledged: Option<[u8; 32]>,
}

impl Settlement {
    /// Whether that is the public half of the card's own key.
    pub(super) fn is_recipient(&self, public: &[u8; 32]) -> Result<bool, StatusWord> {
        let secret = self.secret.as_ref().map(SecretBytes::as_slice);
        let secret = secret.and_then(|secret| secret.try_into().ok());
        let own = public_key(secret.ok_or(StatusWord::MemoryFailure)?);
        Ok(own.map_err(|_| StatusWord::MemoryFailure)? == *public)
    }

    /// Whether it is as a card writes it: prepared or personalised.
    pub(crate) fn is_valid(&self) -> bool {
        match (&self.secret, &self.card) {
            (Some(secret), None) => secret.as_slice().len() == 32,
            (None, Some(card)) => card.is_valid(),
            _ => false,
        }
    }

    /// What of it nobody is to see.
    #[cfg(test)]
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        let keys = self.card.iter().map(|card| card.keys.as_slice());
        let secret = self.secret.iter().map(SecretBytes::as_slice);
        keys.chain(secret)
    }
}

impl StoredCard {
    /// Its keys.
    pub(super) fn keys(&self) -> Result<CardKeys, StatusWord> {
        let keys: Result<&[u8; KEY_SET_BYTES], _> = self.keys.as_slice().try_into();
        keys.map(CardKeys::from_bytes)
            .map_err(|_| StatusWord::MemoryFailure)
    }

    /// What it says of itself.
    pub(super) const fn report(&self) -> CardReport {
        CardReport {
            identifier: self.identifier,
            balance: Money::new(self.balance, self.currency),
            counter: self.counter,
            last: self.last,
            acknowledged: self.acknowledged,
        }
    }

    fn is_valid(&self) -> bool {
        let is_last = |record: &TransactionRecord| {
            (record.counter, record.balance) == (self.counter, self.balance)
        };
        self.keys.as_slice().len() == KEY_SET_BYTES
            && (1..=KEY_VERSION_MAX).contains(&self.key_version)
            && self.balance <= BALANCE_MAX
            && self.last.as_ref().is_none_or(is_last)
            && match self.counter {
                0 => self.last.is_none() && self.acknowledged.is_none(),
                _ => self.last.is_some() != self.acknowledged.is_some(),
            }
    }
}
