//! The power goes: between any two commands, and at every write of each.

use super::pair::Person;
use super::prepaid::{PLACE, paying, with_prepaid};
use crate::host::purse;
use crate::tests::purse::power_failure::{Books, Cut};

#[test]
fn a_card_that_loses_power_after_each_command_ends_the_payment_all_the_same() {
    let mut payer = Person::holding(1, 3_000).copy(11);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(1_000));
    payee = payee.copy(12);
    let payment = payer.pays(&request, 1_000).unwrap();
    payer = payer.copy(13);
    assert_eq!(payer.amounts(), (2_000, 1_000));
    assert_eq!(payer.pays(&request, 1_000).unwrap(), payment);
    let answer = payee.takes(&payment).unwrap();
    payee = payee.copy(14);
    assert_eq!(payee.amounts(), (1_000, 0));
    assert_eq!(payee.takes(&payment).unwrap(), answer);
    payer.settles(&answer).unwrap();
    payer = payer.copy(15);
    assert_eq!(payer.amounts(), (2_000, 0));
}

/// What is set aside for another purse.
fn given((amount, out, coming, sequence, pending): Books) -> Books {
    (amount - 500, out + 500, coming, sequence + 1, pending + 1)
}

#[test]
fn a_cut_at_any_write_of_asking_paying_taking_and_settling_loses_and_creates_nothing() {
    let (mut payer, mut payee) = (Person::holding(1, 3_000), Person::new(2));
    let at = payer.holder.now;
    let mut giving = Cut::of(&mut payer.holder);
    let mut getting = Cut::of(&mut payee.holder);
    let wanted = purse::PaymentWanted {
        amount: Some(500),
        at,
    };
    let mut payments = [0; 2].map(|_| {
        let request = getting.step(purse::ask_purse(0, &wanted), |books| books);
        giving.step(payer.paying(&request, 500), given)
    });
    let [taken, refused] = &mut payments;
    let yes = getting.step(
        purse::take_payment(0, taken, at),
        |(amount, out, coming, sequence, pending)| {
            (amount + 500, out, coming, sequence + 1, pending)
        },
    );
    let no = getting.step(purse::refuse_payment(0, refused, at), |books| books);
    giving.step(
        purse::settle_payment(0, &yes, at),
        |(amount, out, coming, sequence, pending)| {
            (amount, out - 500, coming, sequence, pending - 1)
        },
    );
    giving.step(
        purse::settle_payment(0, &no, at),
        |(amount, out, coming, sequence, pending)| {
            (amount + 500, out - 500, coming, sequence + 1, pending - 1)
        },
    );
    assert!(giving.writes + getting.writes > 60);
}

#[test]
fn a_cut_at_any_write_of_what_a_prepaid_card_pays_leaves_it_in_the_card_or_has_it_paid() {
    let (mut payer, mut payee) = (with_prepaid(1, 3_000, 700), Person::new(2));
    let at = payer.holder.now;
    let request = payee.asks(Some(500));
    let mut giving = Cut::of(&mut payer.holder);
    let mut getting = Cut::of(&mut payee.holder);
    // Of the two purses together: what one gives the other is never in both, and never in neither.
    let payment = giving.step(
        paying(&payer, &request, 500, PLACE),
        |(amount, out, coming, sequence, pending)| {
            (amount - 500, out + 500, coming, sequence + 2, pending + 1)
        },
    );
    let no = getting.step(purse::refuse_payment(0, &payment, at), |books| books);
    giving.step(
        purse::settle_payment(0, &no, at),
        |(amount, out, coming, sequence, pending)| {
            (amount + 500, out - 500, coming, sequence + 1, pending - 1)
        },
    );
    assert!(giving.writes > 30);
}
