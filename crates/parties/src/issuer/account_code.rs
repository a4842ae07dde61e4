//! Account codes: what a holder keeps on paper, to prove at the issuer whose account it is when the
//! wallet that could have proved it is lost.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

/// Thirty-two symbols that people do not take for each other, as Crockford's base 32 has them.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols of a code, five bits each: 125 bits, which nobody guesses over the network or offline.
const SYMBOLS_IN_CODE: usize = 25;
const SYMBOLS_IN_GROUP: usize = 5;

/// A new random code, in groups of five.
pub(super) fn draw(rng: &mut impl CryptoRng) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0_u8; SYMBOLS_IN_CODE]);
    rng.fill_bytes(bytes.as_mut_slice());
    let mut code = Zeroizing::new(String::with_capacity(SYMBOLS_IN_CODE * 2));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % SYMBOLS_IN_GROUP == 0 {
            code.push('-');
        }
        code.push(char::from(SYMBOLS[usize::from(byte % 32)]));
    }
    code
}

/// What is kept of a code, and by which it is found; nothing if the text is no code. Case, spaces
/// and hyphens do not matter, and what looks like a digit is read as one.
pub(super) fn digest(typed: &str) -> Option<[u8; 32]> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(SYMBOLS_IN_CODE));
    let kept = |c: &char| !c.is_whitespace() && *c != '-';
    for symbol in typed.chars().filter(kept) {
        let symbol = match symbol.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let known = u8::try_from(symbol).ok().filter(|s| SYMBOLS.contains(s))?;
        if symbols.len() == SYMBOLS_IN_CODE {
            return None;
        }
        symbols.push(known);
    }
    let digest = Sha256::new()
        .chain_update(context::ACCOUNT_CODE)
        .chain_update(b"\0")
        .chain_update(&*symbols);
    (symbols.len() == SYMBOLS_IN_CODE).then(|| digest.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::SeededRandom;
    use crate::ports::PortRng;

    #[test]
    fn a_code_is_known_again_however_it_is_typed() {
        let random = SeededRandom::new("codes");
        let code = draw(&mut PortRng(&random));
        assert_eq!(code.len(), 29);
        let kept = digest(&code).unwrap();
        assert_eq!(digest(&code.to_lowercase()), Some(kept));
        assert_eq!(digest(&code.replace('-', " ")), Some(kept));
        let misread = code.replace('0', "o").replace('1', "l");
        assert_eq!(digest(&misread), Some(kept));
        assert_ne!(digest(&draw(&mut PortRng(&random))), Some(kept));
    }

    #[test]
    fn what_is_no_code_is_known_as_none() {
        for text in [
            "",
            "ABCDE",
            "AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA",
            "AAAAA-AAAAA-AAAAA-AAAAA-AAAA!",
        ] {
            assert_eq!(digest(text), None, "{text}");
        }
    }
}
