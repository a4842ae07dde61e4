//! Both sides have the same key, and nobody else has it.

use minicbor::{Decode, Encode};

use super::*;
use crate::home::records::Side;
use crate::wire::cbor::{decode_value, encode_value};

#[test]
fn t000_1_both_sides_have_the_same_key_in_either_profile() {
    let mut scene = Scene::new();
    for profile in PROFILES {
        let whole = scene.agree(profile, None);
        let own = whole.agreed.confirm(&whole.confirmation).unwrap();
        assert_eq!(own.transcript, whole.key.transcript);
        let mut asks = own.record_keys(Side::Initiator);
        let mut answers = whole.key.record_keys(Side::Responder);
        let record = asks.seal(b"an order", false).unwrap();
        assert_eq!(answers.open(&record).unwrap().as_slice(), b"an order");
        let record = answers.seal(b"a receipt", true).unwrap();
        assert_eq!(asks.open(&record).unwrap().as_slice(), b"a receipt");
        let sends = whole.finish.transported.is_some();
        assert_eq!(sends, profile == Profile::KeyTransport);
    }
}

#[test]
fn t000_1_who_has_the_terminals_share_has_the_key_and_who_agreed_for_it_has_not() {
    let mut scene = Scene::new();
    for profile in PROFILES {
        let whole = scene.agree(profile, Some(second_share()));
        let refused = whole.agreed.confirm(&whole.confirmation).map(|_| ());
        assert_eq!(refused, Err(AgreementError::NotConfirmed));
        let told = whole.agreed.hand_over(whole.confirmation).unwrap();
        let key = told.key(Some(&SECOND)).unwrap();
        let shops = whole.key.record_keys(Side::Responder);
        assert_eq!(key.record_keys(Side::Responder), shops);
        let without = told.key(None).map(|_| ());
        assert_eq!(without, Err(AgreementError::Transport));
        let other = told.key(Some(&[8; 32])).map(|_| ());
        assert_eq!(other, Err(AgreementError::NotConfirmed), "another share");
    }
}

#[test]
fn each_agreement_has_another_key_another_transcript_and_another_name() {
    let mut scene = Scene::new();
    let one = scene.agree(Profile::KeyAgreement, None);
    let other = scene.agree(Profile::KeyAgreement, None);
    assert_ne!(one.agreed.transcript, other.agreed.transcript);
    assert_ne!(one.agreed.session, other.agreed.session);
    let of_one = one.key.record_keys(Side::Initiator);
    assert_ne!(of_one, other.key.record_keys(Side::Initiator));
    let crossed = one.agreed.confirm(&other.confirmation).map(|_| ());
    assert_eq!(crossed, Err(AgreementError::NotConfirmed));
}

/// Stored, and read again.
fn stored<T: Encode<()> + for<'b> Decode<'b, ()>>(value: &T) -> T {
    decode_value(&encode_value(value), 16 * 1024).unwrap()
}

#[test]
fn each_side_goes_on_where_it_was_stored() {
    let mut scene = Scene::new();
    for (profile, second) in [
        (Profile::KeyAgreement, None),
        (Profile::KeyTransport, Some(second_share())),
    ] {
        let initiator = stored(&scene.initiator(profile, second));
        let (answer, answered) = scene.answer(initiator.hello()).unwrap();
        let received = scene.receive(&initiator, answer).unwrap();
        let signed = scene.entrance(received.transcript());
        let (finish, agreed) = received.finish(&mut scene.rng, &signed).unwrap();
        let (answered, agreed) = (stored(&answered), stored(&agreed));
        let (key, confirmation) = scene.accept(&answered, &finish).unwrap();
        let told = stored(&agreed.hand_over(confirmation).unwrap());
        let own = told.key(second.map(|_| &SECOND)).unwrap();
        assert_eq!(own.transcript, key.transcript);
    }
}

#[test]
fn the_same_last_message_again_has_the_same_confirmation() {
    let mut scene = Scene::new();
    let initiator = scene.initiator(Profile::KeyTransport, None);
    let (answer, answered) = scene.answer(initiator.hello()).unwrap();
    let received = scene.receive(&initiator, answer).unwrap();
    let signed = scene.entrance(received.transcript());
    let (finish, _) = received.finish(&mut scene.rng, &signed).unwrap();
    let (_, once) = scene.accept(&answered, &finish).unwrap();
    let (_, again) = scene.accept(&answered, &finish).unwrap();
    assert_eq!(once, again);
}

#[test]
fn what_is_sent_under_the_rsa_key_is_part_of_the_key() {
    let mut scene = Scene::new();
    let whole = scene.agree(Profile::KeyTransport, None);
    let sent = whole.finish.transported.as_ref().unwrap();
    assert_eq!(sent.len(), 256);
    assert!(transported(sent).is_ok());
    let initiator = scene.initiator(Profile::KeyTransport, None);
    let (answer, answered) = scene.answer(initiator.hello()).unwrap();
    let received = scene.receive(&initiator, answer).unwrap();
    let signed = scene.entrance(received.transcript());
    let (finish, agreed) = received.finish(&mut scene.rng, &signed).unwrap();
    let (_, confirmation) = answered.agree(&finish, Some(&[1; 32])).unwrap();
    let refused = agreed.confirm(&confirmation).map(|_| ());
    assert_eq!(refused, Err(AgreementError::NotConfirmed), "another secret");
    let refused = answered.agree(&finish, None).map(|_| ());
    assert_eq!(refused, Err(AgreementError::Transport));
}
