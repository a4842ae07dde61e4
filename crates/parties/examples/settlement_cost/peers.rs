//! What the settlement is measured with: a bare session of SCP03, and a signature.

use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey as _;
use tallystick_parties::native::{RsaSigning, SeededRandom, block_on};
use tallystick_parties::ports::Signing as _;
use tallystick_protocol::settlement::Alias;
use tallystick_protocol::settlement::channel::{CardOpening, HostOpening, MasterKey};
use tallystick_protocol::test_keys::TEST_KEYS;
use zeroize::Zeroizing;

use super::clocks::{Clocks, Took, Who};

/// DEBIT, and how many bytes an order and what a card says of it have.
const DEBIT: [u8; 4] = [0x84, 0xda, 0, 0];
const ORDER_BYTES: usize = 48;
const RECORD_BYTES: usize = 72;
const KEY_VERSION: u8 = 1;
const MESSAGE_BYTES: usize = 512;

/// So many sessions with one command each, and nothing else: no database, no signature, no card that stores anything. The time of
/// the host is the server's, the other side's the card's.
pub fn sessions(clocks: &Clocks, count: u32) -> Took {
    let master = MasterKey::new(Zeroizing::new([5; 16]));
    let alias = Alias(*b"alias-0001");
    let card_keys = master.card(&alias);
    clocks.take(1);
    for number in 0..count {
        let mut challenge = [3; 16];
        challenge[..4].copy_from_slice(&number.to_be_bytes());
        let opening = clocks.during(Who::Server, || {
            HostOpening::begin(KEY_VERSION, &challenge).unwrap()
        });
        let (waiting, mut answer) = clocks.during(Who::Card, || {
            CardOpening::answer(&card_keys, (&alias, KEY_VERSION), &challenge, &[4; 16]).unwrap()
        });
        answer.extend([0x90, 0]);
        let (authenticate, command, mut host) = clocks.during(Who::Server, || {
            let update = opening.read(&answer).unwrap();
            let keys = master.card(&update.alias);
            let (authenticate, mut host) = opening.authenticate(&update, &keys).unwrap();
            let command = host.wrap(DEBIT, &[1; ORDER_BYTES]).unwrap();
            (authenticate, command, host)
        });
        let mut response = clocks.during(Who::Card, || {
            let (header, data) = parts(&authenticate);
            let mut card = waiting.authenticate(header, data).unwrap();
            let (header, data) = parts(&command);
            assert_eq!(card.unwrap(header, data).unwrap().len(), ORDER_BYTES);
            card.wrap(&[2; RECORD_BYTES]).unwrap()
        });
        response.extend([0x90, 0]);
        clocks.during(Who::Server, || {
            host.unwrap(&[0x90, 0]).unwrap();
            assert_eq!(host.unwrap(&response).unwrap().len(), RECORD_BYTES);
        });
    }
    clocks.take(count)
}

/// So many signatures (RSA-2048, PSS), as parties make them natively.
pub fn signatures(clocks: &Clocks, count: u32) -> Took {
    let key = RsaPrivateKey::from_pkcs8_der(TEST_KEYS[0]).unwrap();
    let signing = RsaSigning::new(SeededRandom::new("signatures"));
    clocks.take(1);
    for _ in 0..count {
        let signed = || block_on(signing.sign(&key, &[7; MESSAGE_BYTES])).unwrap();
        assert_eq!(clocks.during(Who::Server, signed).len(), 256);
    }
    clocks.take(count)
}

/// Header and data of a short command.
fn parts(apdu: &[u8]) -> ([u8; 4], &[u8]) {
    let length = usize::from(apdu[4]);
    (apdu[..4].try_into().unwrap(), &apdu[5..5 + length])
}
