//! The card's safe. Signing keys and key shares are sealed to the public half of a key pair, so that new
//! ones can be put in before any PIN. The private half is kept only wrapped, under keys stretched from
//! the PIN and from the PUK, and is in clear only in the memory of a session that has the PIN.
//!
//! Enrolment keys are not in it: with them a card takes shares in, and shows that it is the right one,
//! before any PIN.
//!
//! Releases before kept everything in clear, and so does a card from the factory, whose PIN everybody
//! knows: it gets its safe with the first right PIN or PUK.

use alloc::vec::Vec;
use tallystick_protocol::wire::registry::context;

use minicbor::{Decode, Decoder, Encode, Encoder, data::Type, decode, encode};
use rand_core::CryptoRng;
use tallystick_protocol::coupon::CouponId;
use tallystick_protocol::keys::{
    KeyContext,
    sealed::{Sealed, TAG_BYTES, open_sealed, public_key, seal_to},
};
use tallystick_protocol::wire::cbor::encode_value;
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::secret_bytes::SecretBytes;

/// Bytes of either half of the safe's key pair (X25519, RFC 7748).
pub(crate) const KEY_BYTES: usize = 32;
/// Tells what is in a safe from all else that is sealed.
const CONTEXT: &[u8] = context::CARD_SAFE.as_bytes();

/// The public half: whoever has it can put something in.
pub(crate) type SafeSlit = [u8; KEY_BYTES];

/// The private half: opens everything in the safe. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct SafeKey(Zeroizing<[u8; KEY_BYTES]>);

/// Where in the safe something is: it opens nowhere else.
pub(crate) enum Place<'a> {
    /// The primes of the key of that reference.
    SigningKey(u8),
    /// A share, or a sum of some, of that slot and context.
    Share(u8, &'a KeyContext),
    /// The key of the purse at that place whose public half has that digest.
    PurseKey(u8, &'a [u8; 32]),
    /// What a locked coupon is; its key is another than the safe's.
    Coupon(&'a CouponId),
}

impl Place<'_> {
    fn info(&self) -> Vec<u8> {
        let (kind, number, context) = match self {
            Self::SigningKey(reference) => (0, *reference, Vec::new()),
            Self::Share(slot, context) => (1, *slot, encode_value(*context)),
            Self::PurseKey(place, digest) => (2, *place, digest.to_vec()),
            Self::Coupon(coupon) => (3, 0, coupon.0.to_vec()),
        };
        [CONTEXT, &[kind, number], &context].concat()
    }
}

/// A secret as the card keeps it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum KeptSecret {
    /// On a card without a safe.
    Clear(SecretBytes),
    /// In the safe.
    Sealed(Sealed),
}

impl KeptSecret {
    /// Keeps a secret: in the safe, if there is one.
    pub(crate) fn new(
        safe: Option<&SafeSlit>,
        place: &Place<'_>,
        secret: SecretBytes,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StatusWord> {
        let Some(safe) = safe else {
            return Ok(Self::Clear(secret));
        };
        seal_to(rng, safe, &place.info(), secret.as_slice())
            .map(Self::Sealed)
            .map_err(|_| StatusWord::MemoryFailure)
    }

    /// The same, put into a safe.
    pub(crate) fn into_safe(
        self,
        safe: &SafeSlit,
        place: &Place<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StatusWord> {
        match self {
            Self::Clear(secret) => Self::new(Some(safe), place, secret, rng),
            Self::Sealed(_) => Err(StatusWord::MemoryFailure),
        }
    }

    /// What is written down of it.
    #[cfg(test)]
    pub(crate) fn as_written(&self) -> &[u8] {
        match self {
            Self::Clear(secret) => secret.as_slice(),
            Self::Sealed(sealed) => &sealed.ciphertext,
        }
    }

    /// Whether it can be such a secret: in a safe, or of that length.
    pub(crate) fn is_valid(&self, is_in_safe: bool, length: Option<usize>) -> bool {
        let is_sealed = matches!(self, Self::Sealed(_));
        is_sealed == is_in_safe && length.is_none_or(|length| self.len() == length)
    }

    /// How long the secret is, in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Clear(secret) => secret.as_slice().len(),
            Self::Sealed(sealed) => sealed.ciphertext.len().saturating_sub(TAG_BYTES),
        }
    }
}

impl SafeKey {
    /// A new pair.
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> Result<(Self, SafeSlit), StatusWord> {
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(secret.as_mut());
        let slit = public_key(&secret).map_err(|_| StatusWord::MemoryFailure)?;
        Ok((Self(secret), slit))
    }

    pub(crate) const fn from_bytes(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Takes a secret out.
    pub(crate) fn open(
        &self,
        place: &Place<'_>,
        kept: &KeptSecret,
    ) -> Result<SecretBytes, StatusWord> {
        match kept {
            KeptSecret::Clear(secret) => Ok(secret.clone()),
            KeptSecret::Sealed(Sealed {
                encapsulated,
                ciphertext,
            }) => open_sealed(&self.0, &place.info(), encapsulated, ciphertext)
                .map(SecretBytes::from)
                .map_err(|_| StatusWord::MemoryFailure),
        }
    }
}

// In clear a byte string, as the first release wrote it; sealed a map.
impl<C> Encode<C> for KeptSecret {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::Clear(secret) => secret.encode(e, context),
            Self::Sealed(sealed) => sealed.encode(e, context),
        }
    }
}

impl<'b, C> Decode<'b, C> for KeptSecret {
    fn decode(d: &mut Decoder<'b>, context: &mut C) -> Result<Self, decode::Error> {
        match d.datatype()? {
            Type::Bytes => SecretBytes::decode(d, context).map(Self::Clear),
            _ => Sealed::decode(d, context).map(Self::Sealed),
        }
    }
}
