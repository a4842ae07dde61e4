//! AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front of the ciphertext.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::SealingError;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Nonce ‖ ciphertext ‖ tag. One key seals a few thousand records, far below the 2³² at which
/// random nonces become a concern.
pub(super) fn seal(
    key: &[u8; 32],
    associated: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealingError> {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let ciphertext = Aes256Gcm::new(&(*key).into())
        .encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: plaintext,
                aad: associated,
            },
        )
        .map_err(|_| SealingError::Malformed)?;
    let mut sealed = Vec::with_capacity(NONCE_BYTES + ciphertext.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// The inverse of [`seal`].
pub(super) fn open(
    key: &[u8; 32],
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let (nonce, ciphertext) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .filter(|(_, ciphertext)| ciphertext.len() >= TAG_BYTES)
        .ok_or(SealingError::Malformed)?;
    Aes256Gcm::new(&(*key).into())
        .decrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: ciphertext,
                aad: associated,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| SealingError::DoesNotOpen)
}
