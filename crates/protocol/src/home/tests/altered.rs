//! One byte altered anywhere, and there is no key.

use super::*;
use crate::home::agreement::Handover;
use crate::wire::cbor::{decode, encode};

/// Decodes what was altered, if it is a message at all.
fn read<M: crate::wire::cbor::Message>(bytes: &[u8]) -> Option<M> {
    decode(bytes).ok()
}

#[test]
fn t000_1_an_altered_hello_has_an_answer_that_nobody_waits_for() {
    let mut scene = Scene::new();
    for second in [None, Some(second_share())] {
        let initiator = scene.initiator(Profile::KeyAgreement, second);
        let mut read_at_all = 0;
        for altered in each_altered(&encode(initiator.hello())) {
            let Some(hello) = read::<Hello>(&altered) else {
                continue;
            };
            read_at_all += 1;
            if let Ok((answer, _)) = scene.answer(&hello) {
                assert!(scene.receive(&initiator, answer).is_err(), "{hello:?}");
            }
        }
        assert!(read_at_all > 64);
    }
}

#[test]
fn t000_1_an_altered_answer_is_refused() {
    let mut scene = Scene::new();
    for profile in PROFILES {
        let initiator = scene.initiator(profile, Some(second_share()));
        let (answer, _) = scene.answer(initiator.hello()).unwrap();
        for altered in each_altered(&encode(&answer)) {
            if let Some(answer) = read(&altered) {
                assert!(scene.receive(&initiator, answer).is_err());
            }
        }
    }
}

#[test]
fn t000_1_an_altered_last_message_is_refused_or_leaves_no_common_key() {
    let mut scene = Scene::new();
    for profile in PROFILES {
        let initiator = scene.initiator(profile, None);
        let (answer, answered) = scene.answer(initiator.hello()).unwrap();
        let received = scene.receive(&initiator, answer).unwrap();
        let signed = scene.entrance(received.transcript());
        let (finish, agreed) = received.finish(&mut scene.rng, &signed).unwrap();
        for altered in each_altered(&encode(&finish)) {
            let finish = read::<Finish>(&altered);
            let accepted = finish.and_then(|finish| scene.accept(&answered, &finish).ok());
            if let Some((_, confirmation)) = accepted {
                assert!(agreed.confirm(&confirmation).is_err());
            }
        }
        let as_in_the_other = match profile {
            Profile::KeyAgreement => Some(&[1; 32]),
            _ => None,
        };
        let refused = answered.agree(&finish, as_in_the_other).map(|_| ());
        assert_eq!(refused, Err(AgreementError::Transport));
    }
}

#[test]
fn t000_1_an_altered_confirmation_confirms_nothing() {
    let mut scene = Scene::new();
    let whole = scene.agree(Profile::KeyAgreement, None);
    for altered in each_altered(&encode(&whole.confirmation)) {
        if let Some(said) = read(&altered) {
            assert!(whole.agreed.confirm(&said).is_err());
            assert!(whole.agreed.hand_over(said).is_err());
        }
    }
}

#[test]
fn t000_8_an_altered_handover_gives_no_key() {
    let mut scene = Scene::new();
    let anchors = scene.anchors();
    for profile in PROFILES {
        let whole = scene.agree(profile, Some(second_share()));
        let told = whole.agreed.hand_over(whole.confirmation).unwrap();
        let asked = (&shop(), profile);
        let key = |told: &Handover| told.key_with(asked, Some(&SECOND), &anchors, NOW);
        assert!(key(&told).is_ok());
        for altered in each_altered(&encode(&told)) {
            if let Some(told) = read(&altered) {
                assert!(key(&told).is_err());
            }
        }
    }
}

#[test]
fn t000_8_what_is_told_of_a_key_without_a_second_share_holds_together() {
    let mut scene = Scene::new();
    let whole = scene.agree(Profile::KeyAgreement, None);
    let told = whole.agreed.hand_over(whole.confirmation.clone()).unwrap();
    let right = told.key(None).unwrap();
    for altered in each_altered(&encode(&told)) {
        // The shop's share and the session's name are of no use to the key itself.
        if let Some(Ok(key)) = read::<Handover>(&altered).map(|told| told.key(None)) {
            assert_eq!(key.transcript, right.transcript);
            let side = crate::home::records::Side::Initiator;
            assert_eq!(key.record_keys(side), right.record_keys(side));
        }
    }
}
