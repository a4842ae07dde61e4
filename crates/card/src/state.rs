//! Everything the card keeps, and how it is written down.

use alloc::vec::Vec;
use tallystick_codec::DecodeMap;

use minicbor::{Encode, Encoder};
use rand_core::CryptoRng;
use tallystick_protocol::keys::CENTRES_MAX;
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::applets::coupon::{self, Coupons};
use crate::applets::home::Home;
use crate::applets::identity::{CERTIFICATE_MAX, KeyReference, SIGNATURE, rsa_key};
use crate::applets::keys::{SHARES_MAX, SLOT_ROOM, SLOTS_MAX, Slot, StoredShare};
use crate::applets::purse::{PURSES_MAX, Purses};
use crate::applets::settlement::{self, Settlement};
use crate::reference_data::{BYTES, FACTORY_PIN, FACTORY_PUK, Of, ReferenceData};
use crate::room::room_of;
use crate::safe::{KeptSecret, Place, SafeKey, SafeSlit};
use crate::secret_bytes::SecretBytes;
use crate::stretch::Stretch;

/// A card without a safe.
const VERSION_IN_CLEAR: u8 = 1;
/// A card with one.
const VERSION_WITH_SAFE: u8 = 2;
/// The longest state that is read, in bytes: all slots full of the longest shares, all purses, and the rest.
const STATE_MAX: usize = SLOTS_MAX * SHARES_MAX * (CENTRES_MAX + 1) * crate::iso::apdu::DATA_MAX
    + PURSES_MAX * PURSE_ROOM_MAX
    + HOME_ROOM_MAX
    + coupon::ROOM_MAX
    + settlement::ROOM_MAX
    + 192 * 1024;
/// More than a purse takes: 48 entries with the longest evidence, 16 pending movements with the longest request and
/// reply, the rest.
const PURSE_ROOM_MAX: usize = 256 * 1024;
/// More than what is at home and what is away take: 32 loans, the newest orders, a procedure.
const HOME_ROOM_MAX: usize = 128 * 1024;
/// More than a further key takes: its reference, its primes and lengths.
const KEY_ROOM: usize = 96 + rsa_key::BYTES;
/// More than a certificate takes beside its content.
const CERTIFICATE_ROOM: usize = 16;
/// More than all the rest takes: PIN, PUK, the first key's primes and its modulus.
const STATE_ROOM: usize = 1536;
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

/// Keeps a state in the middle of a command, where a power failure does not reach it.
pub(crate) type Keep<'a> = &'a mut dyn FnMut(&State) -> Result<(), StatusWord>;

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
    pub(crate) signature_key: Option<KeptSecret>,
    /// The content of data object 5FC10A.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(crate) certificate: Vec<u8>,
    #[n(5)]
    pub(crate) slots: Vec<Slot>,
    /// Keys beside the first signature key; none on a card that was never given a second one.
    #[n(6)]
    pub(crate) further_keys: Option<Vec<FurtherKey>>,
    /// Certificates of further keys; none on a card that was never given one.
    #[n(7)]
    further_certificates: Option<Vec<FurtherCertificate>>,
    /// The safe, in which all secrets are; none on a card from the factory or of the first release.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub(crate) safe: Option<SafeSlit>,
    /// The modulus of a signature key whose primes are in the safe, 256 bytes.
    #[cbor(n(9), with = "minicbor::bytes")]
    pub(crate) signature_modulus: Option<Vec<u8>>,
    /// Roots, banks and purses; none on a card that was never given one.
    #[n(10)]
    pub(crate) purses: Option<Purses>,
    /// What stays at home, and what is away; none on a card that was never used for either.
    #[n(11)]
    pub(crate) home: Option<Home>,
    /// Offices and coupons; none on a card that was never given one.
    #[n(12)]
    pub(crate) coupons: Option<Coupons>,
    /// The contactless card; none on a card that was never asked to be one.
    #[n(13)]
    pub(crate) settlement: Option<Settlement>,
}

/// The certificate of a further key.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
struct FurtherCertificate {
    /// Its key's reference.
    #[n(0)]
    reference: u8,
    /// The content of its data object; at least one byte.
    #[cbor(n(1), with = "minicbor::bytes")]
    content: Vec<u8>,
}

/// A key beside the first signature key.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct FurtherKey {
    /// Its key reference, as commands name it.
    #[n(0)]
    pub(crate) reference: u8,
    /// Its two primes, each 128 bytes big-endian.
    #[n(1)]
    pub(crate) primes: KeptSecret,
}

impl State {
    /// A card as it comes from the factory.
    pub(crate) fn blank() -> Self {
        Self {
            version: VERSION_IN_CLEAR,
            pin: ReferenceData::new(FACTORY_PIN),
            puk: ReferenceData::new(FACTORY_PUK),
            signature_key: None,
            certificate: Vec::new(),
            slots: Vec::new(),
            further_keys: None,
            further_certificates: None,
            safe: None,
            signature_modulus: None,
            purses: None,
            home: None,
            coupons: None,
            settlement: None,
        }
    }

    /// The key of that reference.
    pub(crate) fn key(&self, reference: KeyReference) -> Option<&KeptSecret> {
        if reference.number() == SIGNATURE {
            return self.signature_key.as_ref();
        }
        let mut keys = self.further_keys.iter().flatten();
        keys.find(|key| key.reference == reference.number())
            .map(|key| &key.primes)
    }

    /// Puts a new key in its place. The certificate of the one before goes with it.
    pub(crate) fn set_key(
        &mut self,
        reference: KeyReference,
        primes: SecretBytes,
        modulus: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        let number = reference.number();
        let place = Place::SigningKey(number);
        let primes = KeptSecret::new(self.safe.as_ref(), &place, primes, rng)?;
        self.put_key(reference, Some(primes));
        if number == SIGNATURE && self.safe.is_some() {
            self.signature_modulus = Some(modulus.to_vec());
        }
        Ok(())
    }

    /// Deletes a key and its certificate.
    pub(crate) fn delete_key(&mut self, reference: KeyReference) {
        self.put_key(reference, None);
    }

    fn put_key(&mut self, reference: KeyReference, primes: Option<KeptSecret>) {
        self.set_certificate(reference, &[]);
        let number = reference.number();
        if number == SIGNATURE {
            self.signature_key = primes;
            self.signature_modulus = None;
            return;
        }
        let key = primes.map(|primes| FurtherKey {
            reference: number,
            primes,
        });
        put(&mut self.further_keys, number, |key| key.reference, key);
    }

    /// The safe's key: the one that came of a right PIN or PUK; or that of a new safe, into which all
    /// goes that was in clear until now.
    pub(crate) fn in_safe(
        &mut self,
        key: Option<SafeKey>,
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<SafeKey, StatusWord> {
        if let Some(key) = key {
            return Ok(key);
        }
        // On a copy: all of it, or nothing.
        let mut next = self.clone();
        let key = next.put_all_into_safe(stretch, rng)?;
        *self = next;
        Ok(key)
    }

    fn put_all_into_safe(
        &mut self,
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<SafeKey, StatusWord> {
        let (key, safe) = SafeKey::generate(rng)?;
        if let Some(KeptSecret::Clear(primes)) = &self.signature_key {
            self.signature_modulus = Some(rsa_key::modulus(primes)?.to_vec());
        }
        if let Some(primes) = self.signature_key.take() {
            let place = Place::SigningKey(SIGNATURE);
            self.signature_key = Some(primes.into_safe(&safe, &place, rng)?);
        }
        for further in self.further_keys.iter_mut().flatten() {
            let place = Place::SigningKey(further.reference);
            further.primes = further.primes.clone().into_safe(&safe, &place, rng)?;
        }
        for slot in &mut self.slots {
            slot.put_into_safe(&safe, rng)?;
        }
        if let Some(purses) = &mut self.purses {
            purses.put_into_safe(&safe, rng)?;
        }
        self.pin.put_into_safe(&key, stretch, rng)?;
        self.puk.put_into_safe(&key, stretch, rng)?;
        self.version = VERSION_WITH_SAFE;
        self.safe = Some(safe);
        Ok(key)
    }

    /// Sets a new PIN or PUK, once a right one gave the safe's key (if there is a safe).
    pub(crate) fn change(
        &mut self,
        of: Of,
        new: &[u8; BYTES],
        key: Option<SafeKey>,
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        if let Some(key) = key {
            return of(self).set(new, &key, stretch, rng);
        }
        let mut next = self.clone();
        *of(&mut next) = ReferenceData::new(new);
        next.in_safe(None, stretch, rng)?;
        *self = next;
        Ok(())
    }

    /// The certificate object of a key, if there is one.
    pub(crate) fn certificate(&self, reference: KeyReference) -> Option<&[u8]> {
        if reference.number() == SIGNATURE {
            return Some(&self.certificate[..]).filter(|content| !content.is_empty());
        }
        let mut all = self.further_certificates.iter().flatten();
        all.find(|one| one.reference == reference.number())
            .map(|one| &one.content[..])
    }

    /// Writes the certificate object of a key; nothing removes it.
    pub(crate) fn set_certificate(&mut self, reference: KeyReference, content: &[u8]) {
        let number = reference.number();
        if number == SIGNATURE {
            self.certificate = content.to_vec();
            return;
        }
        let one = Some(content).filter(|content| !content.is_empty());
        let one = one.map(|content| FurtherCertificate {
            reference: number,
            content: content.to_vec(),
        });
        put(
            &mut self.further_certificates,
            number,
            |one| one.reference,
            one,
        );
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
    pub(crate) fn room(&self) -> usize {
        let shares = self.slots.iter().flat_map(|slot| &slot.shares);
        let shares: usize = shares.map(StoredShare::room).sum();
        let keys = self.further_keys.iter().flatten().count();
        let certificates = self.further_certificates.iter().flatten();
        let certificates: usize = certificates
            .map(|one| CERTIFICATE_ROOM + one.content.len())
            .sum();
        STATE_ROOM
            + self.certificate.len()
            + self.slots.len() * SLOT_ROOM
            + keys * KEY_ROOM
            + certificates
            + shares
            + self.purses.as_ref().map_or(0, room_of)
            + self.home.as_ref().map_or(0, Home::room)
            + self.coupons.as_ref().map_or(0, Coupons::room)
            + self.settlement.as_ref().map_or(0, room_of)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        if bytes.len() > STATE_MAX {
            return Err(RestoreError::Damaged);
        }
        // The version is read first: what follows may look different in another one.
        match bytes {
            [0xa5..=0xae, 0, VERSION_IN_CLEAR | VERSION_WITH_SAFE, ..] => {}
            [0xa5..=0xae, 0, _, ..] => return Err(RestoreError::Version),
            _ => return Err(RestoreError::Damaged),
        }
        let state: Self = minicbor::decode(bytes).map_err(|_| RestoreError::Damaged)?;
        if state.is_valid() && *state.to_bytes() == *bytes {
            return Ok(state);
        }
        Err(RestoreError::Damaged)
    }

    fn is_valid(&self) -> bool {
        let has_safe = self.safe.is_some();
        let has_modulus = has_safe && self.signature_key.is_some();
        let primes = |kept: &KeptSecret| kept.is_valid(has_safe, Some(rsa_key::BYTES));
        (self.version == VERSION_WITH_SAFE) == has_safe
            && self.pin.is_valid(has_safe)
            && self.puk.is_valid(has_safe)
            && self.signature_key.as_ref().is_none_or(primes)
            && self.signature_modulus.is_some() == has_modulus
            && self
                .signature_modulus
                .iter()
                .all(|modulus| modulus.len() == rsa_key::BLOCK)
            && self.certificate.len() <= CERTIFICATE_MAX
            && self.slots.len() <= SLOTS_MAX
            && self
                .slots
                .is_sorted_by(|one, next| one.number < next.number)
            && self.slots.iter().all(|slot| slot.is_valid(has_safe))
            && (self.purses.iter()).all(|purses| purses.is_valid(has_safe))
            && (self.home.iter()).all(|home| home.is_valid(has_safe))
            && self.coupons.iter().all(Coupons::is_valid)
            && self.settlement.iter().all(Settlement::is_valid)
            && are_valid(
                self.further_keys.as_deref(),
                |key| key.reference,
                |key| primes(&key.primes),
            )
            && are_valid(
                self.further_certificates.as_deref(),
                |one| one.reference,
                |one| (1..=CERTIFICATE_MAX).contains(&one.content.len()),
            )
    }
}

/// Puts something of a key in its place among the others, in ascending order, or removes it.
fn put<T>(all: &mut Option<Vec<T>>, number: u8, of: fn(&T) -> u8, one: Option<T>) {
    let mut list = all.take().unwrap_or_default();
    list.retain(|other| of(other) != number);
    if let Some(one) = one {
        let place = list.partition_point(|other| of(other) < number);
        list.insert(place, one);
    }
    *all = Some(list).filter(|list| !list.is_empty());
}

/// Whether it is a list as [`put`] makes it, of keys that can stand in it.
fn are_valid<T>(all: Option<&[T]>, of: fn(&T) -> u8, is_valid: impl Fn(&T) -> bool) -> bool {
    let further = |one: &T| of(one) != SIGNATURE && KeyReference::new(of(one)).is_ok();
    all.is_none_or(|all| {
        !all.is_empty()
            && all.is_sorted_by(|one, next| of(one) < of(next))
            && all.iter().all(|one| further(one) && is_valid(one))
    })
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec};

    use tallystick_protocol::keys::{Centres, Epoch, KeyContext, Space};
    use tallystick_protocol::test_keys::TestRng;
    use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};

    use super::*;

    fn longest_domain(first: char) -> Domain {
        let labels = [63, 63, 63, 61].map(|length| String::from(first).repeat(length));
        Domain::parse(&labels.join(".")).unwrap()
    }

    #[test]
    fn room_is_reserved_for_the_fullest_card() {
        let rng = &mut TestRng::new(1);
        let mut state = fullest_card(rng);
        assert!(state.to_bytes().len() <= state.room());
        let cheap = Stretch {
            memory_kib: 8,
            passes: 1,
        };
        state.in_safe(None, cheap, rng).unwrap();
        for share in state.slots.iter_mut().flat_map(|slot| &mut slot.shares) {
            share.parts = Some(vec![share.sum.clone().unwrap(); CENTRES_MAX]);
        }
        assert!(state.is_valid());
        assert!(state.to_bytes().len() <= state.room());
    }

    fn fullest_card(rng: &mut TestRng) -> State {
        let names = ['a', 'b', 'c', 'd'].map(longest_domain);
        let context = KeyContext {
            space: Space {
                role: Role::Courier,
                index: u32::MAX,
            },
            epoch: Epoch(u32::MAX),
            centres: Centres::new(names.clone()).unwrap(),
        };
        let share = StoredShare {
            context: context.clone(),
            received: names.to_vec(),
            sum: Some(KeptSecret::Clear((&[7; 300][..]).into())),
            digests: Some((&[7; 32 * 4][..]).into()),
            parts: None,
        };
        let mut state = State::blank();
        for number in 0..16 {
            state.slots.push(Slot {
                number,
                holder: HolderId([7; 32]),
                secret: (&[7; 32][..]).into(),
                shares: vec![share.clone(); SHARES_MAX],
            });
        }
        let (primes, modulus) = rsa_key::generate(rng).unwrap();
        let keys = (0..=0xff).filter_map(|number| KeyReference::new(number).ok());
        for key in keys {
            state.set_key(key, primes.clone(), &modulus, rng).unwrap();
            if key.certificate().is_some() {
                state.set_certificate(key, &[7; CERTIFICATE_MAX]);
            }
        }
        state
    }
}
