//! The RSA-2048 signature key: made, kept as its two primes, used raw and blinded.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use rsa::{
    BoxedUint, RsaPrivateKey,
    hazmat::rsa_decrypt_and_check,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use zeroize::Zeroizing;

use crate::{StatusWord, secret_bytes::SecretBytes};

const BITS: usize = 2048;
/// Bytes of the modulus, of a block and of a signature.
pub(crate) const BLOCK: usize = BITS / 8;
/// Two primes of 128 bytes.
pub(crate) const BYTES: usize = BLOCK;
const PRIME: usize = BLOCK / 2;
const EXPONENT: u64 = 65_537;

/// A new key: its primes, and its modulus of 256 bytes.
pub(crate) fn generate(rng: &mut impl CryptoRng) -> Result<(SecretBytes, Vec<u8>), StatusWord> {
    let key = RsaPrivateKey::new(rng, BITS).map_err(|_| StatusWord::MemoryFailure)?;
    let [p, q] = key.primes() else {
        return Err(StatusWord::MemoryFailure);
    };
    let mut primes = Zeroizing::new(Vec::with_capacity(BYTES));
    for prime in [p, q] {
        let bytes = Zeroizing::new(prime.as_ref().to_be_bytes().into_vec());
        primes.extend_from_slice(&padded::<PRIME>(&bytes)?[..]);
    }
    Ok((primes.into(), padded::<BLOCK>(&key.n_bytes())?.to_vec()))
}

/// Raw RSA (RFC 8017 §5.2.1), blinded, and checked before it is given out so that a fault in the
/// computation does not reveal the primes.
pub(crate) fn sign_raw(
    primes: &SecretBytes,
    block: &[u8; BLOCK],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, StatusWord> {
    let (p, q) = primes
        .as_slice()
        .split_at_checked(PRIME)
        .ok_or(StatusWord::MemoryFailure)?;
    let prime = |bytes| BoxedUint::from_be_slice(bytes, 8 * PRIME as u32);
    let (Ok(p), Ok(q)) = (prime(p), prime(q)) else {
        return Err(StatusWord::MemoryFailure);
    };
    let key = RsaPrivateKey::from_p_q(p, q, BoxedUint::from(EXPONENT))
        .map_err(|_| StatusWord::MemoryFailure)?;
    let block = BoxedUint::from_be_slice(block, BITS as u32).map_err(|_| StatusWord::WrongData)?;
    if block >= *key.n().as_ref() {
        return Err(StatusWord::WrongData);
    }
    let signature =
        rsa_decrypt_and_check(&key, Some(rng), &block).map_err(|_| StatusWord::MemoryFailure)?;
    Ok(padded::<BLOCK>(&signature.to_be_bytes())?.to_vec())
}

/// The number at exactly that many bytes.
fn padded<const N: usize>(bytes: &[u8]) -> Result<Zeroizing<[u8; N]>, StatusWord> {
    let start = bytes
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(bytes.len());
    let digits = &bytes[start..];
    let mut out = Zeroizing::new([0; N]);
    let room = N
        .checked_sub(digits.len())
        .ok_or(StatusWord::MemoryFailure)?;
    out[room..].copy_from_slice(digits);
    Ok(out)
}
