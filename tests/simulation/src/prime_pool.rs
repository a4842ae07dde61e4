//! The wallet's random source, with which a card finds the primes of its key at once.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

use rand_core::{TryCryptoRng, TryRng};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use tallystick_parties::native::SeededRandom;
use tallystick_parties::ports::Random;
use tallystick_protocol::test_keys::{TEST_KEYS, test_key};

/// Bytes of a prime of the card's RSA-2048 key.
const PRIME_BYTES: usize = 128;
/// A start, and then the bases of the tests that the prime passes.
const NUMBERS_A_PRIME: usize = 17;

/// The key of the party of that number (PKCS#8 DER): a test key, or one of the first primes of two of them, which no
/// card has.
///
/// # Panics
/// If there are as many parties as that there are no such pairs.
#[must_use]
pub fn party_key(number: usize) -> Vec<u8> {
    if let Some(key) = TEST_KEYS.get(number) {
        return key.to_vec();
    }
    let first = number - TEST_KEYS.len();
    assert!(
        first + 1 < TEST_KEYS.len(),
        "there are more parties than keys"
    );
    let keys = [test_key(first), test_key(first + 1)];
    let primes = keys.iter().map(|key| key.primes()[0].as_ref().clone());
    let primes = primes.collect();
    let key = RsaPrivateKey::from_primes(primes, keys[0].e().clone()).unwrap();
    key.to_pkcs8_der().unwrap().as_bytes().to_vec()
}

/// How many keys there are that have a first prime of a test key and a second one of another.
pub(crate) const MIXED_KEYS: usize = TEST_KEYS.len() * (TEST_KEYS.len() - 1);

/// Which of the fixed keys the cards of one computer make, one after the other.
#[derive(Clone, Copy)]
pub struct KeyPool {
    /// The first one.
    pub first: usize,
    /// How many further on each next one is.
    pub step: usize,
}

/// A seeded random source for one step of the wallet.
///
/// The card looks for a prime from a random number of 128 bytes on, which takes a tenth of a second. For a key
/// from the pool that number is a prime of the fixed test keys already, and the card, which runs its own code, is
/// done at once. If it drew its numbers otherwise, it would still find a key, only later.
pub struct DeviceRandom {
    random: SeededRandom,
    /// The pool, and how many keys of it were made on this computer.
    pool: Option<(KeyPool, Rc<Cell<usize>>)>,
    numbers: usize,
}

impl DeviceRandom {
    pub(crate) fn new(random: SeededRandom, pool: Option<(KeyPool, Rc<Cell<usize>>)>) -> Self {
        Self {
            random,
            pool,
            numbers: 0,
        }
    }

    /// Which key of the pool is being made: each is another one.
    fn key(&self) -> Option<usize> {
        let (pool, made) = self.pool.as_ref()?;
        if self.numbers.is_multiple_of(2 * NUMBERS_A_PRIME) {
            made.set(made.get() + 1);
        }
        Some(pool.first + pool.step * made.get().saturating_sub(1))
    }

    /// A number of 128 bytes, little-endian, for that key of the pool.
    fn number(&mut self, key: usize, bytes: &mut [u8]) {
        self.random.fill(bytes);
        if self.numbers.is_multiple_of(NUMBERS_A_PRIME) {
            let which = (self.numbers / NUMBERS_A_PRIME) % 2;
            let first = key % TEST_KEYS.len();
            let turn = key / TEST_KEYS.len();
            // After all pairs of a first and a second prime come pairs of second ones.
            let (apart, of) = match turn.checked_sub(TEST_KEYS.len() - 1) {
                None => (1 + turn, which),
                Some(turn) => (1 + turn % (TEST_KEYS.len() / 2 - 1), 1),
            };
            let key = test_key(first + which * apart);
            bytes.copy_from_slice(&key.primes()[of].to_le_bytes()[..PRIME_BYTES]);
        } else {
            // Below every prime of that length, so that it is taken as a base.
            bytes[PRIME_BYTES - 1] = 0;
        }
        self.numbers += 1;
    }
}

impl TryRng for DeviceRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let is_of_a_key = bytes.len() == PRIME_BYTES;
        match is_of_a_key.then(|| self.key()).flatten() {
            Some(key) => self.number(key, bytes),
            None => self.random.fill(bytes),
        }
        Ok(())
    }
}

impl TryCryptoRng for DeviceRandom {}
