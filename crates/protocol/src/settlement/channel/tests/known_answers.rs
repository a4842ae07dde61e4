//! Values that others computed.

use alloc::vec::Vec;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::parts;
use crate::settlement::card::Alias;
use crate::settlement::channel::{CardKeys, CardOpening, ChannelError, HostOpening, MasterKey};

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// What a session of others was.
struct Session {
    keys: &'static str,
    update: &'static str,
    answer: &'static str,
    authenticate: &'static str,
    commands: &'static [Exchange],
}

/// A command in clear and as it went, and the response, if there is one, with what is in it.
type Exchange = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

/// Of a sysmocom card (AES-128, level 33, S8), as osmocom/pysim has it in `tests/unittests/test_globalplatform.py`
/// (`SCP03_Test_AES128_33`).
const OF_A_CARD: Session = Session {
    keys: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
    update: "8050300008fdf38259a1e0de4400",
    answer: "000000000000000000003003703b1aca81e821f219081cdc01c26b372d0000039000",
    authenticate: "84823300108c36f96bcc00724a4e13ad591d7da3f000",
    commands: &[
        (
            "80e2910006bf3e035c015a00",
            "84e2910018267a85dfe4a98fca6fb0527e0dfecce4914e40401433c87f00",
            Some((
                "f3ba2b1013aa6224f5e1c138d71805c569e5439b47576260b75fc021b25097cb2e68f8a0144975b99000",
                "bf3e125a1089882119900000000000000000000005",
            )),
        ),
        ("80f22002", "84f2200208ac6a59024bed84cc00", None),
        ("80ca006600", "84ca006608409912ad8fb7aed000", None),
        (
            "80f220020a4f0212345c054f9f70c5",
            "84f22002185f3dafc3ac14c381536a488bf44e06d056df9d74dbd21e5a00",
            None,
        ),
        (
            "80f28002024f0000",
            "84f280021865165105be3373347d0424d4400af2ac393f569ec779389e00",
            None,
        ),
    ],
};

/// With 16 bytes of everything (S16), as osmocom/pysim's `SCP03` computes it (commit 597f1e0, `s_mode=16`) for these
/// challenges and, of the card's side, by its cryptograms, `_encrypt` and `calc_rmac`.
const OF_16_BYTES: Session = Session {
    keys: OF_A_CARD.keys,
    update: "805030001000112233445566778899aabbccddeeff00",
    answer: "00000000000000000000300361ffeeddccbbaa9988776655443322110048d7b6d04cf8a616ac394f04cc93ec2e9000",
    authenticate: "84823300204df293260e9dd06b931e05c95206ea015afee6fd2ab3933dc45cb0c89c41368000",
    commands: &[
        (
            "80e2910006bf3e035c015a00",
            "84e291002076f96dcb4fc115aefc3bddf4e037ae7d014be69321f861a9321d73debbd8dff500",
            Some((
                "b31904b512e60e31dcc644008ef29b23666b55365533350ae01e77debf85d49df87cd5cc751732da131711ab9c69bc769000",
                "bf3e125a1089882119900000000000000000000005",
            )),
        ),
        (
            "80f22002",
            "84f2200210a90064dd67332d43bfafe8ae569a4dd100",
            Some((
                "8785e6cf6a3cd0159cb8ac61b8eed9ddf7d916949ae82cd0d6f5f7c7ae9e834b10f01f298ebc4093ef7dea30b120bca29000",
                "bf3e125a1089882119900000000000000000000005",
            )),
        ),
        (
            "80ca006600",
            "84ca006610ae2a0e493e5c28f31b3f79231b92227d00",
            Some((
                "97c9b277e891bc5f81a05885b08fd5537445dba7a54708429c13e0f6e561f36706eaffebea09149f9567bf81024d666d9000",
                "bf3e125a1089882119900000000000000000000005",
            )),
        ),
        (
            "80f220020a4f0212345c054f9f70c5",
            "84f2200220c849a881260b06612403d78c465248ede2028b357be2415d876f6601fef49c3f00",
            Some((
                "abfcd62befd28519effe5aa2a0271949bf08f80d83c833d932547921ab1496fc200b2df92646b54af87add46d4e2d5749000",
                "bf3e125a1089882119900000000000000000000005",
            )),
        ),
    ],
};

fn card_keys(three: &str) -> CardKeys {
    let mut bytes = hex(three);
    bytes.resize(64, 0);
    CardKeys::from_bytes(bytes.as_slice().try_into().unwrap())
}

fn header_and_data(plain: &str) -> ([u8; 4], Vec<u8>) {
    let plain = hex(plain);
    let header = plain[..4].try_into().unwrap();
    match plain.len() {
        4 | 5 => (header, Vec::new()),
        _ => (header, parts(&plain).1.to_vec()),
    }
}

fn holds(session: &Session) {
    let keys = card_keys(session.keys);
    let update = hex(session.update);
    let host = HostOpening::begin(update[2], parts(&update).1).unwrap();
    assert_eq!(host.initialize_update().unwrap(), update);
    let answer = host.read(&hex(session.answer)).unwrap();
    let (command, mut host) = host.authenticate(&answer, &keys).unwrap();
    assert_eq!(HEXLOWER.encode(&command), session.authenticate);
    assert!(host.unwrap(&[0x90, 0]).unwrap().is_empty());
    // The other side of the same session, with the card's own challenge.
    let mut challenge = [0; 16];
    let length = parts(&update).1.len();
    challenge[..length].copy_from_slice(&hex(session.answer)[13..13 + length]);
    let asked = (&Alias([0; 10]), update[2]);
    let (card, ours) = CardOpening::answer(&keys, asked, parts(&update).1, &challenge).unwrap();
    assert_eq!(
        ours[13..],
        hex(session.answer)[13..13 + 2 * length],
        "challenge and cryptogram are the card's"
    );
    let (header, data) = parts(&command);
    let mut card = card.authenticate(header, data).unwrap();
    for (plain, secure, response) in session.commands {
        let (header, data) = header_and_data(plain);
        let command = host.wrap(header, &data).unwrap();
        assert_eq!(HEXLOWER.encode(&command), *secure);
        let (header, sealed) = parts(&command);
        assert_eq!(card.unwrap(header, sealed).unwrap().as_slice(), data);
        if let Some((response, inside)) = response {
            let mut ours = card.wrap(&hex(inside)).unwrap();
            ours.extend([0x90, 0]);
            assert_eq!(HEXLOWER.encode(&ours), *response);
        }
    }
    for (_, _, response) in session.commands {
        match response {
            Some((response, inside)) => {
                assert_eq!(*host.unwrap(&hex(response)).unwrap(), hex(inside));
            }
            None => break,
        }
    }
}

#[test]
fn both_sides_say_what_a_real_card_and_its_host_said() {
    holds(&OF_A_CARD);
}

#[test]
fn both_sides_say_what_another_program_computes_for_16_bytes() {
    holds(&OF_16_BYTES);
}

#[test]
fn a_card_that_does_not_protect_its_responses_is_refused() {
    let update = hex(OF_A_CARD.update);
    let host = HostOpening::begin(0x30, parts(&update).1).unwrap();
    for parameter in [0x00, 0x10, 0x20, 0x30, 0x50, 0x62, 0x71, 0x61] {
        let mut answer = hex(OF_A_CARD.answer);
        answer[12] = parameter;
        assert_eq!(host.read(&answer), Err(ChannelError::Protocol));
    }
    let mut answer = hex(OF_A_CARD.answer);
    answer[11] = 2;
    assert_eq!(host.read(&answer), Err(ChannelError::Protocol));
    let other_version = HostOpening::begin(0x31, parts(&update).1).unwrap();
    let answer = hex(OF_A_CARD.answer);
    assert_eq!(other_version.read(&answer), Err(ChannelError::KeyVersion));
}

/// Key check values as martinpaljak/GlobalPlatformPro has them in `TestPlaintextKeys.java`
/// (`testDiversification_KDF3_SCP03_AES128`).
#[test]
fn a_cards_keys_come_of_the_master_as_with_other_tools() {
    let master: [u8; 16] = hex("404142434445464748494a4b4c4d4e4f").try_into().unwrap();
    let alias = Alias(hex("00010203040506070809").try_into().unwrap());
    let keys = MasterKey::new(Zeroizing::new(master))
        .card(&alias)
        .to_bytes();
    let check = |key: &[u8]| {
        let mut block = [1; 16].into();
        Aes128::new_from_slice(key)
            .unwrap()
            .encrypt_block(&mut block);
        HEXLOWER.encode(&block[..3])
    };
    let checks: Vec<_> = keys.chunks(16).map(check).collect();
    assert_eq!(checks[..3], ["e79c05", "d1bd77", "3fde8c"]);
    assert!(!checks[..3].contains(&checks[3]));
}
