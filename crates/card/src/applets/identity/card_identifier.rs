//! What names the card: card holder unique identifier and card capability container (SP 800-73-5 part 1,
//! §3.1.1 and §3.1.2).
//!
//! Both are computed from the signature key, so they need no room, nobody can write them, and a card
//! on which nobody has made that key is nobody's and has neither.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use super::rsa_key;
use crate::StatusWord;
use crate::iso::tlv;
use crate::safe::KeptSecret;
use crate::state::State;

/// Tells this hash from every other of the same key.
const CONTEXT: &[u8] = b"Tallystick card identifier v1";
/// The FASC-N of a card that no federal agency issued (SP 800-73-5 part 1, §3.1.2): agency and system
/// 9999, credential 999999, series 0, issue 1, person 0000000000, category 3, association 1, in 40
/// digits of four bits and odd parity.
const NOT_FEDERAL: [u8; 25] = [
    0xd4, 0xe7, 0x39, 0xda, 0x73, 0x9c, 0xed, 0x39, 0xce, 0x73, 0x9d, 0x83, 0x68, 0x58, 0x21, 0x08,
    0x42, 0x10, 0x84, 0x21, 0xc8, 0x42, 0x10, 0xc3, 0xeb,
];
/// PIV wants a date, year first. The certificates say what is valid.
const NEVER: &[u8; 8] = b"99991231";
/// Registered identifier, manufacturer and type of a card, as NISTIR 6887 begins its card identifier.
const UNREGISTERED: [u8; 7] = [0xa0, 0, 0, 0x01, 0x16, 0xff, 0x02];

/// The card holder unique identifier. Unsigned: it proves nothing, and nothing here relies on it.
pub(super) fn unique_identifier(state: &State) -> Result<Vec<u8>, StatusWord> {
    let (guid, _) = identifiers(state)?;
    Ok([
        tlv::object(0x30, &NOT_FEDERAL),
        tlv::object(0x34, &guid),
        tlv::object(0x35, NEVER),
        tlv::object(0x3e, &[]),
        tlv::object(0xfe, &[]),
    ]
    .concat())
}

/// The card capability container: as PIV cards have it, empty but for identifier and versions.
pub(super) fn capabilities(state: &State) -> Result<Vec<u8>, StatusWord> {
    let (_, card) = identifiers(state)?;
    let identifier = [&UNREGISTERED[..], &card].concat();
    // Versions of the container and of its grammar; PIV's data model; the rest is empty.
    let parts: [(u32, &[u8]); 13] = [
        (0xf0, &identifier),
        (0xf1, &[0x21]),
        (0xf2, &[0x21]),
        (0xf3, &[]),
        (0xf4, &[0x00]),
        (0xf5, &[0x10]),
        (0xf6, &[]),
        (0xf7, &[]),
        (0xfa, &[]),
        (0xfb, &[]),
        (0xfc, &[]),
        (0xfd, &[]),
        (0xfe, &[]),
    ];
    let mut out = Vec::new();
    for (tag, value) in parts {
        tlv::write(&mut out, tag, value);
    }
    Ok(out)
}

/// A UUID of version 8 (RFC 9562 §5.8), and 14 bytes more.
fn identifiers(state: &State) -> Result<([u8; 16], [u8; 14]), StatusWord> {
    let modulus = match (&state.signature_key, &state.signature_modulus) {
        (Some(_), Some(modulus)) => modulus.clone(),
        (Some(KeptSecret::Clear(primes)), None) => rsa_key::modulus(primes)?.to_vec(),
        _ => return Err(StatusWord::NotFound),
    };
    let digest: [u8; 32] = Sha256::new()
        .chain_update(CONTEXT)
        .chain_update(modulus)
        .finalize()
        .into();
    let (mut guid, mut card) = ([0; 16], [0; 14]);
    guid.copy_from_slice(&digest[..16]);
    card.copy_from_slice(&digest[16..30]);
    guid[6] = guid[6] & 0x0f | 0x80;
    guid[8] = guid[8] & 0x3f | 0x80;
    Ok((guid, card))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits of a FASC-N: four bits, lowest first, and odd parity; at the end the digits' own parity.
    fn packed(digits: &[u8]) -> Vec<u8> {
        let check = digits.iter().fold(0, |sum, digit| sum ^ digit);
        let all = digits.iter().copied().chain([check]);
        let bits: Vec<u8> = all
            .flat_map(|digit| {
                let parity = u8::from(digit.count_ones() % 2 == 0);
                [0, 1, 2, 3]
                    .map(|bit| digit >> bit & 1)
                    .into_iter()
                    .chain([parity])
            })
            .collect();
        let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| byte << 1 | bit);
        bits.chunks_exact(8).map(byte).collect()
    }

    #[test]
    fn the_fascn_says_what_its_comment_says() {
        let (start, field_end, end) = (0xb, 0xd, 0xf);
        let mut digits = alloc::vec![start];
        for field in [&[9; 4][..], &[9; 4], &[9; 6], &[0], &[1]] {
            digits.extend_from_slice(field);
            digits.push(field_end);
        }
        digits.extend_from_slice(&[0; 10]);
        digits.extend_from_slice(&[3, 0, 0, 0, 0, 1, end]);
        assert_eq!(packed(&digits), NOT_FEDERAL);
    }
}
