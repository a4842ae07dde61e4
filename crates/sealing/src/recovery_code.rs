//! The recovery code: twenty characters that the holder writes down once. It opens the wallet if the
//! passphrase is lost.
//!
//! 100 bits of chance: whoever copies the browser's profile can try codes as fast as passphrases, and the
//! PUK's forty bits, which the card counts tries of, are not enough for that.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::code;

/// Characters of a recovery code.
pub const CHARACTERS: usize = 20;

/// A recovery code.
pub type RecoveryCode = Zeroizing<[u8; CHARACTERS]>;

/// A new random recovery code.
pub fn generate(rng: &mut impl CryptoRng) -> RecoveryCode {
    code::random(rng)
}

/// How a recovery code is shown: five groups of four.
#[must_use]
pub fn display(code: &RecoveryCode) -> String {
    code::shown(code.as_slice())
}

/// Reads a recovery code as people type it.
#[must_use]
pub fn parse(text: &str) -> Option<RecoveryCode> {
    code::read(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    #[test]
    fn a_recovery_code_has_at_least_eighty_bits_and_is_read_as_people_type_it() {
        let code = generate(&mut Seeded::new(1));
        assert!(code.len() * 5 >= 80);
        let shown = display(&code);
        assert_eq!(shown.split('-').count(), 5);
        assert_eq!(parse(&shown.to_lowercase().replace('-', " ")), Some(code));
        assert_eq!(parse("1234-5678"), None);
    }
}
