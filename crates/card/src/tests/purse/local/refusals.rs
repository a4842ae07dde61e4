//! Each thing that is not as it should be is refused, and changes nothing (`Holder::tried` looks).

use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::money::Currency;

use super::pair::Person;
use crate::host::CardError;
use crate::host::purse::{self, PaymentGiven};
use crate::tests::purse::bank::{Bank, BankKey, LIFE};
use crate::tests::purse::holder::yen;

#[test]
fn t004_11_t004_12_a_purse_of_another_bank_a_forged_one_or_an_old_one_is_neither_paid_nor_taken() {
    let mut payer = Person::holding(1, 3_000);
    let other = Bank::named("other-bank.localhost", BankKey::P256([8; 32]));
    let mut other = Person::of(2, other, Algorithm::Es256);
    let request = other.asks(Some(10));
    assert_eq!(payer.pays(&request, 10), Err(CardError::NotForThisPurse));
    let forged = Bank::named("midori-bank.localhost", BankKey::P256([8; 32]));
    let mut forged = Person::of(2, forged, Algorithm::Es256);
    let request = forged.asks(Some(10));
    assert_eq!(payer.pays(&request, 10), Err(CardError::BadSignature));
    let mut payee = Person::new(3);
    let request = payee.asks(Some(10));
    payer.holder.now = payer.holder.now.plus_seconds(LIFE);
    assert_eq!(payer.pays(&request, 10), Err(CardError::Expired));
    assert_eq!(payer.amounts(), (3_000, 0));
}

#[test]
fn no_altered_byte_of_a_request_a_payment_or_an_answer_does_anything() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(10));
    for at in (0..request.len()).step_by(7) {
        let mut altered = request.clone();
        altered[at] ^= 1;
        assert!(payer.pays(&altered, 10).is_err(), "{at}");
    }
    let payment = payer.pays(&request, 10).unwrap();
    for at in (0..payment.len()).step_by(7) {
        let mut altered = payment.clone();
        altered[at] ^= 1;
        assert!(payee.takes(&altered).is_err(), "{at}");
    }
    let answer = payee.takes(&payment).unwrap();
    for at in (0..answer.len()).step_by(7) {
        let mut altered = answer.clone();
        altered[at] ^= 1;
        let _about_no_payment_or_refused = payer.settles(&altered);
        assert_eq!(payer.amounts(), (2_990, 10), "{at}");
    }
}

#[test]
fn a_request_is_paid_with_its_amount_by_another_purse_in_its_currency_and_with_the_pin() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(10));
    assert_eq!(payer.pays(&request, 11), Err(CardError::Refused(0x6a80)));
    let open = payee.asks(None);
    assert_eq!(payer.pays(&open, 0), Err(CardError::Refused(0x6a80)));
    let own = payer.asks(Some(10));
    assert_eq!(payer.pays(&own, 10), Err(CardError::NotForThisPurse));
    let mut given = PaymentGiven {
        request: request.clone(),
        amount: yen(10),
        at: payer.holder.now,
        prepaid: None,
    };
    given.amount.currency = Currency::Eur;
    let tried = payer.holder.tried(purse::pay_purse(0, &given));
    assert_eq!(tried, Err(CardError::NotForThisPurse));
    payer.pays(&request, 10).unwrap();
    let twice = payee.asks(Some(3_000));
    assert_eq!(
        payer.pays(&twice, 3_000),
        Err(CardError::InsufficientAmount)
    );
    payer.holder.bench.forget_pin();
    let more = payee.asks(Some(10));
    assert_eq!(payer.pays(&more, 10), Err(CardError::PinRequired));
}

#[test]
fn a_payment_for_somebody_else_is_none() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let mut other = Person::new(3);
    other.asks(Some(10));
    let request = payee.asks(Some(10));
    let payment = payer.pays(&request, 10).unwrap();
    assert_eq!(other.takes(&payment), Err(CardError::NotFound));
}
