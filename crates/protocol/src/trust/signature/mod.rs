//! RSASSA-PSS with SHA-256, MGF1-SHA-256 and a 32-byte salt (RFC 8017 §8.1; COSE algorithm PS256), which every
//! party and card account signs with; and beside it ECDSA on P-256 (ES256), which purses sign with. A
//! [`VerifyingKey`] is of either.
//!
//! Signing comes in two halves, because the private key often sits elsewhere: a card offers only the
//! raw RSA operation and takes the block of [`emsa_pss_encode`]; a server signs with its platform's
//! own cryptography. Where the key is at hand, [`sign_pss`] does both.

mod key;
mod spki;

pub use key::{Algorithm, ES256_SIGNATURE_LEN, Es256Key, VerifyingKey, sign_es256};

use alloc::vec;
use alloc::vec::Vec;
use rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pss, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};

/// The smallest accepted RSA modulus in bits.
pub const KEY_BITS_MIN: usize = 2048;
/// The largest accepted RSA modulus in bits.
pub const KEY_BITS_MAX: usize = 4096;
/// The longest signature in bytes: one as long as the largest modulus.
pub const SIGNATURE_LEN_MAX: usize = KEY_BITS_MAX / 8;
/// The longest accepted subject public key info in bytes (a 4096-bit key takes 550).
pub const PUBLIC_KEY_LEN_MAX: usize = 600;
/// The length of salt and digest in bytes.
pub const SALT_LEN: usize = 32;

/// Why something could not be signed, or a signature or key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature does not belong to this key and message.
    #[error("The signature does not match.")]
    Mismatch,
    /// The key is not an RSA key of an accepted kind.
    #[error(
        "The key is not an RSA key of {KEY_BITS_MIN} to {KEY_BITS_MAX} bits with exponent 65537."
    )]
    UnsupportedKey,
    /// The key is neither such an RSA key nor a point of P-256.
    #[error("The key is neither RSA of an accepted kind nor a point of the curve P-256.")]
    UnknownKind,
    /// The private key operation failed.
    #[error("Signing failed.")]
    Failed,
}

/// Reads a public key from its subject public key info (RFC 5280 §4.1.2.7, DER).
///
/// # Errors
/// [`SignatureError::UnsupportedKey`] unless it is RSA of 2048 to 4096 bits with exponent 65537.
pub fn public_key_from_spki(spki: &[u8]) -> Result<RsaPublicKey, SignatureError> {
    if spki.len() > PUBLIC_KEY_LEN_MAX {
        return Err(SignatureError::UnsupportedKey);
    }
    let key = spki::read(spki).ok_or(SignatureError::UnsupportedKey)?;
    require_supported(&key)?;
    Ok(key)
}

/// Writes a public key as subject public key info (DER).
///
/// # Errors
/// [`SignatureError::UnsupportedKey`] if the key cannot be encoded.
pub fn public_key_to_spki(key: &RsaPublicKey) -> Result<Vec<u8>, SignatureError> {
    spki::write(key).ok_or(SignatureError::UnsupportedKey)
}

/// Refuses keys that are too small, too large to be checked in reasonable time, or unusual.
fn require_supported(key: &RsaPublicKey) -> Result<(), SignatureError> {
    let bits = modulus_bits(key);
    let usual_exponent = *key.e_bytes() == [1, 0, 1];
    if (KEY_BITS_MIN..=KEY_BITS_MAX).contains(&bits) && usual_exponent {
        Ok(())
    } else {
        Err(SignatureError::UnsupportedKey)
    }
}

fn modulus_bits(key: &RsaPublicKey) -> usize {
    key.n().bits() as usize
}

/// Checks a signature over `message`.
///
/// # Errors
/// [`SignatureError::Mismatch`], or [`SignatureError::UnsupportedKey`] for a key outside the limits.
pub fn verify_pss(
    key: &RsaPublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    require_supported(key)?;
    key.verify(Pss::<Sha256>::new(), &Sha256::digest(message), signature)
        .map_err(|_| SignatureError::Mismatch)
}

/// Signs `message` with a key at hand, blinded against timing.
///
/// # Errors
/// [`SignatureError::UnsupportedKey`] or [`SignatureError::Failed`].
pub fn sign_pss<R: CryptoRng + ?Sized>(
    rng: &mut R,
    key: &RsaPrivateKey,
    message: &[u8],
) -> Result<Vec<u8>, SignatureError> {
    require_supported(key.as_public_key())?;
    key.sign_with_rng(rng, Pss::<Sha256>::new(), &Sha256::digest(message))
        .map_err(|_| SignatureError::Failed)
}

/// Encodes `message` for a card that offers only the raw RSA operation (EMSA-PSS-ENCODE, RFC 8017 §9.1.1).
///
/// `salt` must be fresh random bytes. The block has ⌈(`modulus_bits` − 1) / 8⌉ bytes, so 256 for RSA-2048.
///
/// # Errors
/// [`SignatureError::UnsupportedKey`] if the modulus is outside the limits.
pub fn emsa_pss_encode(
    message: &[u8],
    salt: &[u8; SALT_LEN],
    modulus_bits: usize,
) -> Result<Vec<u8>, SignatureError> {
    if !(KEY_BITS_MIN..=KEY_BITS_MAX).contains(&modulus_bits) {
        return Err(SignatureError::UnsupportedKey);
    }
    let block_bits = modulus_bits - 1;
    let block_len = block_bits.div_ceil(8);
    let masked_len = block_len - SALT_LEN - 1;

    let digest = Sha256::new()
        .chain_update([0; 8])
        .chain_update(Sha256::digest(message))
        .chain_update(salt)
        .finalize();

    let mut masked = vec![0; masked_len - SALT_LEN - 1];
    masked.push(1);
    masked.extend_from_slice(salt);
    xor_mask(&mut masked, &digest);
    // The block must be smaller than the modulus: its unused top bits are zero.
    if let Some(first) = masked.first_mut() {
        *first &= 0xff >> (8 * block_len - block_bits);
    }
    masked.extend_from_slice(&digest);
    masked.push(0xbc);
    Ok(masked)
}

/// XORs MGF1-SHA-256 of `seed` over `data` (RFC 8017 appendix B.2.1).
fn xor_mask(data: &mut [u8], seed: &[u8]) {
    for (counter, block) in (0_u32..).zip(data.chunks_mut(SALT_LEN)) {
        let mask = Sha256::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes())
            .finalize();
        for (byte, mask) in block.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

#[cfg(test)]
mod tests;
