//! How the card makes keys for ES256, and signs with those for PS256.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::purse::P256_SECRET_BYTES;
use tallystick_protocol::trust::signature::{SALT_LEN, VerifyingKey, emsa_pss_encode};
use zeroize::Zeroizing;

use crate::StatusWord;
use crate::applets::identity::rsa_key;
use crate::secret_bytes::SecretBytes;

/// How many draws make a P-256 key: one out of 2³² is none.
const DRAWS_MAX: usize = 8;

/// A new private key of P-256.
pub(crate) fn p256_secret(rng: &mut impl CryptoRng) -> Result<SecretBytes, StatusWord> {
    for _ in 0..DRAWS_MAX {
        let mut bytes = Zeroizing::new([0; P256_SECRET_BYTES]);
        rng.fill_bytes(bytes.as_mut());
        if VerifyingKey::of_p256(&bytes).is_ok() {
            return Ok(bytes.as_slice().into());
        }
    }
    Err(StatusWord::MemoryFailure)
}

/// Signs with an RSA key, given as its primes. The card pads itself: it is handed no hash.
pub(crate) fn sign_ps256(
    primes: &SecretBytes,
    to_sign: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, StatusWord> {
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    let block = emsa_pss_encode(to_sign, &salt, 8 * rsa_key::BLOCK)
        .map_err(|_| StatusWord::MemoryFailure)?;
    let block = block
        .as_slice()
        .try_into()
        .map_err(|_| StatusWord::MemoryFailure)?;
    rsa_key::private_operation(primes, block, rng)
}
