//! Whoever meets a doctored card loses nothing by it, signs nothing that is not so, and keeps nothing that the bank would
//! refuse later.

use alloc::vec::Vec;

use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::purse::local::{
    Credentials, LocalAnswer, LocalEvidence, LocalPayment, LocalRequest, SealedAnswer,
    SealedPayment, Taken,
};
use tallystick_protocol::purse::{HISTORY_START, PurseNumber, key_digest};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::time::Timestamp;

use super::pair::{Person, pay, signed};
use crate::host::CardError;
use crate::tests::purse::bank::{Bank, BankKey, START};
use crate::tests::purse::holder::yen;

const KEY: BankKey = BankKey::P256([9; 32]);
const NUMBER: PurseNumber = PurseNumber([0xdd; 16]);
/// The private half of the key to which payments to it are sealed.
const OPENS: [u8; 32] = [3; 32];
const NONCE: [u8; 32] = [4; 32];
/// Long before any purse was opened.
const BEFORE: Timestamp = Timestamp(1);

/// What the doctored card signs is well signed.
fn sign<M: KeyedMessage>(message: &M) -> Vec<u8> {
    KEY.sign(message)
}

fn credentials(bank: &Bank) -> Credentials {
    let key = VerifyingKey::of_p256(&[9; 32]).unwrap();
    let mut terms = bank.terms(Some(key_digest(&key.to_spki().unwrap())));
    terms.number = NUMBER;
    Credentials::new(bank.sign(&terms), &key).unwrap()
}

/// It pays what that person asks for, and says that it did so then.
fn pays(payee: &Person, request: &[u8], at: Timestamp) -> Vec<u8> {
    let request: LocalRequest = keyed::unverified(request).unwrap();
    let payment = LocalPayment {
        bank: payee.holder.bank.domain.clone(),
        payer: NUMBER,
        payee: payee.number,
        nonce: request.nonce,
        amount: yen(10),
        sequence: 1,
        previous: HISTORY_START,
        balance: 0,
        at,
    };
    let evidence = LocalEvidence {
        purse: credentials(&payee.holder.bank),
        signed: sign(&payment),
    };
    let sealed = SealedPayment::seal(&mut TestRng::new(1), &request, &evidence);
    encode(&sealed.unwrap().0)
}

#[test]
fn a_payment_that_says_it_was_signed_when_its_purse_did_not_count_is_not_taken() {
    let mut payee = Person::new(2);
    let over = START.plus_seconds(10_000 * 86_400);
    for at in [BEFORE, over] {
        let request = payee.asks(Some(10));
        let payment = pays(&payee, &request, at);
        assert_eq!(payee.takes(&payment), Err(CardError::Expired));
        // The request can be paid by somebody else still.
        let payment = pays(&payee, &request, START);
        assert!(payee.takes(&payment).is_ok());
    }
    assert_eq!(payee.amounts(), (20, 0));
}

#[test]
fn an_answer_that_says_it_was_signed_when_its_purse_did_not_count_settles_nothing() {
    let mut payer = Person::holding(1, 3_000);
    let bank = Bank::new();
    let request = LocalRequest {
        payee: credentials(&bank),
        nonce: NONCE,
        sealing: public_key(&OPENS).unwrap(),
        amount: Some(10),
        at: payer.holder.now,
    };
    let payment = payer.pays(&sign(&request), 10).unwrap();
    let sealed: SealedPayment = decode(&payment).unwrap();
    let key = VerifyingKey::of_p256(&[5; 32]).unwrap();
    let believed = (&bank.domain, &key);
    let delivered = sealed.open((&NONCE, &OPENS), believed, payer.holder.now);
    let delivered = delivered.unwrap();
    let transaction = delivered.payment.transaction();
    let answers = |at: Timestamp| {
        let answer = LocalAnswer {
            bank: bank.domain.clone(),
            payer: delivered.payment.payer,
            payee: NUMBER,
            transaction,
            amount: yen(10),
            taken: Some(Taken {
                sequence: 1,
                previous: HISTORY_START,
                balance: 10,
            }),
            at,
        };
        let rng = &mut TestRng::new(2);
        let sealed = SealedAnswer::seal(rng, &delivered.answer_key, &transaction, &sign(&answer));
        encode(&sealed.unwrap())
    };
    assert_eq!(payer.settles(&answers(BEFORE)), Err(CardError::Expired));
    assert_eq!(payer.amounts(), (2_990, 10));
    payer.settles(&answers(START)).unwrap();
    assert_eq!(payer.amounts(), (2_990, 0));
}

#[test]
fn a_payment_that_is_sealed_anew_has_the_same_answer_and_no_refusal() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(10));
    let payment = payer.pays(&request, 10).unwrap();
    let receipt = payee.takes(&payment).unwrap();
    let entry = payee.holder.history().pop().unwrap();
    let evidence = LocalEvidence::read(&entry.evidence).unwrap();
    let request: LocalRequest = keyed::unverified(&request).unwrap();
    let rng = &mut TestRng::new(9);
    let (anew, _) = SealedPayment::seal(rng, &request, &evidence).unwrap();
    let anew = encode(&anew);
    assert_ne!(anew, payment);
    // Nothing is signed that says it was never taken.
    assert_eq!(payee.takes(&anew).unwrap(), receipt);
    assert_eq!(payee.refuses(&anew).unwrap(), receipt);
    assert_eq!(payee.amounts(), (10, 0));
}

#[test]
fn what_is_signed_has_the_time_of_the_bank_though_the_clock_of_the_wallet_is_behind() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    payer.holder.now = BEFORE;
    payee.holder.now = BEFORE;
    pay(&mut payer, &mut payee, 10);
    let paid: LocalPayment =
        keyed::unverified(&signed(&payee.holder.history().pop().unwrap())).unwrap();
    let taken: LocalAnswer =
        keyed::unverified(&signed(&payer.holder.history().pop().unwrap())).unwrap();
    assert!(paid.at >= START && taken.at >= START);
    // Both are what the histories say.
    let entries = [&mut payer, &mut payee].map(|one| one.holder.history().pop().unwrap());
    assert_eq!(paid.entry().hash(), entries[0].hash());
    assert_eq!(taken.entry().unwrap().hash(), entries[1].hash());
}
