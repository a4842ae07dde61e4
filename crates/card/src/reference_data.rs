//! PIN and PUK with their retry counters (NIST SP 800-73-5 part 2, §3.2).

use alloc::vec::Vec;
use tallystick_protocol::wire::registry::context;

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::safe::{KEY_BYTES, SafeKey};
use crate::secret_bytes::SecretBytes;
use crate::state::{Keep, State};
use crate::stretch::{SALT_BYTES, Stretch};

/// Wrong tries in a row until PIN or PUK is blocked.
pub(crate) const TRIES_MAX: u8 = 3;
/// PIN and PUK take eight bytes on the wire.
pub(crate) const BYTES: usize = 8;
/// The number of the PIN in P2.
pub(crate) const PIN: u8 = 0x80;
/// The number of the PUK in P2.
pub(crate) const PUK: u8 = 0x81;

/// What a card has before it is personalised, as SP 800-73 cards commonly do.
pub(crate) const FACTORY_PIN: &[u8; BYTES] = b"123456\xff\xff";
/// As [`FACTORY_PIN`], for the PUK.
pub(crate) const FACTORY_PUK: &[u8; BYTES] = b"12345678";

/// Bytes of a wrapped key: the key and the tag of AES-GCM.
const WRAPPED_BYTES: usize = KEY_BYTES + 16;
/// Tells a wrapped key from all else under the same cipher.
const CONTEXT: &[u8] = context::CARD_SAFE_KEY.as_bytes();
/// Each key that wraps is of a salt of its own and is used once, so the nonce says nothing.
const NONCE: [u8; 12] = [0; 12];

/// A PIN or PUK. Of a card with a safe only what it opens is kept, never the value.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct ReferenceData {
    /// The value, on a card without a safe.
    #[n(0)]
    value: Option<SecretBytes>,
    #[n(1)]
    tries_left: u8,
    /// The safe's key, on a card with one.
    #[n(2)]
    wrapping: Option<Wrapping>,
}

/// The safe's key under one stretched from a PIN or PUK: who can open it has the right value.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
struct Wrapping {
    /// What a guess costs.
    #[n(0)]
    stretch: Stretch,
    #[cbor(n(1), with = "minicbor::bytes")]
    salt: [u8; SALT_BYTES],
    /// AES-256-GCM.
    #[cbor(n(2), with = "minicbor::bytes")]
    wrapped: Vec<u8>,
    /// Whether the value is still the factory's.
    #[n(3)]
    is_factory: bool,
}

impl Wrapping {
    fn new(
        value: &[u8; BYTES],
        key: &SafeKey,
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StatusWord> {
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let payload = Payload {
            msg: key.as_bytes(),
            aad: CONTEXT,
        };
        let stretched = stretched(stretch, value, &salt)?;
        let wrapped = Aes256Gcm::new(&(*stretched).into())
            .encrypt(&Nonce::from(NONCE), payload)
            .map_err(|_| StatusWord::MemoryFailure)?;
        Ok(Self {
            stretch,
            salt,
            wrapped,
            is_factory: [FACTORY_PIN, FACTORY_PUK].contains(&value),
        })
    }

    /// The safe's key, if that is the value.
    fn open(&self, value: &[u8; BYTES]) -> Result<Option<SafeKey>, StatusWord> {
        let stretched = stretched(self.stretch, value, &self.salt)?;
        let payload = Payload {
            msg: &self.wrapped,
            aad: CONTEXT,
        };
        let opened = Aes256Gcm::new(&(*stretched).into()).decrypt(&Nonce::from(NONCE), payload);
        let Ok(opened) = opened.map(Zeroizing::new) else {
            return Ok(None);
        };
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let bytes: &[u8; KEY_BYTES] = opened.first_chunk().ok_or(StatusWord::MemoryFailure)?;
        key.copy_from_slice(bytes);
        Ok(Some(SafeKey::from_bytes(key)))
    }
}

fn stretched(
    stretch: Stretch,
    value: &[u8; BYTES],
    salt: &[u8; SALT_BYTES],
) -> Result<Zeroizing<[u8; 32]>, StatusWord> {
    let stretched = stretch.derive(value, salt);
    stretched.map_err(|_| StatusWord::MemoryFailure)
}

impl ReferenceData {
    /// Of a card without a safe.
    pub(crate) fn new(value: &[u8; BYTES]) -> Self {
        Self {
            value: Some(value.as_slice().into()),
            tries_left: TRIES_MAX,
            wrapping: None,
        }
    }

    /// Wraps the safe's key under the value, with all tries.
    pub(crate) fn set(
        &mut self,
        value: &[u8; BYTES],
        key: &SafeKey,
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        *self = Self {
            value: None,
            tries_left: TRIES_MAX,
            wrapping: Some(Wrapping::new(value, key, stretch, rng)?),
        };
        Ok(())
    }

    /// Wraps the key of a new safe under the value that is still in clear; the tries stay.
    pub(crate) fn put_into_safe(
        &mut self,
        key: &SafeKey,
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        let tries_left = self.tries_left;
        let value = self.value.take().ok_or(StatusWord::MemoryFailure)?;
        let value = value.as_slice().try_into();
        self.set(
            value.map_err(|_| StatusWord::MemoryFailure)?,
            key,
            stretch,
            rng,
        )?;
        self.tries_left = tries_left;
        Ok(())
    }

    /// Takes a try. This has to be kept before anything is compared: else whoever cuts the power when
    /// the comparison shows has had a try for nothing.
    pub(crate) fn take_try(&mut self) -> Result<(), StatusWord> {
        self.tries_left = self.tries_left.checked_sub(1).ok_or(StatusWord::Blocked)?;
        Ok(())
    }

    /// Whether it is still the factory's value. It costs no try, so nobody may ask about another.
    pub(crate) fn is_factory(&self) -> bool {
        let value = self.value.as_ref().map(SecretBytes::as_slice);
        value.is_some_and(|value| value == FACTORY_PIN || value == FACTORY_PUK)
            || self.wrapping.as_ref().is_some_and(|one| one.is_factory)
    }

    /// Whether that is the value, in constant time: the safe's key, if there is a safe. The right value
    /// gives all tries back.
    fn compare(&mut self, value: &[u8; BYTES]) -> Result<Option<SafeKey>, StatusWord> {
        let key = match (&self.value, &self.wrapping) {
            (Some(own), None) if *own == value.as_slice().into() => None,
            (None, Some(wrapping)) => match wrapping.open(value)? {
                Some(key) => Some(key),
                None => return Err(self.tries()),
            },
            _ => return Err(self.tries()),
        };
        self.tries_left = TRIES_MAX;
        Ok(key)
    }

    #[cfg(test)]
    pub(crate) const fn tries_left(&self) -> u8 {
        self.tries_left
    }

    /// What guessing the value costs, if there is a safe.
    #[cfg(test)]
    pub(crate) fn stretch(&self) -> Option<Stretch> {
        self.wrapping.as_ref().map(|wrapping| wrapping.stretch)
    }

    /// How many tries are left, as a card says it.
    pub(crate) fn tries(&self) -> StatusWord {
        match self.tries_left {
            0 => StatusWord::Blocked,
            left => StatusWord::TriesLeft(left),
        }
    }

    pub(crate) fn is_valid(&self, has_safe: bool) -> bool {
        let fits = match (&self.value, &self.wrapping) {
            (Some(value), None) => !has_safe && value.as_slice().len() == BYTES,
            (None, Some(wrapping)) => has_safe && wrapping.wrapped.len() == WRAPPED_BYTES,
            _ => false,
        };
        fits && self.tries_left <= TRIES_MAX
    }
}

/// Chooses the PIN or the PUK of a card.
pub(crate) type Of = fn(&mut State) -> &mut ReferenceData;

/// Presents a value for the PIN or PUK that `of` chooses: the safe's key, if the card has a safe. The
/// try is counted, and that is kept, before the comparison.
pub(crate) fn present(
    state: &mut State,
    of: Of,
    value: &[u8; BYTES],
    keep: Keep<'_>,
) -> Result<Option<SafeKey>, StatusWord> {
    of(state).take_try()?;
    keep(state)?;
    of(state).compare(value)
}

/// Whether the bytes may become a PIN: 6 to 8 digits, filled up with FF.
pub(crate) fn is_pin(bytes: &[u8; BYTES]) -> bool {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    digits >= 6 && bytes.iter().skip(digits).all(|byte| *byte == 0xff)
}

/// Whether the bytes may become a PUK: 8 visible ASCII characters.
pub(crate) fn is_puk(bytes: &[u8; BYTES]) -> bool {
    bytes.iter().all(u8::is_ascii_graphic)
}
