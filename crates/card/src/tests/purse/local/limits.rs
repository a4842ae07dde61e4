//! What a purse may give away before its bank hears of it.

use super::pair::{LIMITS, Person, pay};
use crate::host::CardError;

const REFUSED: Result<alloc::vec::Vec<u8>, CardError> = Err(CardError::LimitExceeded);

fn refused(payer: &mut Person, payee: &mut Person, amount: u64) {
    let request = payee.asks(Some(amount));
    assert_eq!(payer.pays(&request, amount), REFUSED);
}

#[test]
fn a_payment_all_together_and_their_number_are_limited_until_the_next_checkpoint() {
    let mut payer = Person::holding(1, 50_000);
    let mut payee = Person::new(2);
    refused(&mut payer, &mut payee, LIMITS.payment + 1);
    pay(&mut payer, &mut payee, LIMITS.payment);
    refused(&mut payer, &mut payee, LIMITS.total - LIMITS.payment + 1);
    pay(&mut payer, &mut payee, LIMITS.total - LIMITS.payment);
    refused(&mut payer, &mut payee, 1);
    payer.holder.upload();
    for _ in 0..LIMITS.count {
        pay(&mut payer, &mut payee, 1);
    }
    refused(&mut payer, &mut payee, 1);
    // The bank hears of it, and says other limits.
    payer.holder.bank.checkpoint.limits.count = 1;
    payer.holder.upload();
    pay(&mut payer, &mut payee, 1);
    refused(&mut payer, &mut payee, 1);
}

#[test]
fn a_checkpoint_that_does_not_know_of_a_payment_yet_frees_nothing() {
    let mut payer = Person::holding(1, 50_000);
    let mut payee = Person::new(2);
    let known = payer.holder.state().sequence;
    pay(&mut payer, &mut payee, LIMITS.payment);
    payer.holder.bank.checkpoint.through = known;
    let notice = payer.holder.bank.notice(false);
    let now = payer.holder.now;
    payer
        .holder
        .ok(crate::host::purse::take_notice(0, &notice, now));
    refused(&mut payer, &mut payee, LIMITS.payment);
}

#[test]
fn what_was_refused_counts_no_more() {
    let mut payer = Person::holding(1, 50_000);
    let mut payee = Person::new(2);
    for _ in 0..2 * LIMITS.count {
        let request = payee.asks(Some(LIMITS.payment));
        let payment = payer.pays(&request, LIMITS.payment).unwrap();
        let no = payee.refuses(&payment).unwrap();
        payer.settles(&no).unwrap();
    }
    assert_eq!(payer.amounts(), (50_000, 0));
}

#[test]
fn nobody_takes_more_than_a_purse_may_hold() {
    let mut payer = Person::holding(1, 50_000);
    let mut payee = Person::holding(2, LIMITS.holding - 100);
    let request = payee.asks(None);
    let payment = payer.pays(&request, 101).unwrap();
    assert_eq!(payee.takes(&payment), REFUSED);
    let no = payee.refuses(&payment).unwrap();
    payer.settles(&no).unwrap();
    assert_eq!(payer.amounts(), (50_000, 0));
}
