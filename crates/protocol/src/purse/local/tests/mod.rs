//! Two purses and their bank without a network, and whoever is none of them.

mod contradictions;
mod onlookers;

use alloc::vec::Vec;

use super::*;
use crate::keys::sealed::public_key;
use crate::purse::{HISTORY_START, PurseCertificate, PurseKind, PurseNumber, key_digest};
use crate::test_keys::TestRng;
use crate::trust::keyed::{self, KeyedMessage};
use crate::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use crate::wire::cbor::encode;
use crate::wire::identifier::Domain;
use crate::wire::money::{Currency, Money};
use crate::wire::time::Timestamp;

const NOW: Timestamp = Timestamp(1_800_000_000);
const NONCE: [u8; 32] = [0x5a; 32];
/// The private half of the key to which the payment is sealed.
const OPENS: [u8; 32] = [3; 32];
/// Thirty-two characters, so that a code with a name as long as that fits.
const BANK: &str = "the-bank-of-midori.example.co.jp";
const BANK_SECRET: [u8; 32] = [1; 32];
/// What one leg may take: a QR code of version 17 with its lowest correction (ISO/IEC 18004, 644 bytes).
const LEG_BYTES_MAX: usize = 644;

fn bank() -> (Domain, VerifyingKey) {
    let key = VerifyingKey::of_es256(&BANK_SECRET).unwrap();
    (Domain::parse(BANK).unwrap(), key)
}

pub(super) fn sign<M: KeyedMessage>(message: &M, secret: &[u8; 32]) -> Vec<u8> {
    let signed = keyed::to_be_signed(message, Algorithm::Es256);
    let signature = sign_es256(secret, &signed).unwrap();
    keyed::assemble(&encode(message), Algorithm::Es256, &signature)
}

/// A purse of that bank, and its private key.
struct Purse {
    number: PurseNumber,
    secret: [u8; 32],
}

const PAYER: Purse = Purse {
    number: PurseNumber([0xaa; 16]),
    secret: [0x11; 32],
};
const PAYEE: Purse = Purse {
    number: PurseNumber([0xbb; 16]),
    secret: [0x22; 32],
};

impl Purse {
    fn key(&self) -> VerifyingKey {
        VerifyingKey::of_es256(&self.secret).unwrap()
    }

    fn certificate(&self) -> PurseCertificate {
        PurseCertificate {
            bank: bank().0,
            kind: PurseKind::Account,
            number: self.number,
            currency: Currency::Jpy,
            key: Some(key_digest(&self.key().to_spki().unwrap())),
            issued_at: NOW,
            expires_at: Timestamp(NOW.0 + 1000),
        }
    }

    fn credentials(&self) -> Credentials {
        let certificate = sign(&self.certificate(), &BANK_SECRET);
        Credentials::new(certificate, &self.key()).unwrap()
    }

    fn says(&self, signed: Vec<u8>) -> LocalEvidence {
        LocalEvidence {
            purse: self.credentials(),
            signed,
        }
    }

    fn asks(&self) -> LocalRequest {
        LocalRequest {
            payee: self.credentials(),
            nonce: NONCE,
            sealing: public_key(&OPENS).unwrap(),
            amount: Some(1_200),
            at: NOW,
        }
    }

    fn pays(&self, payee: &Self) -> LocalPayment {
        LocalPayment {
            bank: bank().0,
            payer: self.number,
            payee: payee.number,
            nonce: NONCE,
            amount: Money::new(1_200, Currency::Jpy),
            sequence: 7,
            previous: [0x77; 32],
            balance: 98_800,
            at: NOW,
        }
    }

    fn takes(&self, payment: &LocalPayment) -> LocalAnswer {
        LocalAnswer {
            bank: bank().0,
            payer: payment.payer,
            payee: self.number,
            transaction: payment.transaction(),
            amount: payment.amount,
            taken: Some(Taken {
                sequence: 1,
                previous: HISTORY_START,
                balance: payment.amount.minor,
            }),
            at: NOW,
        }
    }
}

fn sealed_payment() -> (SealedPayment, LocalPayment, crate::keys::sealed::Exported) {
    let rng = &mut TestRng::new(1);
    let payment = PAYER.pays(&PAYEE);
    let signed = sign(&payment, &PAYER.secret);
    let (sealed, key) = SealedPayment::seal(rng, &PAYEE.asks(), &PAYER.says(signed)).unwrap();
    (sealed, payment, key)
}

#[test]
fn t004_6_a_payment_between_two_purses_is_checked_by_both_without_a_bank() {
    let (bank, key) = bank();
    let bank = (&bank, &key);
    let asked = sign(&PAYEE.asks(), &PAYEE.secret);
    let (request, payee) = LocalRequest::open(&asked, bank, NOW).unwrap();
    assert_eq!(payee.certificate, PAYEE.certificate());
    assert_eq!(request.amount, Some(1_200));

    let (sealed, payment, answer_key) = sealed_payment();
    let delivered = sealed.open((&NONCE, &OPENS), bank, NOW).unwrap();
    assert_eq!(delivered.payment, payment);
    assert_eq!(delivered.payer.certificate, PAYER.certificate());
    assert_eq!(delivered.answer_key, answer_key);

    let transaction = payment.transaction();
    let answer = PAYEE.takes(&delivered.payment);
    let signed = sign(&answer, &PAYEE.secret);
    let rng = &mut TestRng::new(2);
    let sealed = SealedAnswer::seal(rng, &delivered.answer_key, &transaction, &signed).unwrap();
    let opened = sealed.open(&answer_key, &transaction, &payee.key).unwrap();
    assert_eq!(opened, (answer, signed));
}

#[test]
fn each_of_the_three_legs_fits_a_still_code() {
    let request = sign(&PAYEE.asks(), &PAYEE.secret);
    let (payment, said, key) = sealed_payment();
    let signed = sign(&PAYEE.takes(&said), &PAYEE.secret);
    let rng = &mut TestRng::new(2);
    let answer = SealedAnswer::seal(rng, &key, &said.transaction(), &signed).unwrap();
    let legs = [request.len(), encode(&payment).len(), encode(&answer).len()];
    assert!(legs.iter().all(|leg| *leg <= LEG_BYTES_MAX), "{legs:?}");
    // Written down, so that a leg that grows is seen.
    assert_eq!(legs, [389, 550, 304]);
}

#[test]
fn t004_11_t004_12_t004_27_a_purse_of_another_bank_or_one_that_is_over_is_refused_by_either_side() {
    let (bank, key) = bank();
    let asked = sign(&PAYEE.asks(), &PAYEE.secret);
    let (sealed, ..) = sealed_payment();
    let other = Domain::parse("other-bank.example").unwrap();
    let other_key = VerifyingKey::of_es256(&[9; 32]).unwrap();
    let over = Timestamp(NOW.0 + 1000);
    for (bank, now, refusal) in [
        ((&other, &key), NOW, LocalError::OtherBank),
        ((&bank, &other_key), NOW, LocalError::BadSignature),
        ((&bank, &key), over, LocalError::Expired),
        ((&bank, &key), Timestamp(0), LocalError::Expired),
    ] {
        let opened = LocalRequest::open(&asked, bank, now);
        assert_eq!(opened.unwrap_err(), refusal);
        let opened = sealed.open((&NONCE, &OPENS), bank, now);
        assert_eq!(opened.unwrap_err(), refusal);
    }
}

#[test]
fn nobody_pays_with_another_purses_credentials() {
    let (bank, key) = bank();
    let bank = (&bank, &key);
    let rng = &mut TestRng::new(3);
    // A payment by the payer's key under the payee's credentials, and one that names somebody else as the payer.
    let mine = sign(&PAYER.pays(&PAYEE), &PAYER.secret);
    let (sealed, _) = SealedPayment::seal(rng, &PAYEE.asks(), &PAYEE.says(mine)).unwrap();
    let opened = sealed.open((&NONCE, &OPENS), bank, NOW);
    assert_eq!(opened.unwrap_err(), LocalError::BadSignature);
    let mut named = PAYER.pays(&PAYEE);
    named.payer = PAYEE.number;
    let named = sign(&named, &PAYER.secret);
    let (sealed, _) = SealedPayment::seal(rng, &PAYEE.asks(), &PAYER.says(named)).unwrap();
    let opened = sealed.open((&NONCE, &OPENS), bank, NOW);
    assert_eq!(opened.unwrap_err(), LocalError::BadSignature);
    // Another key beside what the bank signed.
    let certificate = sign(&PAYER.certificate(), &BANK_SECRET);
    let swapped = Credentials::new(certificate, &PAYEE.key()).unwrap();
    let shown = swapped.verify(bank, NOW);
    assert_eq!(shown.unwrap_err(), LocalError::BadSignature);
}
