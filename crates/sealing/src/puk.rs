//! The PUK: eight characters that the holder writes down once.
//!
//! The identity applet takes a PUK of exactly 8 bytes (NIST SP 800-73-5). Here they are drawn from
//! 32 letters and digits, 40 bits of chance. It unblocks the PIN, and the card counts the tries. Wallets
//! that were made before there was a recovery code are opened by it, too, if the passphrase is lost.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::code;

/// Bytes of a PUK as the card takes it.
pub const PUK_BYTES: usize = 8;

/// A PUK in the form that the card takes.
pub type Puk = Zeroizing<[u8; PUK_BYTES]>;

/// A new random PUK.
pub fn generate(rng: &mut impl CryptoRng) -> Puk {
    code::random(rng)
}

/// How a PUK is shown: two groups of four.
#[must_use]
pub fn display(puk: &Puk) -> String {
    code::shown(puk.as_slice())
}

/// Reads a PUK as people type it: any case, with spaces or hyphens, O for 0 and I or L for 1.
#[must_use]
pub fn parse(text: &str) -> Option<Puk> {
    code::read(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    #[test]
    fn a_puk_is_read_as_people_type_it() {
        let puk = generate(&mut Seeded::new(1));
        let shown = display(&puk);
        assert_eq!(shown.len(), 9);
        assert_eq!(parse(&shown).unwrap(), puk);
        assert_eq!(parse(&shown.to_lowercase().replace('-', " ")).unwrap(), puk);
        assert_eq!(parse("oil0-ABCD").unwrap().as_slice(), b"0110ABCD");
    }

    #[test]
    fn anything_else_is_no_puk() {
        for text in [
            "",
            "1234567",
            "123456789",
            "1234-567U",
            "1234-567é",
            "1234-567\u{130}",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
