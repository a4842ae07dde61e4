//! A public key of either kind that somebody may sign with, and ECDSA on P-256 with SHA-256 (FIPS 186-5 §6; COSE
//! algorithm ES256, RFC 9053 §2.1).

use alloc::vec::Vec;
use core::fmt;

use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey};
use rsa::RsaPublicKey;

use super::{SignatureError, public_key_from_spki, public_key_to_spki, spki, verify_pss};

/// The length of an ES256 signature in bytes: r and s, 32 each (RFC 9053 §2.1).
pub const ES256_SIGNATURE_LEN: usize = 64;

crate::named_enum! {
    /// How something is signed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Algorithm {
        /// RSASSA-PSS with SHA-256.
        Ps256 => "PS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 => "ES256",
    }
}

impl Algorithm {
    /// Its number in COSE (RFC 8230 §2, RFC 9053 §2.1).
    #[must_use]
    pub const fn number(self) -> i8 {
        match self {
            Self::Ps256 => -37,
            Self::Es256 => -7,
        }
    }
}

/// A public key that verifies signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyingKey {
    /// RSA of 2048 to 4096 bits, for [`Algorithm::Ps256`].
    Rsa(RsaPublicKey),
    /// A point of P-256, for [`Algorithm::Es256`].
    P256(p256::ecdsa::VerifyingKey),
}

impl VerifyingKey {
    /// Reads a public key from its subject public key info (RFC 5280 §4.1.2.7, RFC 5480 §2, DER).
    ///
    /// # Errors
    /// [`SignatureError::UnsupportedKey`] for an RSA key outside the limits, [`SignatureError::UnknownKind`] for
    /// everything else that is not an uncompressed point of P-256.
    pub fn from_spki(bytes: &[u8]) -> Result<Self, SignatureError> {
        if spki::is_rsa(bytes) {
            return public_key_from_spki(bytes).map(Self::Rsa);
        }
        let point = spki::read_p256(bytes).ok_or(SignatureError::UnknownKind)?;
        p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .map(Self::P256)
            .map_err(|_| SignatureError::UnknownKind)
    }

    /// The public half of a P-256 private key of 32 bytes.
    ///
    /// # Errors
    /// [`SignatureError::Failed`] if the bytes are no private key.
    pub fn of_es256(secret: &[u8; 32]) -> Result<Self, SignatureError> {
        let key = SigningKey::from_slice(secret).map_err(|_| SignatureError::Failed)?;
        Ok(Self::P256(*key.verifying_key()))
    }

    /// Writes it as subject public key info (DER).
    ///
    /// # Errors
    /// [`SignatureError::UnsupportedKey`] if it cannot be encoded.
    pub fn to_spki(&self) -> Result<Vec<u8>, SignatureError> {
        match self {
            Self::Rsa(key) => public_key_to_spki(key),
            Self::P256(key) => Ok(spki::write_p256(key.to_sec1_point(false).as_bytes())),
        }
    }

    /// Writes it as short as it can be: of P-256 the compressed point (SEC 1 §2.3.3, 33 bytes), of RSA as
    /// [`VerifyingKey::to_spki`].
    ///
    /// # Errors
    /// [`SignatureError::UnsupportedKey`] if it cannot be encoded.
    pub fn to_short(&self) -> Result<Vec<u8>, SignatureError> {
        match self {
            Self::Rsa(key) => public_key_to_spki(key),
            Self::P256(key) => Ok(key.to_sec1_point(true).as_bytes().to_vec()),
        }
    }

    /// Reads what [`VerifyingKey::to_short`] writes.
    ///
    /// # Errors
    /// As [`VerifyingKey::from_spki`].
    pub fn from_short(bytes: &[u8]) -> Result<Self, SignatureError> {
        match bytes {
            [2 | 3, ..] => p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
                .map(Self::P256)
                .map_err(|_| SignatureError::UnknownKind),
            _ => public_key_from_spki(bytes).map(Self::Rsa),
        }
    }

    /// The public half of a P-256 private key of 32 bytes.
    ///
    /// # Errors
    /// [`SignatureError::UnknownKind`] if the bytes are no private key.
    pub fn of_p256(secret: &[u8; 32]) -> Result<Self, SignatureError> {
        let key = SigningKey::from_slice(secret).map_err(|_| SignatureError::UnknownKind)?;
        Ok(Self::P256(*key.verifying_key()))
    }

    /// How its private half signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Ps256,
            Self::P256(_) => Algorithm::Es256,
        }
    }

    /// Checks a signature over `message`.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`], or [`SignatureError::UnsupportedKey`] for a key outside the limits.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        match self {
            Self::Rsa(key) => verify_pss(key, message, signature),
            Self::P256(key) => Signature::from_slice(signature)
                .and_then(|signature| key.verify(message, &signature))
                .map_err(|_| SignatureError::Mismatch),
        }
    }

    /// The RSA key, if it is one.
    #[must_use]
    pub const fn as_rsa(&self) -> Option<&RsaPublicKey> {
        match self {
            Self::Rsa(key) => Some(key),
            Self::P256(_) => None,
        }
    }
}

/// A private key of P-256, ready to sign: what reading one takes, half of a signature, is done once. Wiped when
/// dropped; `Debug` shows nothing of it.
pub struct Es256Key(SigningKey);

impl Es256Key {
    /// Reads a private key of 32 bytes.
    ///
    /// # Errors
    /// [`SignatureError::Failed`] if the bytes are none.
    pub fn from_secret(secret: &[u8; 32]) -> Result<Self, SignatureError> {
        SigningKey::from_slice(secret)
            .map(Self)
            .map_err(|_| SignatureError::Failed)
    }

    /// Signs `message`, deterministically (RFC 6979).
    ///
    /// # Errors
    /// [`SignatureError::Failed`], which does not happen.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; ES256_SIGNATURE_LEN], SignatureError> {
        let signature: Result<Signature, _> = self.0.try_sign(message);
        let signature = signature.map_err(|_| SignatureError::Failed)?;
        Ok(signature.to_bytes().into())
    }
}

impl fmt::Debug for Es256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Es256Key(…)")
    }
}

/// Signs `message` once with a P-256 private key of 32 bytes, deterministically (RFC 6979).
///
/// # Errors
/// [`SignatureError::Failed`] if the bytes are no private key.
pub fn sign_es256(
    secret: &[u8; 32],
    message: &[u8],
) -> Result<[u8; ES256_SIGNATURE_LEN], SignatureError> {
    Es256Key::from_secret(secret)?.sign(message)
}
