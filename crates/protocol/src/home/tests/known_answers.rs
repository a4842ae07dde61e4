//! Bytes that this release reads, worked out by another implementation (`node:crypto`, HPKE by hand): later releases
//! have to read the same.

use super::*;
use crate::home::{Opening, PublicKeys, Release};
use crate::keys::sealed::Sealed;
use crate::wire::identifier::{HomeId, TerminalId};

const CARD: [u8; 32] = [1; 32];
const HOME: HomeId = HomeId([2; 32]);
const TERMINAL: TerminalId = TerminalId([3; 32]);
const ENCAPSULATED: &str = "31d4ab6aceec961137917037936e60716fac573afe94d9da84a8020448dfc112";
/// The first password, and what is exported.
const OPENING: [&str; 2] = [
    "10152f0b72741eb5432c353245384a384fecb0e771fff1b541e555f4d327f0e61bd017a79f308d8e689856091e93e5ee2d9d\
     bec6dbd5ff5e0c98a54ec632af17ca6b35e823b945b6cede8e3926690870a055541e7b41e994646a0e109f0bc280c66c0fda\
     e4f5cbeff42e25270ebfe372dfd52de9f2967b53e94f07e17fba4e8d8e6f2038e116b17cd296fb0cc875e9c22f",
    "b4f23bd21b33dc382a1ee252fa033e411178356495dfdae07dab3ff9f18785b6",
];
/// Gate and second password, and what is exported.
const RELEASE: [&str; 2] = [
    "d84ab4cc36b07aaa3cb0734406e862482a451ecc08a18e964015218a78b0742d4623614ce93594ee45e1c80943a2eecee38b\
     663b1d8b2df5a4758f1a6a4ed4c88c78e144ad44da27f3e255c1da8e7d51af852f5edd5c8be396ed4aa915885ca79c72b093\
     40b3194d9e748dad933420e9242109887e4bf22d5620104c0fe0894fa78996aa0aff80cd6fe45947841e10bb3252ff1858c6\
     38ae50bb40b4cc07d9403affc1357f27cebc9e4bc19e5e7797acd60745e61469b79c",
    "33e60ddf1b5877514eba5ead6349194a38e1bd78687ed812d165f71be2dd1bfd",
];
/// The names that follow from the keys below.
const NAMED_HOME: &str = "6b39d48a72b0a2bb5ef2155b9dc6a6d23a9f30735f731864d0e37d5bdb44ac09";
const NAMED_TERMINAL: &str = "a0a6abf40de4232049cc842943fbd842f78ef38ae31408d466ea7106cfe5b108";

fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
}

fn sealed(ciphertext: &str) -> Sealed {
    Sealed {
        encapsulated: bytes(ENCAPSULATED).try_into().unwrap(),
        ciphertext: bytes(ciphertext),
    }
}

#[test]
fn sealed_passwords_stay_as_they_are() {
    let [ciphertext, exported] = OPENING;
    let opening = Opening {
        home: HOME,
        terminal: TERMINAL,
        nonce: [4; 32],
        sealed: sealed(ciphertext),
    };
    let (password, secret) = opening.open(&CARD).unwrap();
    assert_eq!(password.as_slice(), b"first password");
    assert_eq!(secret.as_slice(), bytes(exported));
    let [ciphertext, exported] = RELEASE;
    let release = Release {
        home: HOME,
        terminal: TERMINAL,
        nonce: [7; 32],
        session: [5; 32],
        sealed: sealed(ciphertext),
    };
    let released = release.open(&CARD).unwrap();
    assert_eq!(released.password.as_slice(), "第二の合言葉".as_bytes());
    assert_eq!(*released.gate, [6; 32]);
    assert_eq!(released.channel.as_slice(), bytes(exported));
}

#[test]
fn names_of_keys_stay_as_they_are() {
    let before = bytes("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    let keys = PublicKeys {
        signing: [before.as_slice(), &[0x11; 64]].concat(),
        sealing: [0x22; 32],
    };
    assert_eq!(keys.home().0.as_slice(), bytes(NAMED_HOME));
    assert_eq!(keys.terminal().0.as_slice(), bytes(NAMED_TERMINAL));
}
