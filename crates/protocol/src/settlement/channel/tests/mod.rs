//! The channel against values of others, and against whoever stands in it.

mod known_answers;
mod relayed;

use super::{CardChannel, CardKeys, CardOpening, HostChannel, HostOpening, Mode};
use crate::settlement::card::Alias;

const ALIAS: Alias = Alias(*b"alias-0001");
/// What the tests' commands are: READ of the settlement applet.
const READ: [u8; 4] = [0x84, 0xd8, 0, 0];

fn keys(seed: u8) -> CardKeys {
    let mut bytes = [0; 64];
    for (place, byte) in (0..).zip(&mut bytes) {
        *byte = seed ^ place;
    }
    CardKeys::from_bytes(&bytes)
}

fn host_challenge(mode: Mode) -> &'static [u8] {
    &b"the host's chall"[..mode.bytes()]
}

/// A card that was asked, its answer, and the host that asked.
fn asked(keys: &CardKeys, mode: Mode) -> (HostOpening, CardOpening, alloc::vec::Vec<u8>) {
    let host = HostOpening::begin(0, host_challenge(mode)).unwrap();
    let challenge = b"the card's chall";
    let asked = (&ALIAS, 1);
    let (card, mut answer) =
        CardOpening::answer(keys, asked, host_challenge(mode), challenge).unwrap();
    answer.extend([0x90, 0]);
    (host, card, answer)
}

/// Header and data of a short command.
fn parts(apdu: &[u8]) -> ([u8; 4], &[u8]) {
    let length = usize::from(apdu[4]);
    (apdu[..4].try_into().unwrap(), &apdu[5..5 + length])
}

/// Both sides of an open channel.
fn open(mode: Mode) -> (HostChannel, CardChannel) {
    let keys = keys(0);
    let (host, card, answer) = asked(&keys, mode);
    let update = host.read(&answer).unwrap();
    assert_eq!((update.alias, update.key_version), (ALIAS, 1));
    let (command, mut host) = host.authenticate(&update, &keys).unwrap();
    let (header, data) = parts(&command);
    let card = card.authenticate(header, data).unwrap();
    assert!(host.unwrap(&[0x90, 0]).unwrap().is_empty());
    (host, card)
}

/// The card's response with its status word.
fn answered(card: &CardChannel, data: &[u8]) -> alloc::vec::Vec<u8> {
    let mut response = card.wrap(data).unwrap();
    response.extend([0x90, 0]);
    response
}
