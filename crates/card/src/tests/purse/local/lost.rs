//! Whatever is lost, shown twice or refused: each payment is taken once or comes back once.

use super::pair::{Person, pay};
use crate::host::CardError;

#[test]
fn a_payment_and_an_answer_that_were_lost_are_given_again_and_count_once() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(1_000));
    let payment = payer.pays(&request, 1_000).unwrap();
    assert_eq!(payer.pays(&request, 1_000).unwrap(), payment);
    assert_eq!(payer.amounts(), (2_000, 1_000));
    let answer = payee.takes(&payment).unwrap();
    assert_eq!(payee.takes(&payment).unwrap(), answer);
    // Refusing after taking says again that it was taken.
    assert_eq!(payee.refuses(&payment).unwrap(), answer);
    assert_eq!(payee.amounts(), (1_000, 0));
    payer.settles(&answer).unwrap();
    payer.settles(&answer).unwrap();
    assert_eq!(payer.amounts(), (2_000, 0));
    let settled = payer.pays(&request, 1_000);
    assert_eq!(settled, Err(CardError::Refused(0x6a89)));
}

#[test]
fn t004_34_a_refusal_gives_the_amount_back_once_and_the_payment_is_never_taken() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(1_000));
    let payment = payer.pays(&request, 1_000).unwrap();
    let no = payee.refuses(&payment).unwrap();
    assert_eq!(payee.takes(&payment).unwrap(), no, "for good");
    assert_eq!(payee.amounts(), (0, 0));
    for _ in 0..2 {
        payer.settles(&no).unwrap();
        assert_eq!(payer.amounts(), (3_000, 0));
    }
}

#[test]
fn two_people_who_pay_one_code_the_second_of_whom_is_refused_lose_nothing() {
    let mut payers = [1, 3].map(|seed| Person::holding(seed, 3_000));
    let mut payee = Person::new(2);
    let request = payee.asks(Some(1_000));
    let payments = [0, 1].map(|one: usize| payers[one].pays(&request, 1_000).unwrap());
    let answers = [0, 1].map(|one: usize| payee.takes(&payments[one]).unwrap());
    for one in [0, 1] {
        payers[one].settles(&answers[one]).unwrap();
    }
    assert_eq!(payers[0].amounts(), (2_000, 0));
    assert_eq!(payers[1].amounts(), (3_000, 0));
    assert_eq!(payee.amounts(), (1_000, 0));
}

#[test]
fn an_answer_settles_only_the_payment_that_it_is_about() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let first = payee.asks(Some(1_000));
    let first = payer.pays(&first, 1_000).unwrap();
    let second = payee.asks(Some(1_000));
    let second = payer.pays(&second, 1_000).unwrap();
    let no = payee.refuses(&second).unwrap();
    payee.takes(&first).unwrap();
    payer.settles(&no).unwrap();
    assert_eq!(payer.amounts(), (2_000, 1_000));
}

#[test]
fn sixteen_requests_wait_and_only_answered_ones_make_room() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    pay(&mut payer, &mut payee, 10);
    for _ in 0..16 {
        payee.asks(None);
    }
    let at = payee.holder.now;
    let wanted = crate::host::purse::PaymentWanted { amount: None, at };
    let full = payee
        .holder
        .tried(crate::host::purse::ask_purse(0, &wanted));
    assert_eq!(full, Err(CardError::PendingFull));
}

#[test]
fn cards_that_are_exchanged_between_two_steps_change_nothing_and_the_right_ones_go_on() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let mut others = [3, 4].map(|seed| Person::holding(seed, 500));
    let request = payee.asks(Some(1_000));
    let payment = payer.pays(&request, 1_000).unwrap();
    // Another card of the payee's, which asked for nothing; it cannot sign either that it never takes it.
    assert_eq!(others[0].takes(&payment), Err(CardError::NotFound));
    assert_eq!(others[0].refuses(&payment), Err(CardError::NotFound));
    let answer = payee.takes(&payment).unwrap();
    // Another card of the payer's: nothing of this is under way there.
    others[1].settles(&answer).unwrap();
    for other in &mut others {
        assert_eq!(other.amounts(), (500, 0));
    }
    assert_eq!(payer.amounts(), (2_000, 1_000));
    payer.settles(&answer).unwrap();
    assert_eq!((payer.amounts(), payee.amounts()), ((2_000, 0), (1_000, 0)));
}
