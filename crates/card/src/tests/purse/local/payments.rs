use tallystick_protocol::purse::local::{LocalAnswer, LocalPayment};
use tallystick_protocol::purse::{Endpoint, require_chain};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::Algorithm;

use super::pair::{Person, pay, signed};
use crate::host::purse;
use crate::tests::purse::bank::Bank;

#[test]
fn t004_6_t004_19_value_goes_from_purse_to_purse_and_both_log_what_the_other_signed() {
    for algorithm in [Algorithm::Es256, Algorithm::Ps256] {
        let mut payer = Person::of(1, Bank::new(), algorithm);
        payer.load(3_000);
        let mut payee = Person::of(2, Bank::new(), algorithm);
        let request = payee.asks(Some(1_200));
        let payment = payer.pays(&request, 1_200).unwrap();
        assert_eq!(payer.amounts(), (1_800, 1_200), "before it has left");

        let now = payee.holder.now;
        let looked = payee
            .holder
            .ok(purse::look_at_payment(0, &payment, now))
            .clone();
        let mut response = looked;
        response.extend([0x90, 0]);
        let seen = purse::payment_seen(&response).unwrap();
        assert_eq!((seen.payer, seen.amount), (payer.number, 1_200));
        assert_eq!(payee.amounts(), (0, 0), "looking takes nothing");

        let answer = payee.takes(&payment).unwrap();
        assert_eq!(payee.amounts(), (1_200, 0));
        payer.settles(&answer).unwrap();
        assert_eq!(payer.amounts(), (1_800, 0));

        let given = payer.holder.history().pop().unwrap();
        let taken = payee.holder.history().pop().unwrap();
        let ends = (Endpoint::Purse(payee.number), Endpoint::Purse(payer.number));
        assert_eq!((given.payee.clone(), given.payer.clone()), ends);
        assert_eq!((taken.payee.clone(), taken.payer.clone()), ends);
        assert_eq!(given.transaction, taken.transaction);
        // T004-19: each has what the other signed over both names and the amount.
        let payment: LocalPayment = payer.holder.read(&signed(&taken));
        assert_eq!(payment.entry().hash(), given.hash());
        let answer: LocalAnswer = payee.holder.read(&signed(&given));
        assert_eq!(answer.entry().unwrap().hash(), taken.hash());
    }
}

#[test]
fn what_was_taken_is_spent_on_at_once_and_no_message_grows_with_the_hops() {
    let mut people: [Person; 3] = [1, 2, 3].map(|seed| Person::holding(seed, 1_000));
    let mut sizes = alloc::vec::Vec::new();
    for hop in 0..60 {
        let (from, to) = (hop % 3, (hop + 1) % 3);
        let request = people[to].asks(Some(700));
        let payment = people[from].pays(&request, 700).unwrap();
        let answer = people[to].takes(&payment).unwrap();
        people[from].settles(&answer).unwrap();
        sizes.push((request.len(), payment.len(), answer.len()));
        // Between them the bank hears of it: the limits count what it does not know.
        if hop % 3 == 2 {
            people.iter_mut().for_each(|person| person.holder.upload());
        }
    }
    // A number takes a byte more once it is past 23: that is all that it grows by.
    let (first, last) = (sizes[0], sizes[59]);
    assert!(last.0 <= first.0 && last.1 <= first.1 + 2 && last.2 <= first.2 + 2);
    assert!(sizes.iter().all(|(_, payment, _)| *payment <= 644));
    let total: u64 = people.iter_mut().map(|person| person.amounts().0).sum();
    assert_eq!(total, 3_000);
}

#[test]
fn a_report_of_payments_between_purses_is_one_chain() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    pay(&mut payer, &mut payee, 500);
    pay(&mut payer, &mut payee, 600);
    let report = payee.holder.report(Some(0));
    let start = (0, tallystick_protocol::purse::HISTORY_START);
    assert_eq!(
        require_chain(&report.entries, start, report.state.head),
        Ok(())
    );
    for entry in &report.entries {
        let payment: LocalPayment = keyed::unverified(&signed(entry)).unwrap();
        assert_eq!(payment.amount.minor, entry.amount);
    }
}

#[test]
fn the_payer_says_how_much_if_the_request_does_not() {
    let mut payer = Person::holding(1, 3_000);
    let mut payee = Person::new(2);
    let request = payee.asks(None);
    let payment = payer.pays(&request, 321).unwrap();
    let answer = payee.takes(&payment).unwrap();
    payer.settles(&answer).unwrap();
    assert_eq!((payer.amounts(), payee.amounts()), ((2_679, 0), (321, 0)));
}
