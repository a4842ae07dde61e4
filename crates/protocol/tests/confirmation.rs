//! Confirming a party beforehand: only who shares the key can ask, and only who shares it can answer.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use support::Seeded;
use tallystick_protocol::keys::confirmation::{
    ConfirmationAnswer, ConfirmationError, ConfirmationRequest, FRESH_SECONDS,
};
use tallystick_protocol::keys::{
    Centres, DerivedKey, Epoch, KeyContext, PairContext, Space, Suite,
};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use tallystick_protocol::wire::time::Timestamp;

const NOW: Timestamp = Timestamp(1_000_000);

fn domain(name: &str) -> Domain {
    name.parse().unwrap()
}

fn key() -> DerivedKey {
    DerivedKey::from([3; 32])
}

fn request() -> ConfirmationRequest {
    let pair = PairContext {
        suite: Suite::NamesOnly,
        key: KeyContext {
            space: Space {
                role: Role::Issuer,
                index: 0,
            },
            epoch: Epoch(1),
            centres: Centres::one(domain("keys.example")),
        },
        holder: HolderId::of_enrolment_key(&[7; 32]),
        role: Role::Issuer,
        party: domain("issuer.example"),
    };
    ConfirmationRequest::new(pair, [5; 32], &key(), NOW)
}

fn answer(request: &ConfirmationRequest, from: &str, key: &DerivedKey) -> ConfirmationAnswer {
    let envelope = Envelope::new(domain(from), Audience::Holder, request.nonce, NOW, 60);
    ConfirmationAnswer::new(&mut Seeded(1, 0), request, key, envelope)
}

#[test]
fn t002_7_who_shares_the_key_confirms() {
    let request = decode::<ConfirmationRequest>(&encode(&request())).unwrap();
    assert_eq!(request.verify(&key(), NOW), Ok(()));
    let answer = answer(&request, "issuer.example", &key());
    assert_eq!(answer.verify(&request, &key()), Ok(()));
}

#[test]
fn t002_7_a_party_without_the_key_is_not_confirmed() {
    let request = request();
    let stranger = DerivedKey::from([4; 32]);
    assert_eq!(
        request.verify(&stranger, NOW),
        Err(ConfirmationError::WrongKey)
    );
    let forged = answer(&request, "issuer.example", &stranger);
    assert_eq!(
        forged.verify(&request, &key()),
        Err(ConfirmationError::WrongKey)
    );
}

#[test]
fn t002_7_an_answer_by_another_party_or_to_another_question_is_refused() {
    let request = request();
    let other = answer(&request, "other.example", &key());
    assert_eq!(
        other.verify(&request, &key()),
        Err(ConfirmationError::WrongAnswer)
    );
    let mut another = request.clone();
    another.nonce[0] ^= 1;
    let replayed = answer(&request, "issuer.example", &key());
    assert_eq!(
        replayed.verify(&another, &key()),
        Err(ConfirmationError::WrongAnswer)
    );
}

#[test]
fn a_request_from_another_time_is_refused() {
    let request = request();
    for now in [
        NOW.plus_seconds(FRESH_SECONDS + 1),
        NOW.minus_seconds(FRESH_SECONDS + 1),
    ] {
        assert_eq!(
            request.verify(&key(), now),
            Err(ConfirmationError::NotFresh)
        );
    }
    assert_eq!(
        request.verify(&key(), NOW.plus_seconds(FRESH_SECONDS)),
        Ok(())
    );
}
