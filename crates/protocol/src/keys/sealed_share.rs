//! A key share on its way from a centre to the one it is for.

use crate::wire::registry::context;
use alloc::vec::Vec;
use tallystick_codec::DecodeMap;

use minicbor::{CborLen, Decode, Decoder, Encode, decode};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::wire::cbor::{array_of, encode_value};
use crate::wire::identifier::{Domain, HolderId};

use super::{
    Degrees, Element, KeyContext, KeyError,
    sealed::{Sealed, TAG_BYTES, open_sealed, public_key, seal_to},
};

const CONTEXT: &[u8] = context::SEALED_SHARE.as_bytes();
/// The largest sealed share in bytes: degree [`Degrees::MAX`] and the tag of AES-GCM.
pub const CIPHERTEXT_BYTES_MAX: usize = (Degrees::MAX as usize + 1) * Element::BYTES + TAG_BYTES;

/// Whom a share is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, CborLen)]
#[cbor(flat)]
pub enum ShareRecipient {
    /// A holder; the share is a [`super::HolderShare`].
    #[n(0)]
    Holder(#[n(0)] HolderId),
    /// A service party; the share is a [`super::PartyShare`].
    #[n(1)]
    Party(#[n(0)] Domain),
}

// By hand, as [`crate::trust::statement::Audience`] is.
impl<'bytes, Ctx> Decode<'bytes, Ctx> for ShareRecipient {
    fn decode(decoder: &mut Decoder<'bytes>, context: &mut Ctx) -> Result<Self, decode::Error> {
        array_of(decoder, 2)?;
        match decoder.u32()? {
            0 => HolderId::decode(decoder, context).map(Self::Holder),
            1 => Domain::decode(decoder, context).map(Self::Party),
            other => Err(decode::Error::unknown_variant(other.into())),
        }
    }
}

/// What a sealed share is, and for whom. It cannot be opened under another label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub struct ShareLabel {
    /// Space, epoch and all centres.
    #[n(0)]
    pub context: KeyContext,
    /// The one centre whose summand this is.
    #[n(1)]
    pub centre: Domain,
    /// Whom it is for.
    #[n(2)]
    pub recipient: ShareRecipient,
}

/// A share sealed by HPKE (RFC 9180) in base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
/// AES-256-GCM; `info` is a context string and the label.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub struct SealedShare {
    /// What it is.
    #[n(0)]
    pub label: ShareLabel,
    /// HPKE's encapsulated key, 32 bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub encapsulated: [u8; 32],
    /// The share and its tag, at most [`CIPHERTEXT_BYTES_MAX`].
    #[cbor(
        n(2),
        encode_with = "minicbor::bytes::encode",
        decode_with = "decode_ciphertext"
    )]
    #[cbor(cbor_len = "minicbor::bytes::cbor_len")]
    pub ciphertext: Vec<u8>,
}

impl SealedShare {
    /// Space, epoch and all centres.
    #[must_use]
    pub const fn context(&self) -> &KeyContext {
        &self.label.context
    }

    /// The one centre whose summand this is.
    #[must_use]
    pub const fn centre(&self) -> &Domain {
        &self.label.centre
    }
}

/// The limit is checked before anything is allocated.
pub(super) fn decode_ciphertext<C>(
    d: &mut Decoder<'_>,
    _: &mut C,
) -> Result<Vec<u8>, decode::Error> {
    let bytes = d.bytes()?;
    if bytes.len() > CIPHERTEXT_BYTES_MAX {
        return Err(decode::Error::message(KeyError::WrongLength));
    }
    Ok(bytes.to_vec())
}

/// Seals a share to the recipient's X25519 public key (RFC 7748, 32 bytes).
///
/// # Errors
/// [`KeyError::Centres`] if the centre is not one of the context's; [`KeyError::CannotSeal`] if the
/// public key is of low order; [`KeyError::WrongLength`] for an over-long share.
pub fn seal_share(
    rng: &mut impl CryptoRng,
    recipient_key: &[u8; 32],
    label: ShareLabel,
    share: &[u8],
) -> Result<SealedShare, KeyError> {
    check(&label, share.len() + TAG_BYTES)?;
    let Sealed {
        encapsulated,
        ciphertext,
    } = seal_to(rng, recipient_key, &info(&label), share)?;
    Ok(SealedShare {
        label,
        encapsulated,
        ciphertext,
    })
}

/// Opens a share with the X25519 private key, and only if it is for `recipient`.
///
/// # Errors
/// [`KeyError::CannotOpen`] for another key, another recipient or altered bytes;
/// [`KeyError::Centres`] if the centre is not one of the context's.
pub fn open_share(
    secret_key: &[u8; 32],
    recipient: &ShareRecipient,
    sealed: &SealedShare,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    check(&sealed.label, sealed.ciphertext.len())?;
    if *recipient != sealed.label.recipient {
        return Err(KeyError::CannotOpen);
    }
    let SealedShare {
        label,
        encapsulated,
        ciphertext,
    } = sealed;
    open_sealed(secret_key, &info(label), encapsulated, ciphertext)
}

/// The X25519 public key of a private key: what shares are sealed to.
///
/// # Errors
/// [`KeyError::CannotOpen`] if the bytes are no private key.
pub fn enrolment_public_key(secret_key: &[u8; 32]) -> Result<[u8; 32], KeyError> {
    public_key(secret_key)
}

fn check(label: &ShareLabel, ciphertext_bytes: usize) -> Result<(), KeyError> {
    if !label.context.centres.contains(&label.centre) {
        return Err(KeyError::Centres);
    }
    if ciphertext_bytes > CIPHERTEXT_BYTES_MAX {
        return Err(KeyError::WrongLength);
    }
    Ok(())
}

fn info(label: &ShareLabel) -> Vec<u8> {
    [CONTEXT, &encode_value(label)].concat()
}
