//! Random codes that people write down and type again.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Letters and digits that are not mistaken for each other: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters between two hyphens.
const GROUP: usize = 4;

/// A new random code of `N` characters, five bits each.
pub(super) fn random<const N: usize>(rng: &mut impl CryptoRng) -> Zeroizing<[u8; N]> {
    let mut code = Zeroizing::new([0; N]);
    rng.fill_bytes(code.as_mut_slice());
    for byte in code.iter_mut() {
        *byte = ALPHABET[usize::from(*byte % 32)];
    }
    code
}

/// How a code is shown: in groups of four.
pub(super) fn shown(code: &[u8]) -> String {
    let mut text = String::with_capacity(code.len() + code.len() / GROUP);
    for (at, byte) in code.iter().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.push(char::from(*byte));
    }
    text
}

/// Reads a code of `N` characters as people type it: any case, with spaces or hyphens, O for 0 and I or
/// L for 1.
pub(super) fn read<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let mut code = Zeroizing::new([0; N]);
    let mut filled = 0;
    for character in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
        *code.get_mut(filled)? = symbol(character)?;
        filled += 1;
    }
    (filled == N).then_some(code)
}

/// Some characters of a code as people type them, in the form in which they are shown; nothing if one is in no code.
#[must_use]
pub fn written(text: &str) -> Option<Zeroizing<String>> {
    let typed = text.chars().filter(|c| !matches!(c, ' ' | '-'));
    let symbols = typed.map(|character| symbol(character).map(char::from));
    symbols.collect::<Option<String>>().map(Zeroizing::new)
}

fn symbol(character: char) -> Option<u8> {
    let byte = match character.to_ascii_uppercase() {
        'O' => b'0',
        'I' | 'L' => b'1',
        other => u8::try_from(other).ok()?,
    };
    ALPHABET.contains(&byte).then_some(byte)
}
