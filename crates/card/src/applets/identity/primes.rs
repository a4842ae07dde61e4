//! Random primes for a private key (FIPS 186-5 appendix A.1.3, with an incremental search).
//!
//! The `rsa` crate could make the key alone, but then the wallet's WebAssembly carries a table of
//! 2,047 reciprocals and a second primality test beside this one: 60 KB.

use alloc::vec::Vec;

use crypto_primes::hazmat::{MillerRabin, Primality, SetBits, random_odd_integer};
use rand_core::CryptoRng;
use rsa::BoxedUint;
use zeroize::{Zeroize, Zeroizing};

use super::rsa_key::{EXPONENT, PRIME};

/// Factors up to here are looked for before a candidate is tested. It is the square of [`ROOT`], so
/// what has no factor below that is prime.
const FACTOR_LIMIT: u16 = ROOT * ROOT;
const ROOT: u16 = 90;
/// How far from its random start a search goes. There are about twenty primes on the way.
const REACH: u32 = 1 << 14;
/// Tests with random bases. Five are enough for an error below 2⁻¹¹² (FIPS 186-5 table B.1).
const TESTS: usize = 16;

/// A prime of [`PRIME`] bytes (big-endian) whose first two bits are set, so that the product of two
/// has its full length, and whose predecessor has no factor in common with the exponent.
/// Nothing if the random source gave no number to start from.
pub(super) fn random(rng: &mut impl CryptoRng) -> Option<Zeroizing<[u8; PRIME]>> {
    let factors = small_factors();
    loop {
        let start = start(rng)?;
        let residues: Zeroizing<Vec<u32>> = Zeroizing::new(
            factors
                .iter()
                .map(|factor| remainder(&start[..], *factor))
                .collect(),
        );
        let of_exponent = remainder(&start[..], EXPONENT);
        for step in (0..REACH).step_by(2) {
            let has_factor = |(residue, factor): (&u32, &u32)| (residue + step) % factor == 0;
            let unfit = (of_exponent + step) % EXPONENT == 1;
            if unfit || residues.iter().zip(&factors).any(has_factor) {
                continue;
            }
            let Some(candidate) = plus(&start, step) else {
                break;
            };
            if is_prime(&candidate, rng)? {
                return Some(candidate);
            }
        }
    }
}

fn start(rng: &mut impl CryptoRng) -> Option<Zeroizing<[u8; PRIME]>> {
    let bits = u32::try_from(8 * PRIME).ok()?.try_into().ok()?;
    let number = random_odd_integer::<BoxedUint, _>(rng, bits, SetBits::TwoMsb).ok()?;
    let bytes = Zeroizing::new(number.as_ref().to_be_bytes());
    number.get().zeroize();
    Some(Zeroizing::new(bytes.as_ref().try_into().ok()?))
}

/// Base 2 first: it says of nearly every composite number that it is one.
fn is_prime(candidate: &[u8; PRIME], rng: &mut impl CryptoRng) -> Option<bool> {
    let number = BoxedUint::from_be_slice(candidate, u32::try_from(8 * PRIME).ok()?).ok()?;
    let test = MillerRabin::new(number.to_odd().into_option()?);
    let passed = |primality| primality != Primality::Composite;
    Some(
        passed(test.test_base_two())
            && (0..TESTS).all(|_| passed(test.test_random_base(&mut *rng))),
    )
}

/// The odd primes below [`FACTOR_LIMIT`].
fn small_factors() -> Vec<u32> {
    let has_no_factor = |number: &u16| {
        (3..ROOT)
            .step_by(2)
            .all(|factor| !number.is_multiple_of(factor) || *number == factor)
    };
    let odd = (3..FACTOR_LIMIT).step_by(2);
    odd.filter(has_no_factor).map(u32::from).collect()
}

/// `number` (big-endian) modulo `divisor`, which is below 2²⁴.
fn remainder(number: &[u8], divisor: u32) -> u32 {
    let digit = |rest: u32, byte: &u8| ((rest << 8) | u32::from(*byte)) % divisor;
    number.iter().fold(0, digit)
}

/// The sum, unless it is longer.
fn plus(number: &[u8; PRIME], step: u32) -> Option<Zeroizing<[u8; PRIME]>> {
    let mut sum = Zeroizing::new(*number);
    let mut carry = step;
    for byte in sum.iter_mut().rev() {
        carry += u32::from(*byte);
        let [low, ..] = carry.to_le_bytes();
        *byte = low;
        carry >>= 8;
    }
    (carry == 0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use tallystick_protocol::test_keys::TestRng;

    use super::*;

    #[test]
    fn primes_are_as_long_as_asked_and_fit_the_exponent() {
        let mut rng = TestRng::new(11);
        for _ in 0..3 {
            let prime = random(&mut rng).unwrap();
            assert_eq!(prime[0] & 0xc0, 0xc0);
            assert_ne!(remainder(&prime[..], EXPONENT), 1);
            let number = BoxedUint::from_be_slice(&*prime, 1024).unwrap();
            assert!(crypto_primes::is_prime(crypto_primes::Flavor::Any, &number));
        }
    }

    #[test]
    fn small_factors_are_all_odd_primes_below_the_limit() {
        let factors = small_factors();
        assert_eq!(factors[..8], [3, 5, 7, 11, 13, 17, 19, 23]);
        // There are 1,018 primes below 8,100, one of them even.
        assert_eq!(factors.len(), 1_017);
    }

    #[test]
    fn remainders_and_sums_carry() {
        let number: [u8; PRIME] = core::array::from_fn(|index| (index == PRIME - 3).into());
        assert_eq!(remainder(&number, 65_537), 65_536);
        let mut full = number;
        full[PRIME - 2..].fill(0xff);
        let sum = plus(&full, 3).unwrap();
        assert_eq!(sum[PRIME - 4..], [0, 2, 0, 2]);
        assert_eq!(plus(&[0xff; PRIME], 1), None);
    }

    #[test]
    fn another_test_agrees() {
        let mut rng = TestRng::new(12);
        let prime = random(&mut rng).unwrap();
        let next = plus(&prime, 2 * 3 * 5 * 7).unwrap();
        assert_eq!(is_prime(&prime, &mut rng), Some(true));
        assert_eq!(
            is_prime(&next, &mut rng),
            Some(crypto_primes::is_prime(
                crypto_primes::Flavor::Any,
                &BoxedUint::from_be_slice(&*next, 1024).unwrap(),
            ))
        );
    }
}
