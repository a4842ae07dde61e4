//! Whoever sees the codes, changes them, or shows them to somebody else.

use super::*;
use crate::wire::cbor::decode;

#[test]
fn a_photograph_of_payment_and_answer_tells_an_onlooker_nothing() {
    let (payment, said, key) = sealed_payment();
    let signed = sign(&PAYEE.takes(&said), &PAYEE.secret);
    let rng = &mut TestRng::new(2);
    let answer = SealedAnswer::seal(rng, &key, &said.transaction(), &signed).unwrap();
    let amount = said.amount.minor.to_be_bytes();
    for shown in [encode(&payment), encode(&answer)] {
        for secret in [
            &PAYER.number.0[..],
            &PAYEE.number.0,
            BANK.as_bytes(),
            &amount[6..],
            &said.previous,
        ] {
            let shows = shown.windows(secret.len()).any(|part| part == secret);
            // Two bytes may stand anywhere by chance; everything longer may not.
            assert!(!shows || secret.len() == 2);
        }
    }
    let (bank, bank_key) = bank();
    let opened = payment.open((&NONCE, &[4; 32]), (&bank, &bank_key), NOW);
    assert_eq!(opened.unwrap_err(), LocalError::CannotOpen);
    let opened = answer.open(&[4; 32], &said.transaction(), &PAYEE.key());
    assert_eq!(opened.unwrap_err(), LocalError::CannotOpen);
}

#[test]
fn no_byte_of_any_leg_can_be_altered() {
    let (bank, key) = bank();
    let bank = (&bank, &key);
    let request = sign(&PAYEE.asks(), &PAYEE.secret);
    for at in 0..request.len() {
        let mut altered = request.clone();
        altered[at] ^= 1;
        assert!(LocalRequest::open(&altered, bank, NOW).is_err(), "{at}");
    }
    let (payment, said, answer_key) = sealed_payment();
    let payment = encode(&payment);
    for at in 0..payment.len() {
        let mut altered = payment.clone();
        altered[at] ^= 1;
        let opened = decode::<SealedPayment>(&altered)
            .ok()
            .filter(|altered| altered.request == NONCE[..8])
            .and_then(|altered| altered.open((&NONCE, &OPENS), bank, NOW).ok());
        assert!(opened.is_none(), "{at}");
    }
    let transaction = said.transaction();
    let signed = sign(&PAYEE.takes(&said), &PAYEE.secret);
    let rng = &mut TestRng::new(2);
    let answer = encode(&SealedAnswer::seal(rng, &answer_key, &transaction, &signed).unwrap());
    for at in 0..answer.len() {
        let mut altered = answer.clone();
        altered[at] ^= 1;
        let opened = decode::<SealedAnswer>(&altered)
            .ok()
            .filter(|altered| altered.payment == transaction.0[..8])
            .and_then(|one| one.open(&answer_key, &transaction, &PAYEE.key()).ok());
        assert!(opened.is_none(), "{at}");
    }
}

#[test]
fn a_payment_opens_for_its_request_alone_and_an_answer_for_its_payment() {
    let (bank, key) = bank();
    let (payment, said, answer_key) = sealed_payment();
    let opened = payment.open((&[6; 32], &OPENS), (&bank, &key), NOW);
    assert_eq!(opened.unwrap_err(), LocalError::CannotOpen);
    let mut other = said.clone();
    other.nonce = [6; 32];
    assert_ne!(other.transaction(), said.transaction());
    // What the payee signed about another movement, given for this one.
    let signed = sign(&PAYEE.takes(&other), &PAYEE.secret);
    let rng = &mut TestRng::new(2);
    let transaction = said.transaction();
    let answer = SealedAnswer::seal(rng, &answer_key, &transaction, &signed).unwrap();
    let opened = answer.open(&answer_key, &transaction, &PAYEE.key());
    assert_eq!(opened.unwrap_err(), LocalError::CannotOpen);
    // And what somebody else signed about this one.
    let signed = sign(&PAYEE.takes(&said), &PAYER.secret);
    let answer = SealedAnswer::seal(rng, &answer_key, &transaction, &signed).unwrap();
    let opened = answer.open(&answer_key, &transaction, &PAYEE.key());
    assert_eq!(opened.unwrap_err(), LocalError::BadSignature);
}
