//! Everything the card keeps, and how it is written down.

use alloc::vec::Vec;
use tallystick_codec::DecodeMap;

use minicbor::{Encode, Encoder};
use tallystick_protocol::{
    identifier::{Domain, HolderId, MAX_DOMAIN_BYTES},
    keys::{HolderShare, KeyContext, MAX_CENTRES},
};
use zeroize::Zeroizing;

use crate::{
    identity::{FIRST_KEY, FURTHER_KEYS, MAX_CERTIFICATE, signature_key},
    reference_data::{FACTORY_PIN, FACTORY_PUK, ReferenceData},
    secret_bytes::SecretBytes,
};

const VERSION: u8 = 1;
/// The longest state that is read, in bytes: all slots full of the longest shares, and the rest.
const MAX_STATE: usize = MAX_SLOTS * MAX_SHARES * crate::apdu::MAX_DATA + 64 * 1024;
/// More than a share takes beside its sum, in bytes: the centres' names twice, and a few numbers.
const SHARE_ROOM: usize = 2 * MAX_CENTRES * (MAX_DOMAIN_BYTES + 3) + 64;
/// More than a slot takes beside its shares: its number, a holder and a key.
const SLOT_ROOM: usize = 128;
/// More than a further signature key takes beside its primes: a reference and lengths.
const KEY_ROOM: usize = 16 + signature_key::BYTES;
/// More than all the rest takes: PIN, PUK and the first key's primes.
const STATE_ROOM: usize = 1024;
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
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
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
    /// Signature keys beside the first; none on a card that was never given a second one.
    #[n(6)]
    pub(crate) further_keys: Option<Vec<FurtherKey>>,
}

/// A signature key beside the first.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct FurtherKey {
    /// Its key reference, as commands name it.
    #[n(0)]
    pub(crate) reference: u8,
    /// Its two primes, each 128 bytes big-endian.
    #[n(1)]
    pub(crate) primes: SecretBytes,
}

/// One enrolment key and the shares sealed to it.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
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
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
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
            further_keys: None,
        }
    }

    /// The signature key of that reference.
    pub(crate) fn key(&self, reference: u8) -> Option<&SecretBytes> {
        if reference == FIRST_KEY {
            return self.signature_key.as_ref();
        }
        let mut keys = self.further_keys.iter().flatten();
        keys.find(|key| key.reference == reference)
            .map(|key| &key.primes)
    }

    /// Puts a signature key in its place, or nothing.
    pub(crate) fn set_key(&mut self, reference: u8, primes: Option<SecretBytes>) {
        if reference == FIRST_KEY {
            self.signature_key = primes;
            self.certificate = Vec::new();
            return;
        }
        let mut keys = self.further_keys.take().unwrap_or_default();
        keys.retain(|key| key.reference != reference);
        if let Some(primes) = primes {
            let place = keys.partition_point(|key| key.reference < reference);
            keys.insert(place, FurtherKey { reference, primes });
        }
        self.further_keys = Some(keys).filter(|keys| !keys.is_empty());
    }

    pub(crate) fn slot(&self, number: u8) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.number == number)
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: a vector that grows leaves copies of secrets behind.
        let mut encoder = Encoder::new(Vec::with_capacity(self.room()));
        // Writing into a vector cannot fail, and no encoder here raises errors of its own.
        let _infallible = encoder.encode(self);
        Zeroizing::new(encoder.into_writer())
    }

    /// At least the length of [`State::to_bytes`].
    fn room(&self) -> usize {
        let shares = self.slots.iter().flat_map(|slot| &slot.shares);
        let sums: usize = shares
            .map(|share| SHARE_ROOM + share.sum.as_slice().len())
            .sum();
        let keys = self.further_keys.iter().flatten().count();
        STATE_ROOM + self.certificate.len() + self.slots.len() * SLOT_ROOM + keys * KEY_ROOM + sums
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        if bytes.len() > MAX_STATE {
            return Err(RestoreError::Damaged);
        }
        // The version is read first: what follows may look different in another one.
        match bytes {
            [0xa5..=0xa7, 0, VERSION, ..] => {}
            [0xa5..=0xa7, 0, _, ..] => return Err(RestoreError::Version),
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
            && self.further_keys.as_deref().is_none_or(are_valid)
    }
}

fn are_valid(keys: &[FurtherKey]) -> bool {
    !keys.is_empty()
        && keys.is_sorted_by(|one, next| one.reference < next.reference)
        && keys.iter().all(|key| {
            FURTHER_KEYS.contains(&key.reference)
                && key.primes.as_slice().len() == signature_key::BYTES
        })
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

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec};

    use tallystick_protocol::{
        identifier::Role,
        keys::{Centres, Epoch, Space},
    };

    use super::*;

    fn longest_domain(first: char) -> Domain {
        let labels = [63, 63, 63, 61].map(|length| String::from(first).repeat(length));
        Domain::parse(&labels.join(".")).unwrap()
    }

    #[test]
    fn room_is_reserved_for_the_fullest_card() {
        let names = ['a', 'b', 'c', 'd'].map(longest_domain);
        let share = StoredShare {
            context: KeyContext {
                space: Space {
                    role: Role::Courier,
                    index: u32::MAX,
                },
                epoch: Epoch(u32::MAX),
                centres: Centres::new(names.clone()).unwrap(),
            },
            received: names.to_vec(),
            sum: (&[7; 300][..]).into(),
        };
        let mut state = State::blank();
        state.signature_key = Some((&[7; signature_key::BYTES][..]).into());
        state.certificate = vec![7; MAX_CERTIFICATE];
        for number in 0..16 {
            state.slots.push(Slot {
                number,
                holder: HolderId([7; 32]),
                secret: (&[7; 32][..]).into(),
                shares: vec![share.clone(); MAX_SHARES],
            });
        }
        let key = |reference| FurtherKey {
            reference,
            primes: (&[7; signature_key::BYTES][..]).into(),
        };
        state.further_keys = Some(FURTHER_KEYS.map(key).collect());
        assert!(state.to_bytes().len() <= state.room());
    }
}
