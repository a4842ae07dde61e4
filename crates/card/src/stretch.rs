//! From what a person remembers to a key: Argon2id (RFC 9106), so that each guess costs memory and time.

use alloc::vec;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use minicbor::Encode;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, Zeroizing};

/// Parameters outside their bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the parameters of the key derivation are out of bounds")]
pub struct OutOfBounds;

/// Random bytes that make equal passphrases give different keys.
pub const SALT_BYTES: usize = 16;
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 32;

/// What one derivation costs. Stored beside what it protects, so that it can rise later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Stretch {
    /// Memory in KiB.
    #[n(0)]
    pub memory_kib: u32,
    /// How often the memory is gone through.
    #[n(1)]
    pub passes: u32,
}

impl Stretch {
    /// 64 MiB and five passes: about half a second in a browser on an ordinary laptop, and above
    /// RFC 9106 §4's second recommended option (64 MiB, three passes).
    pub const STANDARD: Self = Self {
        memory_kib: 64 * 1024,
        passes: 5,
    };

    /// For the PIN or PUK of a card: 32 MiB and three passes, a seventh to a fifth of a second in a browser.
    /// It is paid at each purchase, and no cost that a person would wait for makes six digits many
    /// (`SECURITY.md` says what they are worth).
    pub const OF_A_PIN: Self = Self {
        memory_kib: 32 * 1024,
        passes: 3,
    };

    /// The key for that secret and salt.
    ///
    /// # Errors
    /// [`OutOfBounds`] if the cost is outside what a browser should be asked to pay.
    pub fn derive(
        self,
        secret: &[u8],
        salt: &[u8; SALT_BYTES],
    ) -> Result<Zeroizing<[u8; 32]>, OutOfBounds> {
        if self.memory_kib > MEMORY_KIB_MAX || self.passes > PASSES_MAX {
            return Err(OutOfBounds);
        }
        let parameters =
            Params::new(self.memory_kib, self.passes, 1, Some(32)).map_err(|_| OutOfBounds)?;
        let mut memory = vec![Block::new(); parameters.block_count()];
        let mut key = Zeroizing::new([0; 32]);
        let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into_with_memory(secret, salt, key.as_mut_slice(), &mut memory)
            .map_err(|_| OutOfBounds);
        memory.iter_mut().for_each(Zeroize::zeroize);
        derived?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Stretch = Stretch {
        memory_kib: 64,
        passes: 1,
    };

    #[test]
    fn secret_salt_and_cost_all_matter() {
        let key = SMALL.derive(b"passphrase", &[1; 16]).unwrap();
        assert_eq!(*key, *SMALL.derive(b"passphrase", &[1; 16]).unwrap());
        assert_ne!(*key, *SMALL.derive(b"Passphrase", &[1; 16]).unwrap());
        assert_ne!(*key, *SMALL.derive(b"passphrase", &[2; 16]).unwrap());
        let twice = Stretch { passes: 2, ..SMALL };
        assert_ne!(*key, *twice.derive(b"passphrase", &[1; 16]).unwrap());
    }

    #[test]
    fn the_standard_cost_gives_what_a_bank_s_page_computes_too() {
        // The same in tests/e2e/bank-password.test.mjs, by another library.
        let salt = core::array::from_fn(|at| u8::try_from(at).unwrap());
        let key = Stretch::STANDARD
            .derive(b"nine brown owls in the cedar", &salt)
            .unwrap();
        let expected = [
            0xbb, 0xdc, 0x5a, 0x71, 0x20, 0x1f, 0x67, 0xbd, 0x13, 0xe9, 0x74, 0x23, 0xe2, 0x5d,
            0x28, 0x67, 0xfb, 0xcd, 0x14, 0xd4, 0xa3, 0xf2, 0x83, 0x0e, 0xd3, 0x6e, 0x93, 0xb7,
            0x9a, 0x04, 0x42, 0x1b,
        ];
        assert_eq!(*key, expected);
    }

    #[test]
    fn costs_beyond_reason_are_refused_before_memory_is_taken() {
        let huge = Stretch {
            memory_kib: u32::MAX,
            passes: 1,
        };
        assert_eq!(
            huge.derive(b"passphrase", &[1; 16]).err(),
            Some(OutOfBounds)
        );
        let none = Stretch {
            memory_kib: 0,
            passes: 0,
        };
        assert_eq!(
            none.derive(b"passphrase", &[1; 16]).err(),
            Some(OutOfBounds)
        );
    }
}
