//! Sealing to an X25519 public key: HPKE (RFC 9180) in base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256
//! and AES-256-GCM. What is sealed and for what is in `info`: it opens under no other.

use alloc::vec::Vec;

use hpke::{
    Deserializable, HpkeError, Kem as _, OpModeR, OpModeS, Serializable, aead::AesGcm256,
    kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::{KeyError, sealed_share::decode_ciphertext};

/// Bytes of the tag of AES-GCM.
pub const TAG_BYTES: usize = 16;

type PrivateKey = <X25519HkdfSha256 as hpke::Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as hpke::Kem>::PublicKey;
type EncappedKey = <X25519HkdfSha256 as hpke::Kem>::EncappedKey;

/// Something sealed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Sealed {
    /// HPKE's encapsulated key, 32 bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub encapsulated: [u8; 32],
    /// What was sealed and its tag, at most [`super::sealed_share::CIPHERTEXT_BYTES_MAX`].
    #[cbor(
        n(1),
        encode_with = "minicbor::bytes::encode",
        decode_with = "decode_ciphertext"
    )]
    pub ciphertext: Vec<u8>,
}

/// Seals to an X25519 public key (RFC 7748, 32 bytes).
///
/// # Errors
/// [`KeyError::CannotSeal`] if the public key is of low order.
pub fn seal_to(
    rng: &mut impl CryptoRng,
    recipient_key: &[u8; 32],
    info: &[u8],
    secret: &[u8],
) -> Result<Sealed, KeyError> {
    let mut sealed = || -> Result<_, HpkeError> {
        let key = PublicKey::from_bytes(recipient_key)?;
        let (encapsulated, mut context) = hpke::setup_sender_with_rng::<
            AesGcm256,
            HkdfSha256,
            X25519HkdfSha256,
        >(&OpModeS::Base, &key, info, rng)?;
        Ok((encapsulated, context.seal(secret, &[])?))
    };
    let (encapsulated, ciphertext) = sealed().map_err(|_| KeyError::CannotSeal)?;
    Ok(Sealed {
        encapsulated: encapsulated.to_bytes().into(),
        ciphertext,
    })
}

/// Opens with the X25519 private key what was sealed under the same `info`.
///
/// # Errors
/// [`KeyError::CannotOpen`] for another key, another `info` or altered bytes.
pub fn open_sealed(
    secret_key: &[u8; 32],
    info: &[u8],
    encapsulated: &[u8; 32],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let opened = || -> Result<_, HpkeError> {
        let key = PrivateKey::from_bytes(secret_key)?;
        let encapsulated = EncappedKey::from_bytes(encapsulated)?;
        let mut context = hpke::setup_receiver::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &key,
            &encapsulated,
            info,
        )?;
        context.open(ciphertext, &[]).map(Zeroizing::new)
    };
    opened().map_err(|_| KeyError::CannotOpen)
}

/// The X25519 public key of a private key.
///
/// # Errors
/// [`KeyError::CannotOpen`] if the bytes are no private key.
pub fn public_key(secret_key: &[u8; 32]) -> Result<[u8; 32], KeyError> {
    let key = PrivateKey::from_bytes(secret_key).map_err(|_| KeyError::CannotOpen)?;
    Ok(X25519HkdfSha256::sk_to_pk(&key).to_bytes().into())
}
