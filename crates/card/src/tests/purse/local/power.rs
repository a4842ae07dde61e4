//! The power goes between any two commands: a card that begins again from what it kept goes on.

use super::pair::Person;

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
