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

/// A secret that both sides of something sealed have, 32 bytes (RFC 9180 §5.3).
pub type Exported = Zeroizing<[u8; 32]>;

/// For what a secret is exported.
const EXPORTER: &[u8] = b"tallystick";

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
    Ok(seal_and_export(rng, recipient_key, info, secret)?.0)
}

/// Seals as [`seal_to`] does, and exports a secret that whoever opens it has, too.
///
/// # Errors
/// [`KeyError::CannotSeal`] if the public key is of low order.
pub fn seal_and_export(
    rng: &mut impl CryptoRng,
    recipient_key: &[u8; 32],
    info: &[u8],
    secret: &[u8],
) -> Result<(Sealed, Exported), KeyError> {
    let mut exported = Exported::default();
    let mut sealed = || -> Result<_, HpkeError> {
        let key = PublicKey::from_bytes(recipient_key)?;
        let (encapsulated, mut context) = hpke::setup_sender_with_rng::<
            AesGcm256,
            HkdfSha256,
            X25519HkdfSha256,
        >(&OpModeS::Base, &key, info, rng)?;
        context.export(EXPORTER, exported.as_mut())?;
        Ok((encapsulated, context.seal(secret, &[])?))
    };
    let (encapsulated, ciphertext) = sealed().map_err(|_| KeyError::CannotSeal)?;
    let sealed = Sealed {
        encapsulated: encapsulated.to_bytes().into(),
        ciphertext,
    };
    Ok((sealed, exported))
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
    Ok(open_and_export(secret_key, info, encapsulated, ciphertext)?.0)
}

/// Opens as [`open_sealed`] does, and exports the secret that whoever sealed it has, too.
///
/// # Errors
/// [`KeyError::CannotOpen`] for another key, another `info` or altered bytes.
pub fn open_and_export(
    secret_key: &[u8; 32],
    info: &[u8],
    encapsulated: &[u8; 32],
    ciphertext: &[u8],
) -> Result<(Zeroizing<Vec<u8>>, Exported), KeyError> {
    let opened = || -> Result<_, HpkeError> {
        let key = PrivateKey::from_bytes(secret_key)?;
        let encapsulated = EncappedKey::from_bytes(encapsulated)?;
        let mut context = hpke::setup_receiver::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &key,
            &encapsulated,
            info,
        )?;
        let opened = context.open(ciphertext, &[]).map(Zeroizing::new)?;
        let mut exported = Exported::default();
        context.export(EXPORTER, exported.as_mut())?;
        Ok((opened, exported))
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
