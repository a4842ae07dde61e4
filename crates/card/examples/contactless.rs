//! What a test gives to a card to make a contactless card of it: commands, as hexadecimal digits, a line each.
//!
//!     contactless roots                   PUT ROOTS of the purse applet, for a card whose PIN is verified
//!     contactless personalise PUBLIC-KEY  PERSONALISE, for the card that PREPARE gave that key
//!     contactless keys                    Key-ENC, Key-MAC and Key-DEK, which that card has then
#![allow(clippy::unwrap_used, reason = "for tests alone")]

use std::process::ExitCode;

use tallystick_card::host::{purse, settlement};
use tallystick_protocol::settlement::card::{
    Alias, CardIdentifier, CardLabel, CardPersonalisation,
};
use tallystick_protocol::settlement::channel::{CardKeys, KEY_BYTES, MasterKey};
use tallystick_protocol::test_keys::{TestAuthority, TestRng, test_statement};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

const ALIAS: Alias = Alias(*b"alias-0001");
const SERVER: &str = "security.localhost";
const SERVER_KEY: usize = 3;
/// When all of it happens.
const NOW: Timestamp = Timestamp(1_800_000_000);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let lines = match words[..] {
        ["roots"] => vec![roots()],
        ["personalise", key] => vec![personalise(&bytes(key).try_into().unwrap())],
        ["keys"] => {
            let keys = keys().to_bytes();
            keys.chunks(KEY_BYTES).take(3).map(hex).collect()
        }
        _ => return ExitCode::from(2),
    };
    for line in lines {
        println!("{line}");
    }
    ExitCode::SUCCESS
}

fn keys() -> CardKeys {
    MasterKey::new(Zeroizing::new([5; KEY_BYTES])).card(&ALIAS)
}

fn roots() -> String {
    let root = TestAuthority::new(NOW).root.as_der().to_vec();
    hex(&purse::put_roots(&[root]).unwrap())
}

fn personalise(recipient: &[u8; 32]) -> String {
    let server = Domain::parse(SERVER).unwrap();
    let envelope = Envelope::new(server, Audience::Anyone, [1; 32], NOW, 600);
    let label = CardLabel {
        alias: ALIAS,
        identifier: CardIdentifier(*b"card-001"),
        currency: Currency::Jpy,
        key_version: 1,
    };
    let rng = &mut TestRng::new(2);
    let said = CardPersonalisation::new(rng, envelope, *recipient, label, &keys()).unwrap();
    let role = Role::SecurityServer;
    let leaf = TestAuthority::new(NOW).party(role, SERVER, "Security server", SERVER_KEY);
    let signed = test_statement(&said, &leaf, SERVER_KEY);
    hex(&settlement::personalise(&signed, NOW).unwrap())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().collect();
    let pair = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}
