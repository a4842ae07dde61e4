//! Searches what somebody has: bytes in every usual spelling, and sealed parts with every key.

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use tallystick_parties::common::vault::{SealingKey, Vault};
use tallystick_parties::ports::Tables;
use tallystick_protocol::identifier::Role;
use tallystick_protocol::keys::{PairContext, PartyShare, Purpose, holder_point};
use tallystick_protocol::order::{OpenedPart, SealedPart};

use super::world::{CENTRE, SEALING_KEY, World};

/// Whether `haystack` holds `needle` in clear, hexadecimal, base64 or base64url.
pub fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    spellings(needle)
        .iter()
        .any(|spelling| contains(haystack, spelling))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else {
        return false;
    };
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|byte| byte == first) {
        let next = from + at + 1;
        if haystack[next..].starts_with(rest) {
            return true;
        }
        from = next;
    }
    false
}

/// The needle itself, its hexadecimal digits in both cases, and the middle of its base64 at each of
/// the three places at which it can begin.
fn spellings(needle: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![
        needle.to_vec(),
        HEXLOWER.encode(needle).into_bytes(),
        HEXUPPER.encode(needle).into_bytes(),
    ];
    for shift in 0..3 {
        let shifted = [&vec![0; shift][..], needle].concat();
        // Characters that mix in what stands before or after the needle are cut off.
        let whole = (shifted.len() / 3) * 4;
        let start = if shift == 0 { 0 } else { 4 };
        for alphabet in [&BASE64, &BASE64URL] {
            let text = alphabet.encode(&shifted).into_bytes();
            if whole > start + 4 {
                all.push(text[start..whole].to_vec());
            }
        }
    }
    all
}

/// The key share of a party, taken out of its database with its sealing key.
pub fn party_share(world: &World, party: &str, role: Role) -> PartyShare {
    let vault = Vault::new(
        &SealingKey::new(SEALING_KEY),
        format!("{}|{party}", role.as_str()),
    );
    let rows = world
        .machine(party)
        .database
        .run(
            "SELECT space, epoch, sealed FROM key_shares WHERE piece = 0",
            &[],
        )
        .unwrap();
    let row = &rows[0];
    let name = format!(
        "key-share|{}|{}|{CENTRE}|0",
        row.number::<u32>(1).unwrap(),
        row.number::<u32>(0).unwrap()
    );
    PartyShare::from_bytes(&vault.open(&name, row.blob(2).unwrap()).unwrap()).unwrap()
}

/// A part, opened with the share of the party that it is sealed for.
pub fn open_with(share: &PartyShare, part: &SealedPart) -> OpenedPart {
    let raw = share.pairwise(&holder_point(&part.pair.holder, &part.pair.key).unwrap());
    let key = raw.derive(&part.pair, Purpose::OrderPart, &part.nonce);
    part.open(&key.unwrap()).unwrap()
}

/// Tries every key that a share can give for any pair, purpose and nonce in these parts on each of
/// them; the roles whose parts opened.
pub fn try_everything(share: &PartyShare, parts: &[SealedPart]) -> Vec<Role> {
    let opens = |part: &&SealedPart| {
        parts.iter().any(|named| {
            let pair: &PairContext = &named.pair;
            let raw = share.pairwise(&holder_point(&pair.holder, &pair.key).unwrap());
            parts.iter().any(|other| {
                [Purpose::OrderPart, Purpose::Confirmation]
                    .into_iter()
                    .any(|purpose| {
                        let key = raw.derive(pair, purpose, &other.nonce).unwrap();
                        part.open(&key).is_ok()
                    })
            })
        })
    };
    parts.iter().filter(opens).map(SealedPart::role).collect()
}

#[test]
fn the_search_finds_every_spelling() {
    let needle = b"Narai-juku, Shiojiri";
    for before in 0..3 {
        let text = [&b"xyz"[..before], needle, b" and more"].concat();
        for encoded in [
            text.clone(),
            HEXLOWER.encode(&text).into_bytes(),
            HEXUPPER.encode(&text).into_bytes(),
            BASE64.encode(&text).into_bytes(),
            BASE64URL.encode(&text).into_bytes(),
        ] {
            let noise = [b"....".to_vec(), encoded, b"....".to_vec()].concat();
            assert!(holds(&noise, needle));
        }
    }
    assert!(!holds(b"Narai-juku, Shiojirx and more", needle));
}
