//! Everything the card keeps, and how it is written down.

use alloc::vec::Vec;
use tallystick_codec::DecodeMap;

use minicbor::{CborLen, Encode};
use tallystick_protocol::{
    identifier::{Domain, HolderId},
    keys::{HolderShare, KeyContext},
};
use zeroize::Zeroizing;

use crate::{
    identity::{MAX_CERTIFICATE, signature_key},
    reference_data::{FACTORY_PIN, FACTORY_PUK, ReferenceData},
    secret_bytes::SecretBytes,
};

const VERSION: u8 = 1;
/// The longest state that is read, in bytes: all slots full of the longest shares, and the rest.
const MAX_STATE: usize = MAX_SLOTS * MAX_SHARES * crate::apdu::MAX_DATA + 64 * 1024;
/// Enrolment keys a card holds, numbered from 0.
pub(crate) const MAX_SLOTS: usize = 16;
/// Shares (of different spaces and epochs) that a slot holds.
pub(crate) const MAX_SHARES: usize = 16;

/// Why bytes are not a card's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// Written by a later release, or not by a card at all.
    #[error("this card was written by another version of the program")]
    Version,
    /// Truncated, over-long or altered.
    #[error("the stored card is damaged")]
    Damaged,
}

/// What survives a power failure.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub(crate) struct State {
    #[n(0)]
    version: u8,
    #[n(1)]
    pub(crate) pin: ReferenceData,
    #[n(2)]
    pub(crate) puk: ReferenceData,
    /// The two primes of the signature key, each 128 bytes big-endian.
    #[n(3)]
    pub(crate) signature_key: Option<SecretBytes>,
    /// The content of data object 5FC10A.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(crate) certificate: Vec<u8>,
    #[n(5)]
    pub(crate) slots: Vec<Slot>,
}

/// One enrolment key and the shares sealed to it.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub(crate) struct Slot {
    #[n(0)]
    pub(crate) number: u8,
    #[n(1)]
    pub(crate) holder: HolderId,
    /// The X25519 private key.
    #[n(2)]
    pub(crate) secret: SecretBytes,
    #[n(3)]
    pub(crate) shares: Vec<StoredShare>,
}

/// The sum of the shares that came so far for one space, epoch and set of centres.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub(crate) struct StoredShare {
    #[n(0)]
    pub(crate) context: KeyContext,
    /// The centres whose shares are in the sum.
    #[n(1)]
    pub(crate) received: Vec<Domain>,
    #[n(2)]
    pub(crate) sum: SecretBytes,
}

impl State {
    /// A card as it comes from the factory.
    pub(crate) fn blank() -> Self {
        Self {
            version: VERSION,
            pin: ReferenceData::new(FACTORY_PIN),
            puk: ReferenceData::new(FACTORY_PUK),
            signature_key: None,
            certificate: Vec::new(),
            slots: Vec::new(),
        }
    }

    pub(crate) fn slot(&self, number: u8) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.number == number)
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: a vector that grows leaves copies of secrets behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(minicbor::len(self)));
        // Writing into a vector cannot fail, and no encoder here raises errors of its own.
        let _infallible = minicbor::encode(self, &mut *bytes);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        if bytes.len() > MAX_STATE {
            return Err(RestoreError::Damaged);
        }
        // The version is read first: what follows may look different in another one.
        match bytes {
            [0xa5 | 0xa6, 0, VERSION, ..] => {}
            [0xa5 | 0xa6, 0, _, ..] => return Err(RestoreError::Version),
            _ => return Err(RestoreError::Damaged),
        }
        let state: Self = minicbor::decode(bytes).map_err(|_| RestoreError::Damaged)?;
        if state.is_valid() && *state.to_bytes() == *bytes {
            return Ok(state);
        }
        Err(RestoreError::Damaged)
    }

    fn is_valid(&self) -> bool {
        let key = self.signature_key.as_ref();
        self.pin.is_valid()
            && self.puk.is_valid()
            && key.is_none_or(|key| key.as_slice().len() == signature_key::BYTES)
            && self.certificate.len() <= MAX_CERTIFICATE
            && self.slots.len() <= MAX_SLOTS
            && self
                .slots
                .is_sorted_by(|one, next| one.number < next.number)
            && self.slots.iter().all(Slot::is_valid)
    }
}

impl Slot {
    pub(crate) fn share(&self, context: &KeyContext) -> Option<&StoredShare> {
        self.shares.iter().find(|share| share.context == *context)
    }

    fn is_valid(&self) -> bool {
        usize::from(self.number) < MAX_SLOTS
            && self.secret.as_slice().len() == 32
            && self.shares.len() <= MAX_SHARES
            && self
                .shares
                .iter()
                .all(|share| HolderShare::from_bytes(share.sum.as_slice()).is_ok())
    }
}

impl StoredShare {
    /// Whether the shares of all centres are in the sum; before, no key comes of it.
    pub(crate) fn is_complete(&self) -> bool {
        self.context
            .centres
            .as_slice()
            .iter()
            .all(|centre| self.received.contains(centre))
    }
}
