//! How a card gets its keys: the security server signs which card it is, and seals the keys to a key of the card's own.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;

use super::{Alias, CardIdentifier};
use crate::keys::KeyError;
use crate::keys::sealed::{Sealed, open_sealed, seal_to};
use crate::settlement::channel::{CardKeys, KEY_SET_BYTES};
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::encode_value;
use crate::wire::identifier::Domain;
use crate::wire::money::Currency;
use crate::wire::registry::{context, message};

/// The highest version of keys (card specification, §11.8.2.2); the lowest is 1.
pub const KEY_VERSION_MAX: u8 = 0x7f;

/// Which card it is, and with which keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardLabel {
    /// As what it shows itself in clear.
    pub alias: Alias,
    /// Which it is.
    pub identifier: CardIdentifier,
    /// In what it pays.
    pub currency: Currency,
    /// The version of its keys, 1 to [`KEY_VERSION_MAX`].
    pub key_version: u8,
}

/// What a card is personalised with. Signed by the security server, for anyone; the wallet carries it to the card.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardPersonalisation {
    /// From the security server.
    #[n(0)]
    pub envelope: Envelope,
    /// The public key that the card has made for it (X25519, 32 bytes).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub recipient: [u8; 32],
    /// As what the card shows itself in clear.
    #[n(2)]
    pub alias: Alias,
    /// Which card it is.
    #[n(3)]
    pub identifier: CardIdentifier,
    /// In what it pays.
    #[n(4)]
    pub currency: Currency,
    /// The version of its keys, 1 to [`KEY_VERSION_MAX`].
    #[n(5)]
    pub key_version: u8,
    /// Its keys ([`KEY_SET_BYTES`] bytes), by HPKE to `recipient`.
    #[n(6)]
    pub sealed: Sealed,
}
signed_message!(
    CardPersonalisation,
    message::CARD_PERSONALISATION,
    1024,
    context::CARD_PERSONALISATION
);

impl CardPersonalisation {
    /// Seals a card's keys to the key that it has made (X25519, 32 bytes).
    ///
    /// # Errors
    /// [`KeyError::CannotSeal`] if the card's key is of low order, or the version of its keys is none.
    pub fn new(
        rng: &mut impl CryptoRng,
        envelope: Envelope,
        recipient: [u8; 32],
        label: CardLabel,
        keys: &CardKeys,
    ) -> Result<Self, KeyError> {
        if !(1..=KEY_VERSION_MAX).contains(&label.key_version) {
            return Err(KeyError::CannotSeal);
        }
        let info = info(&envelope.from, &label);
        let sealed = seal_to(rng, &recipient, &info, keys.to_bytes().as_slice())?;
        Ok(Self {
            envelope,
            recipient,
            alias: label.alias,
            identifier: label.identifier,
            currency: label.currency,
            key_version: label.key_version,
            sealed,
        })
    }

    /// Which card it is for, and with which keys.
    #[must_use]
    pub const fn label(&self) -> CardLabel {
        CardLabel {
            alias: self.alias,
            identifier: self.identifier,
            currency: self.currency,
            key_version: self.key_version,
        }
    }

    /// Opens the keys with the private half of `recipient`. Whether that is the card's own, and who signed this, is for the
    /// caller to check.
    ///
    /// # Errors
    /// [`KeyError::CannotOpen`] for another key, altered bytes, keys that were sealed for another card or server, or a
    /// version that is none.
    pub fn open(&self, secret: &[u8; 32]) -> Result<CardKeys, KeyError> {
        if !(1..=KEY_VERSION_MAX).contains(&self.key_version) {
            return Err(KeyError::CannotOpen);
        }
        let Sealed {
            encapsulated,
            ciphertext,
        } = &self.sealed;
        let info = info(&self.envelope.from, &self.label());
        let keys = open_sealed(secret, &info, encapsulated, ciphertext)?;
        let keys: Result<&[u8; KEY_SET_BYTES], _> = keys.as_slice().try_into();
        keys.map(CardKeys::from_bytes)
            .map_err(|_| KeyError::CannotOpen)
    }
}

/// For what keys are sealed: they open for no other card, and as no other server's.
fn info(server: &Domain, label: &CardLabel) -> Vec<u8> {
    let CardLabel {
        alias,
        identifier,
        currency,
        key_version,
    } = label;
    let bound = encode_value(&(server, alias, identifier, currency, key_version));
    [context::CARD_KEYS.as_bytes(), &bound].concat()
}
