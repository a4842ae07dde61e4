//! A loan that pays from a purse of the card: order and payment are signed in one step, and what comes to nothing comes
//! back to both.

use tallystick_protocol::checkout::answers::MoneyState;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::purse::{Endpoint, MovementOutcome, PursePayment};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::{Role, TransactionId};
use tallystick_protocol::wire::money::Currency;

use super::cancel::word;
use super::purse_world::{
    BANK, as_holder, lend_purse, named, open_purse, order_from, purse_bytes, purse_state,
    purse_terms,
};
use super::world::{NOW, SHOP, World};
use crate::Applet;
use crate::host::home::lending::{self, LoanTerms, NamedPurse};
use crate::host::{self, CardError, purse};
use crate::tests::bench::domain;
use crate::tests::purse::bank::{Bank, NUMBER};
use crate::tests::purse::holder::yen;

/// A purse with 1000 yen that is lent: twice at most 500, 800 in all; the terminal has released.
fn released() -> (World, Bank) {
    let mut world = World::new();
    let terminal = world.terminal;
    let bank = lend_purse(&mut world, 1_000, terminal);
    world.released();
    (world, bank)
}

fn amounts(world: &mut World) -> (u64, u64) {
    let state = purse_state(world);
    (state.amount, state.pending_out)
}

fn left(world: &mut World) -> (u64, u32) {
    let loan = &world.view().loans[0];
    (loan.total_left, loan.count_left)
}

fn take_verdict(world: &mut World, verdict: &[u8]) {
    let bench = &mut world.home.bench;
    bench.select(Applet::Purse);
    bench.ok(purse::take_verdict(0, verdict, NOW));
    bench.select(Applet::Home);
}

#[test]
fn t000_4_the_amount_is_taken_from_the_purse_in_the_step_that_signs_the_order() {
    let (mut world, _) = released();
    // Wherever the power fails, both are done or neither.
    world.home.cuts = true;
    let order = order_from(&world, 300);
    let root = order.proof.root();
    let signed = world.sign(&order).unwrap();
    world.home.cuts = false;
    assert_eq!((signed.total_left, signed.count_left), (500, 1));
    assert_eq!(amounts(&mut world), (700, 300));
    let key = purse::purse(&purse_bytes(&mut world)).unwrap().public_key;
    let key = VerifyingKey::from_spki(&key.unwrap()).unwrap();
    let payment = signed.payment.as_ref().unwrap();
    let said: PursePayment = keyed::open(payment, &key).unwrap();
    let expected = PursePayment {
        bank: domain(BANK),
        purse: NUMBER,
        root,
        shop: domain(SHOP),
        amount: yen(300),
        state: purse_state(&mut world),
        at: NOW,
    };
    assert_eq!(said, expected);
    let log = world.log();
    let [decision] = log.as_slice() else {
        panic!("one decision");
    };
    assert_eq!((decision.root, decision.amount), (root, yen(300)));
    let paid = decision.paid.as_ref().unwrap();
    assert_eq!((paid.purse, paid.at), (NUMBER, NOW));
    assert_eq!(paid.state, said.state);
    assert_eq!(paid.reference, PursePayment::reference(payment));
}

#[test]
fn t000_4_the_same_order_again_is_paid_with_the_same_and_taken_once() {
    let (mut world, _) = released();
    let order = order_from(&world, 300);
    let first = world.sign(&order).unwrap();
    assert!(world.sign(&order).unwrap() == first);
    world.released();
    assert!(world.sign(&order).unwrap() == first);
    assert_eq!(amounts(&mut world), (700, 300));
    assert_eq!(left(&mut world), (500, 1));
    assert_eq!(world.log().len(), 1);
}

#[test]
fn t000_4_an_account_pays_beside_a_purse_of_the_same_card() {
    let (mut world, _) = released();
    let terms = world.terms();
    world.lend(terms);
    let mut order = world.order(200);
    order.loan = 2;
    assert!(world.sign(&order).unwrap().payment.is_none());
    assert_eq!(amounts(&mut world), (1_000, 0));
    assert_eq!(world.log()[0].paid, None);
    let order = order_from(&world, 300);
    assert!(world.sign(&order).unwrap().payment.is_some());
    assert_eq!(amounts(&mut world), (700, 300));
}

#[test]
fn t000_5_an_order_that_its_bank_set_free_is_the_loan_s_and_the_purse_s_again_once() {
    let (mut world, mut bank) = released();
    let order = order_from(&world, 300);
    let root = order.proof.root();
    world.sign(&order).unwrap();
    let issuer = (Role::Issuer, BANK);
    let word = word(issuer, root, Some(MoneyState::Released), NOW);
    let verdict = bank.verdict(TransactionId(root.0), MovementOutcome::NotCompleted);
    for time in 0..2 {
        let cancelled = host::done(&world.home.send(lending::cancel(&root, &word, NOW)));
        assert_eq!(cancelled.is_ok(), time == 0);
        assert_eq!(left(&mut world), (800, 2));
    }
    // The purse takes its bank's verdict alone, as at home.
    assert_eq!(amounts(&mut world), (700, 300));
    for _ in 0..2 {
        take_verdict(&mut world, &verdict);
        assert_eq!(amounts(&mut world), (1_000, 0));
    }
    // What was given back once is not paid again, and the loan is not counted for it.
    assert!(world.sign(&order).err() == Some(HomeRefusal::PurseBarred));
    assert_eq!(amounts(&mut world), (1_000, 0));
    assert_eq!(left(&mut world), (800, 2));
}

#[test]
fn t000_5_what_the_bank_has_charged_is_neither_given_back_nor_given_out_again() {
    let (mut world, mut bank) = released();
    let order = order_from(&world, 300);
    let root = order.proof.root();
    world.sign(&order).unwrap();
    let verdict = bank.verdict(TransactionId(root.0), MovementOutcome::Completed);
    take_verdict(&mut world, &verdict);
    assert_eq!(amounts(&mut world), (700, 0));
    assert!(world.sign(&order).err() == Some(HomeRefusal::PurseBarred));
    assert_eq!(
        (amounts(&mut world), left(&mut world)),
        ((700, 0), (500, 1))
    );
}

#[test]
fn t000_4_the_purse_goes_on_at_home_with_what_is_left() {
    let (mut world, bank) = released();
    let order = order_from(&world, 300);
    world.sign(&order).unwrap();
    let ((), _) = as_holder(&mut world, bank, |holder| {
        let paid = holder.pay(9, 701).err();
        assert_eq!(paid, Some(CardError::InsufficientAmount));
        holder.pay(9, 700).unwrap();
        let shop = Endpoint::Shop(domain(SHOP));
        let entries = holder.history();
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[1].payee, shop);
        assert_eq!((entries[1].amount, entries[1].balance), (300, 700));
        let report = holder.report(None);
        assert_eq!(report.pending.len(), 2);
    });
    assert_eq!(amounts(&mut world), (0, 1_000));
}

#[test]
fn only_a_purse_that_is_here_and_of_the_loan_s_currency_is_lent() {
    let mut world = World::new();
    let terminal = world.terminal;
    let refused = |world: &mut World, terms: &LoanTerms| {
        host::data(&world.home.with_pin(lending::lend(terms)))
            .map(|_| ())
            .unwrap_err()
    };
    let terms = purse_terms(&world, terminal);
    assert_eq!(refused(&mut world, &terms), CardError::NotFound);
    open_purse(&mut world, 0);
    let mut euros = terms.clone();
    euros.each.currency = Currency::Eur;
    assert_eq!(refused(&mut world, &euros), CardError::Refused(0x6a80));
    let elsewhere = LoanTerms {
        purse: Some(NamedPurse {
            bank: domain("another-bank.localhost"),
            ..named()
        }),
        ..terms.clone()
    };
    assert_eq!(refused(&mut world, &elsewhere), CardError::NotFound);
    world.lend(terms);
    assert_eq!(world.view().loans[0].purse, Some(named()));
    // The loan as the proxy reads it is one as any other: whose purse pays stands in no word of it.
    assert_eq!(world.view().loans[0].loan.account, [3; 32]);
    assert_eq!(world.log(), []);
}
