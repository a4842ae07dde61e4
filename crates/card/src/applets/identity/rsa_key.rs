//! An RSA-2048 private key: made, kept as its two primes, used raw and blinded.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use rsa::{BoxedUint, RsaPrivateKey, hazmat::rsa_decrypt_and_check, traits::PublicKeyParts};
use zeroize::Zeroizing;

use super::primes;
use crate::StatusWord;
use crate::secret_bytes::SecretBytes;

const BITS: usize = 2048;
/// Bytes of the modulus, of a block and of a signature.
pub(crate) const BLOCK: usize = BITS / 8;
/// Two primes of 128 bytes.
pub(crate) const BYTES: usize = BLOCK;
/// Bytes of a prime.
pub(super) const PRIME: usize = BLOCK / 2;
pub(super) const EXPONENT: u32 = 65_537;
/// How many of their first bytes two primes must not share.
const APART: usize = 12;

/// A new key: its primes, and its modulus of 256 bytes.
pub(crate) fn generate(rng: &mut impl CryptoRng) -> Result<(SecretBytes, [u8; BLOCK]), StatusWord> {
    let p = primes::random(rng).ok_or(StatusWord::MemoryFailure)?;
    let mut q = primes::random(rng).ok_or(StatusWord::MemoryFailure)?;
    // Far enough apart that the modulus cannot be factored from its root (FIPS 186-5 appendix A.1.3).
    while p[..APART] == q[..APART] {
        q = primes::random(rng).ok_or(StatusWord::MemoryFailure)?;
    }
    let both = SecretBytes::from(Zeroizing::new([*p, *q].concat()));
    let modulus = modulus(&both)?;
    Ok((both, modulus))
}

/// The key of these primes, checked.
fn key(primes: &SecretBytes) -> Result<RsaPrivateKey, StatusWord> {
    let prime = |bytes| BoxedUint::from_be_slice(bytes, 8 * PRIME as u32);
    let (p, q) = primes
        .as_slice()
        .split_at_checked(PRIME)
        .ok_or(StatusWord::MemoryFailure)?;
    let (Ok(p), Ok(q)) = (prime(p), prime(q)) else {
        return Err(StatusWord::MemoryFailure);
    };
    RsaPrivateKey::from_p_q(p, q, BoxedUint::from(EXPONENT)).map_err(|_| StatusWord::MemoryFailure)
}

/// The modulus of these primes, 256 bytes.
pub(crate) fn modulus(primes: &SecretBytes) -> Result<[u8; BLOCK], StatusWord> {
    padded(&key(primes)?.n_bytes()).map(|modulus| *modulus)
}

/// The private operation by itself (RFC 8017 §5.1.2 and §5.2.1: decrypting and signing are the same),
/// blinded, and checked before it is given out so that a fault in the computation does not reveal the
/// primes. Padding is the host's.
pub(crate) fn private_operation(
    primes: &SecretBytes,
    block: &[u8; BLOCK],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, StatusWord> {
    let key = key(primes)?;
    let block = BoxedUint::from_be_slice(block, BITS as u32).map_err(|_| StatusWord::WrongData)?;
    if block >= *key.n().as_ref() {
        return Err(StatusWord::WrongData);
    }
    let result =
        rsa_decrypt_and_check(&key, Some(rng), &block).map_err(|_| StatusWord::MemoryFailure)?;
    Ok(padded::<BLOCK>(&result.to_be_bytes())?.to_vec())
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
