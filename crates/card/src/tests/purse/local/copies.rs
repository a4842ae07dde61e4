//! A copy of a card spends twice, and signs the proof of it.

use tallystick_protocol::purse::local::{Contradiction, Credentials, LocalPayment, SaidKind};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;

use super::pair::{Person, pay, signed};

#[test]
fn two_payments_of_a_card_and_its_copy_name_the_purse_and_no_payee() {
    let mut cheat = Person::holding(1, 3_000);
    let mut copy = cheat.copy(9);
    let mut payees = [2, 3].map(Person::new);
    pay(&mut cheat, &mut payees[0], 3_000);
    pay(&mut copy, &mut payees[1], 3_000);
    // Both honest payees have their value, and each the payment that was signed for it.
    assert_eq!(payees[0].amounts(), (3_000, 0));
    assert_eq!(payees[1].amounts(), (3_000, 0));
    let view = cheat.holder.view();
    let key = VerifyingKey::from_spki(&view.public_key.unwrap()).unwrap();
    let credentials = Credentials::new(view.certificate.unwrap(), &key).unwrap();
    let payments = payees.each_mut().map(|payee| {
        let entry = payee.holder.history().pop().unwrap();
        (SaidKind::Payment, signed(&entry))
    });
    let [first, second] = payments;
    let said: LocalPayment = keyed::unverified(&first.1).unwrap();
    let proof = Contradiction::new(credentials, said.sequence, first, second);
    let bank = &cheat.holder.bank;
    let bank_key = VerifyingKey::of_p256(&[5; 32]).unwrap();
    let now = cheat.holder.now;
    assert_eq!(
        proof.verify((&bank.domain, &bank_key), now),
        Ok(cheat.number)
    );
}
