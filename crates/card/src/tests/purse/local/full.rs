//! Full histories: what a purse pays and is paid without its bank, under each policy.

use tallystick_protocol::purse::{Endpoint, HistoryPolicy, MovementOutcome};

use super::pair::{Person, pay};
use crate::applets::purse::HISTORY_MAX;
use crate::host::CardError;
use crate::host::purse::{self, PaymentWanted};
use crate::tests::purse::holder::{ACCOUNT, yen};

/// Unloads until the history is full.
fn fill(person: &mut Person) {
    let own = Endpoint::Purse(person.number);
    let erases = person.holder.bank.checkpoint.policy == HistoryPolicy::EraseOldest;
    let holder = &mut person.holder;
    while !(holder.view().is_full || erases && holder.history().len() == HISTORY_MAX) {
        let request = holder.request(own.clone(), ACCOUNT, yen(1)).unwrap();
        holder.accept(&request);
        holder.end(request.transaction, MovementOutcome::Completed);
    }
}

/// A purse of that policy whose history is full of entries that the bank does not know.
fn full(seed: u8, policy: HistoryPolicy) -> Person {
    let mut person = Person::holding(seed, 3_000);
    person.holder.bank.checkpoint.policy = policy;
    let notice = person.holder.bank.notice(false);
    let now = person.holder.now;
    person.holder.ok(purse::take_notice(0, &notice, now));
    fill(&mut person);
    person
}

#[test]
fn t004_3_t004_5_t004_20_t004_22_a_full_history_neither_asks_pays_nor_takes_before_there_is_room() {
    for policy in [HistoryPolicy::Stop, HistoryPolicy::UploadFirst] {
        let mut one = full(1, policy);
        let mut other = Person::holding(2, 3_000);
        let request = other.asks(Some(10));
        let before = one.amounts();
        assert_eq!(one.pays(&request, 10), Err(CardError::HistoryFull));
        let wanted = PaymentWanted {
            amount: Some(10),
            at: one.holder.now,
        };
        let asked = one.holder.tried(purse::ask_purse(0, &wanted));
        assert_eq!(asked, Err(CardError::HistoryFull));
        assert_eq!(one.amounts(), before);
        one.holder.upload();
        if policy == HistoryPolicy::Stop {
            one.holder.ok(purse::clear_history(0));
        }
        pay(&mut one, &mut other, 10);
        assert_eq!(one.amounts(), (before.0 - 10, 0));
        assert_eq!(other.amounts(), (3_010, 0));
    }
}

#[test]
fn t004_4_t004_21_a_full_history_that_erases_its_oldest_entry_pays_and_takes() {
    let mut one = full(1, HistoryPolicy::EraseOldest);
    let mut other = full(2, HistoryPolicy::EraseOldest);
    let amounts = (one.amounts().0, other.amounts().0);
    pay(&mut one, &mut other, 10);
    assert_eq!(
        (one.amounts().0, other.amounts().0),
        (amounts.0 - 10, amounts.1 + 10)
    );
    for person in [&mut one, &mut other] {
        let history = person.holder.history();
        assert_eq!(history.len(), HISTORY_MAX);
        assert!(!history.last().unwrap().evidence.is_empty());
    }
}

#[test]
fn a_payment_that_comes_when_the_history_has_filled_is_refused_and_comes_back() {
    let mut payer = Person::holding(2, 3_000);
    let mut payee = Person::holding(1, 3_000);
    let request = payee.asks(Some(10));
    let payment = payer.pays(&request, 10).unwrap();
    fill(&mut payee);
    let amounts = payee.amounts();
    assert_eq!(payee.takes(&payment), Err(CardError::HistoryFull));
    let no = payee.refuses(&payment).unwrap();
    payer.settles(&no).unwrap();
    assert_eq!((payer.amounts(), payee.amounts()), ((3_000, 0), amounts));
}
