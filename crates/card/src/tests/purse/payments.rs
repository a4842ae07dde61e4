use tallystick_protocol::purse::{Endpoint, MovementOutcome};
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::identifier::TransactionId;

use super::holder::{Holder, PURSE};
use crate::host::CardError;
use crate::host::purse;
use crate::tests::bench::domain;

#[test]
fn an_order_is_paid_with_what_is_set_aside_for_it_alone() {
    for algorithm in [Algorithm::Es256, Algorithm::Ps256] {
        let mut holder = Holder::signing(algorithm);
        holder.load(5_000).unwrap();
        let payment = holder.pay(1, 2_000).unwrap();
        assert_eq!(holder.amounts(), (3_000, 2_000, 0));
        assert_eq!(payment.state, holder.state());
        assert_eq!(payment.bank, holder.bank.domain);
        let shop = Endpoint::Shop(domain("tea.localhost"));
        let left = holder.history().pop().unwrap();
        assert_eq!((left.payee, left.payer), (shop, PURSE));
        assert_eq!(left.transaction.0, payment.root.0);
        assert_eq!(holder.pay(2, 3_001), Err(CardError::InsufficientAmount));
        holder.end(TransactionId(payment.root.0), MovementOutcome::Completed);
        assert_eq!(holder.amounts(), (3_000, 0, 0));
    }
}

#[test]
fn the_same_order_again_is_the_same_payment_and_no_other_amount_or_shop_is_paid_for_it() {
    let mut holder = Holder::holding(5_000);
    let order = holder.order(1, 2_000);
    let signed = holder.ok(purse::pay(0, &order));
    holder.load(100).unwrap();
    let mut later = order.clone();
    later.at = order.at.plus_seconds(60);
    assert_eq!(holder.ok(purse::pay(0, &later)), signed);
    assert_eq!(holder.amounts(), (3_100, 2_000, 0));
    let refused = Err(CardError::Refused(0x6a89));
    let mut another = order.clone();
    another.amount.minor = 2_001;
    assert_eq!(holder.tried(purse::pay(0, &another)), refused);
    another = order.clone();
    another.shop = domain("coffee.localhost");
    assert_eq!(holder.tried(purse::pay(0, &another)), refused);
    holder.end(TransactionId([1; 32]), MovementOutcome::Completed);
    assert_eq!(holder.tried(purse::pay(0, &order)), refused, "it was paid");
    assert_eq!(holder.amounts(), (3_100, 0, 0));
}

#[test]
fn an_order_that_is_not_charged_comes_back_once() {
    let mut holder = Holder::holding(5_000);
    holder.pay(1, 2_000).unwrap();
    let root = TransactionId([1; 32]);
    let verdict = holder.bank.verdict(root, MovementOutcome::NotCompleted);
    let now = holder.now;
    for _ in 0..2 {
        holder.ok(purse::take_verdict(0, &verdict, now));
        assert_eq!(holder.amounts(), (5_000, 0, 0));
    }
    let history = holder.history();
    assert_eq!(history.len(), 3);
    assert_eq!(history[2].payee, PURSE);
}

#[test]
fn no_offer_ends_a_payment() {
    let mut holder = Holder::holding(5_000);
    let request = holder.give(10).unwrap();
    holder.pay(1, 2_000).unwrap();
    let mut offer = holder.bank.offer(&request);
    offer.transaction = TransactionId([1; 32]);
    offer.destination = Endpoint::Shop(domain("tea.localhost"));
    offer.amount.minor = 2_000;
    let offer = holder.bank.sign(&offer);
    let refused = holder.answer(false, &offer).map(|_| ());
    assert_eq!(refused, Err(CardError::Refused(0x6a80)));
    assert_eq!(holder.amounts(), (2_990, 2_010, 0));
}
