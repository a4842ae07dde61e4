//! The PUK: eight characters that the holder writes down once.
//!
//! The identity applet takes a PUK of exactly 8 bytes (NIST SP 800-73-5). Here they are drawn from
//! 32 letters and digits, 40 bits of chance: together with the stretched derivation too many to
//! try. It unblocks the PIN and, should the passphrase be lost, opens the wallet.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Letters and digits that are not mistaken for each other: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bytes of a PUK as the card takes it.
pub const PUK_BYTES: usize = 8;

/// A PUK in the form that the card takes.
pub type Puk = Zeroizing<[u8; PUK_BYTES]>;

/// A new random PUK.
pub fn generate(rng: &mut impl CryptoRng) -> Puk {
    let mut puk = Zeroizing::new([0; PUK_BYTES]);
    rng.fill_bytes(puk.as_mut_slice());
    for byte in puk.iter_mut() {
        *byte = ALPHABET[usize::from(*byte % 32)];
    }
    puk
}

/// How a PUK is shown: two groups of four.
#[must_use]
pub fn display(puk: &Puk) -> String {
    let mut text = String::with_capacity(9);
    for (at, byte) in puk.iter().enumerate() {
        if at == 4 {
            text.push('-');
        }
        text.push(char::from(*byte));
    }
    text
}

/// Reads a PUK as people type it: any case, with spaces or hyphens, O for 0 and I or L for 1.
#[must_use]
pub fn parse(text: &str) -> Option<Puk> {
    let mut puk = Zeroizing::new([0; PUK_BYTES]);
    let mut filled = 0;
    for character in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
        let byte = match character.to_ascii_uppercase() {
            'O' => b'0',
            'I' | 'L' => b'1',
            other => u8::try_from(other).ok()?,
        };
        if !ALPHABET.contains(&byte) {
            return None;
        }
        *puk.get_mut(filled)? = byte;
        filled += 1;
    }
    (filled == PUK_BYTES).then_some(puk)
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
