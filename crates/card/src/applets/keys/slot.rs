//! The applet's part of the card's state: enrolment keys, and the shares sealed to them.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::keys::{CENTRES_MAX, HolderShare, KeyContext};
use tallystick_protocol::wire::identifier::{DOMAIN_BYTES_MAX, Domain, HolderId};

use crate::StatusWord;
use crate::safe::{KeptSecret, Place, SafeSlit};
use crate::secret_bytes::SecretBytes;

/// Enrolment keys a card holds, numbered from 0.
pub(crate) const SLOTS_MAX: usize = 16;
/// Shares (of different spaces and epochs) that a slot holds.
pub(crate) const SHARES_MAX: usize = 16;
/// More than shares take beside themselves, in bytes: the centres' names twice, a digest
/// each, and a few numbers.
const SHARE_ROOM: usize = 2 * CENTRES_MAX * (DOMAIN_BYTES_MAX + 3) + 32 * CENTRES_MAX + 64;
/// More than a share in the safe takes beside itself, in bytes.
const PART_ROOM: usize = 96;
/// More than a slot takes beside its shares: its number, a holder and a key.
pub(crate) const SLOT_ROOM: usize = 256;

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

/// The shares that came so far for one space, epoch and set of centres.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct StoredShare {
    #[n(0)]
    pub(crate) context: KeyContext,
    /// The centres whose shares came.
    #[n(1)]
    pub(crate) received: Vec<Domain>,
    /// The sum of those that came before the card had a safe.
    #[n(2)]
    pub(crate) sum: Option<KeptSecret>,
    /// The SHA-256 of each share, in the order of `received`, 32 bytes each; none of those that an earlier
    /// release took.
    #[n(3)]
    pub(crate) digests: Option<SecretBytes>,
    /// The others: nobody can add to what is in the safe before the PIN.
    #[n(4)]
    pub(crate) parts: Option<Vec<KeptSecret>>,
}

impl Slot {
    /// Its share of this context, if some of it came.
    pub(crate) fn share(&self, context: &KeyContext) -> Option<&StoredShare> {
        self.shares.iter().find(|share| share.context == *context)
    }

    /// Seals what came before the card had a safe.
    pub(crate) fn put_into_safe(
        &mut self,
        safe: &SafeSlit,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        for share in &mut self.shares {
            let place = Place::Share(self.number, &share.context);
            if let Some(sum) = share.sum.take() {
                share.sum = Some(sum.into_safe(safe, &place, rng)?);
            }
        }
        Ok(())
    }

    /// Whether it is as a card writes it.
    pub(crate) fn is_valid(&self, has_safe: bool) -> bool {
        usize::from(self.number) < SLOTS_MAX
            && self.secret.as_slice().len() == 32
            && self.shares.len() <= SHARES_MAX
            && self.shares.iter().all(|share| share.is_valid(has_safe))
    }
}

impl StoredShare {
    /// Whether the shares of all centres came; before, no key comes of them.
    pub(crate) fn is_complete(&self) -> bool {
        self.context
            .centres
            .as_slice()
            .iter()
            .all(|centre| self.received.contains(centre))
    }

    /// More than it takes when it is written down, in bytes.
    pub(crate) fn room(&self) -> usize {
        let kept = self.sum.iter().chain(self.parts.iter().flatten());
        let kept: usize = kept.map(|kept| PART_ROOM + kept.len()).sum();
        SHARE_ROOM + kept
    }

    fn is_valid(&self, has_safe: bool) -> bool {
        let parts = self.parts.as_deref().unwrap_or_default();
        let is_sum = |sum: &KeptSecret| match sum {
            KeptSecret::Clear(sum) => HolderShare::from_bytes(sum.as_slice()).is_ok(),
            KeptSecret::Sealed(_) => true,
        };
        parts.len() <= CENTRES_MAX
            && self.parts.is_none() == parts.is_empty()
            && (self.sum.is_some() || !parts.is_empty())
            && parts
                .iter()
                .all(|part| part.is_valid(true, None) && has_safe)
            && (self.sum.iter()).all(|sum| sum.is_valid(has_safe, None) && is_sum(sum))
    }
}
