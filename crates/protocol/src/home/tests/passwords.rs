//! A password opens for the card, the terminal, the nonce and the session that it was sealed for, and for no other.

use alloc::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::home::password::{answer_keys, channel_keys};
use crate::home::records::{RecordError, Side};
use crate::home::{Opening, OpeningAnswer, PASSWORD_BYTES_MAX, Release};
use crate::keys::KeyError;
use crate::keys::sealed::{Exported, public_key};
use crate::wire::cbor::{Message, decode, encode};
use crate::wire::identifier::{HomeId, TerminalId};

const CARD: [u8; 32] = [1; 32];
const HOME: HomeId = HomeId([2; 32]);
const TERMINAL: TerminalId = TerminalId([3; 32]);
const NONCE: [u8; 32] = [4; 32];
const SESSION: [u8; 32] = [5; 32];
const FIRST: &str = "first password";
const SECOND_PASSWORD: &str = "第二の合言葉";

fn opening(password: &str) -> (Opening, Exported) {
    let card = public_key(&CARD).unwrap();
    let mut rng = TestRng::new(1);
    Opening::new(&mut rng, (HOME, &card), TERMINAL, NONCE, password).unwrap()
}

fn answer() -> OpeningAnswer {
    OpeningAnswer {
        gate: [6; 32],
        nonce: [7; 32],
    }
}

fn release(password: &str) -> (Release, Exported) {
    let card = public_key(&CARD).unwrap();
    let mut rng = TestRng::new(2);
    let home = (HOME, &card);
    Release::new(&mut rng, home, TERMINAL, &answer(), SESSION, password).unwrap()
}

#[test]
fn t000_3_the_card_reads_the_first_password_and_answers_under_its_secret() {
    let (said, terminals) = opening(FIRST);
    let (password, cards) = said.open(&CARD).unwrap();
    assert_eq!(password.as_slice(), FIRST.as_bytes());
    let record = answer_keys(&cards, &NONCE, Side::Responder).seal(&encode(&answer()), true);
    let record = record.unwrap();
    let opened = answer_keys(&terminals, &NONCE, Side::Initiator).open(&record);
    let opened: OpeningAnswer = decode(&opened.unwrap()).unwrap();
    assert_eq!(opened.gate, answer().gate);
    let refused = answer_keys(&terminals, &[0; 32], Side::Initiator).open(&record);
    assert_eq!(refused.unwrap_err(), RecordError::DoesNotOpen);
}

#[test]
fn t000_3_the_card_reads_gate_and_second_password_and_has_a_channel_from_then_on() {
    let (said, terminals) = release(SECOND_PASSWORD);
    let released = said.open(&CARD).unwrap();
    assert_eq!(released.password.as_slice(), SECOND_PASSWORD.as_bytes());
    assert_eq!(*released.gate, answer().gate);
    let record = channel_keys(&released.channel, &SESSION, Side::Responder).seal(b"key", false);
    let mut keys = channel_keys(&terminals, &SESSION, Side::Initiator);
    assert_eq!(keys.open(&record.unwrap()).unwrap().as_slice(), b"key");
}

#[test]
fn t000_3_a_first_password_opens_for_nothing_but_what_it_was_sealed_for() {
    let (said, _) = opening(FIRST);
    let refused = |said: &Opening| said.open(&CARD).map(|_| ()) == Err(KeyError::CannotOpen);
    let home = Opening {
        home: HomeId([0; 32]),
        ..said.clone()
    };
    let terminal = Opening {
        terminal: TerminalId([0; 32]),
        ..said.clone()
    };
    let nonce = Opening {
        nonce: [0; 32],
        ..said.clone()
    };
    for other in [home, terminal, nonce] {
        assert!(refused(&other));
    }
    assert!(said.open(&[0; 32]).is_err(), "another card");
}

#[test]
fn t000_3_a_second_password_opens_for_nothing_but_what_it_was_sealed_for() {
    let (said, _) = release(SECOND_PASSWORD);
    let refused = |said: &Release| said.open(&CARD).is_err();
    let home = Release {
        home: HomeId([0; 32]),
        ..said.clone()
    };
    let terminal = Release {
        terminal: TerminalId([0; 32]),
        ..said.clone()
    };
    let nonce = Release {
        nonce: [0; 32],
        ..said.clone()
    };
    let session = Release {
        session: [0; 32],
        ..said.clone()
    };
    for other in [home, terminal, nonce, session] {
        assert!(refused(&other));
    }
    assert!(said.open(&[0; 32]).is_err(), "another card");
}

#[test]
fn t000_3_neither_password_stands_in_for_the_other() {
    let (first, _) = opening(FIRST);
    let (second, _) = release(SECOND_PASSWORD);
    let as_first = Opening {
        home: HOME,
        terminal: TERMINAL,
        nonce: second.nonce,
        sealed: second.sealed.clone(),
    };
    assert!(as_first.open(&CARD).is_err());
    let as_second = Release {
        sealed: first.sealed,
        ..second
    };
    assert!(as_second.open(&CARD).is_err());
}

fn every_altered_one_is_refused<M: Message>(message: &M, opens: impl Fn(&M) -> bool) {
    assert!(opens(message));
    for altered in each_altered(&encode(message)) {
        if let Ok(altered) = decode(&altered) {
            assert!(!opens(&altered));
        }
    }
}

#[test]
fn an_altered_password_does_not_open() {
    every_altered_one_is_refused(&opening(FIRST).0, |said| said.open(&CARD).is_ok());
    every_altered_one_is_refused(&release(FIRST).0, |said| said.open(&CARD).is_ok());
}

#[test]
fn nobody_sees_how_long_a_password_is() {
    let longest = "p".repeat(PASSWORD_BYTES_MAX);
    let words = ["", "p", "eight by", &longest];
    let firsts = words.map(|word| encode(&opening(word).0).len());
    let seconds = words.map(|word| encode(&release(word).0).len());
    assert_eq!(BTreeSet::from(firsts).len(), 1);
    assert_eq!(BTreeSet::from(seconds).len(), 1);
}

#[test]
fn a_password_that_is_too_long_is_not_sealed() {
    let card = public_key(&CARD).unwrap();
    let mut rng = TestRng::new(1);
    for length in [PASSWORD_BYTES_MAX + 1, 256, 257, 70_000] {
        let word = "p".repeat(length);
        let first = Opening::new(&mut rng, (HOME, &card), TERMINAL, NONCE, &word);
        assert_eq!(first.err(), Some(KeyError::CannotSeal));
        let home = (HOME, &card);
        let second = Release::new(&mut rng, home, TERMINAL, &answer(), SESSION, &word);
        assert_eq!(second.err(), Some(KeyError::CannotSeal));
    }
}

#[test]
fn nothing_is_sealed_to_a_key_of_low_order() {
    let mut rng = TestRng::new(1);
    let low = (HOME, &[0; 32]);
    let first = Opening::new(&mut rng, low, TERMINAL, NONCE, FIRST);
    assert_eq!(first.err(), Some(KeyError::CannotSeal));
    let second = Release::new(&mut rng, low, TERMINAL, &answer(), SESSION, FIRST);
    assert_eq!(second.err(), Some(KeyError::CannotSeal));
}

#[test]
fn what_is_not_filled_in_the_one_way_is_no_password() {
    use crate::keys::sealed::seal_to;
    use crate::wire::registry::context;
    let (said, _) = opening(FIRST);
    let (home, terminal) = (HOME.as_ref(), TERMINAL.as_ref());
    let info = [context::HOME_OPENING.as_bytes(), home, terminal, &NONCE].concat();
    let card = public_key(&CARD).unwrap();
    let opens = |filled: &[u8]| {
        let sealed = seal_to(&mut TestRng::new(3), &card, &info, filled).unwrap();
        Opening {
            sealed,
            ..said.clone()
        }
        .open(&CARD)
        .is_ok()
    };
    let mut filled = [0; 1 + PASSWORD_BYTES_MAX];
    assert!(opens(&filled));
    filled[0] = 129;
    assert!(!opens(&filled), "longer than there is room");
    filled[0] = 3;
    filled[4] = 1;
    assert!(!opens(&filled), "something behind the password");
    assert!(!opens(&filled[..128]), "shorter");
    assert!(!opens(&[]), "empty");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_password_comes_through_as_it_was(word in "\\PC{0,32}") {
        let (first, _) = opening(&word);
        let (password, _) = first.open(&CARD).unwrap();
        prop_assert_eq!(password.as_slice(), word.as_bytes());
        let (second, _) = release(&word);
        let released = second.open(&CARD).unwrap();
        prop_assert_eq!(released.password.as_slice(), word.as_bytes());
    }
}
