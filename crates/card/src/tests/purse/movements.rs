use alloc::vec::Vec;

use tallystick_protocol::purse::{
    Endpoint, MovementOutcome, MovementVerdict, PENDING_MAX, PurseNumber,
};
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::{Currency, Money};

use super::bank::{Bank, BankKey, HOLDING, LIFE, NUMBER, START};
use super::holder::{ACCOUNT, Holder, PURSE, yen};
use crate::Card;
use crate::host::purse::{self, PendingStep};
use crate::host::{self, CardError};
use crate::tests::bench::domain;

use MovementOutcome::{Completed, NotCompleted};

#[test]
fn t004_1_a_load_can_be_spent_once_the_bank_says_that_it_is_complete_and_not_before() {
    for algorithm in [Algorithm::Es256, Algorithm::Ps256] {
        let mut holder = Holder::signing(algorithm);
        let request = holder.ask(5_000).unwrap();
        assert_eq!(request.source, ACCOUNT);
        assert_eq!(request.destination, PURSE);
        assert_eq!(holder.amounts(), (0, 0, 0));
        let reply = holder.accept(&request);
        assert!(reply.accepted);
        assert_eq!((reply.state.amount, reply.state.pending_in), (0, 5_000));
        assert_eq!(holder.amounts(), (0, 0, 5_000));
        assert_eq!(holder.give(1), Err(CardError::InsufficientAmount));
        holder.end(request.transaction, Completed);
        assert_eq!(holder.amounts(), (5_000, 0, 0));
        let entry = &holder.history()[0];
        assert_eq!((&entry.payee, &entry.payer), (&PURSE, &ACCOUNT));
        assert_eq!((entry.amount, entry.balance), (5_000, 5_000));
        assert!(
            !entry.evidence.is_empty(),
            "what the bank signed is with it"
        );
        holder.unload(2_000).unwrap();
        assert_eq!(holder.amounts(), (3_000, 0, 0));
    }
}

#[test]
fn a_bank_with_an_rsa_key_does_it_too() {
    let mut holder = Holder::with(Bank::named("old-bank.localhost", BankKey::Rsa(3)));
    let opening = holder.opening(0, Algorithm::Ps256);
    holder.ok(purse::open(0, &opening));
    holder.load(700).unwrap();
    holder.unload(700).unwrap();
    assert_eq!(holder.amounts(), (0, 0, 0));
}

#[test]
fn what_a_purse_gives_is_set_aside_before_the_request_leaves() {
    let mut holder = Holder::holding(5_000);
    let request = holder.give(2_000).unwrap();
    assert_eq!(holder.amounts(), (3_000, 2_000, 0));
    let told = &request.state;
    assert_eq!((told.amount, told.pending_out), (3_000, 2_000));
    assert_eq!(holder.give(3_001), Err(CardError::InsufficientAmount));
    holder.accept(&request);
    assert_eq!(holder.amounts(), (3_000, 2_000, 0));
    holder.end(request.transaction, Completed);
    assert_eq!(holder.amounts(), (3_000, 0, 0));
    let left = holder.history().pop().unwrap();
    assert_eq!((&left.payer, left.balance), (&PURSE, 3_000));
    assert!(!left.evidence.is_empty());
}

#[test]
fn t004_34_what_is_refused_moves_nothing_and_is_said_signed() {
    let mut holder = Holder::holding(5_000);
    for unload in [false, true] {
        let request = match unload {
            true => holder.give(1_000),
            false => holder.ask(1_000),
        };
        let request = request.unwrap();
        let offer = holder.bank.offer(&request);
        let offer = holder.bank.sign(&offer);
        let reply = holder.answer(false, &offer).unwrap();
        assert!(!reply.accepted);
        assert_eq!(reply.state.amount, 5_000);
        assert_eq!(holder.amounts(), (5_000, 0, 0));
        let again = holder.answer(true, &offer).map(|_| ());
        assert_eq!(again, Err(CardError::Refused(0x6a89)), "decided is decided");
        // Even if the bank says otherwise.
        holder.end(request.transaction, Completed);
        assert_eq!(holder.amounts(), (5_000, 0, 0));
        assert_eq!(holder.view().pending, []);
    }
    // It left and came back: both stand in the history.
    let history = holder.history();
    assert_eq!(history.len(), 3);
    assert_eq!(history[1].transaction, history[2].transaction);
    assert_eq!((&history[2].payee, &history[2].payer), (&PURSE, &ACCOUNT));
}

#[test]
fn t004_35_non_completion_cancels_that_one_movement_and_never_writes_a_balance() {
    let mut holder = Holder::holding(5_000);
    let one = holder.give(1_000).unwrap();
    let other = holder.give(500).unwrap();
    let load = holder.ask(300).unwrap();
    holder.accept(&one);
    holder.accept(&load);
    assert_eq!(holder.amounts(), (3_500, 1_500, 300));
    // The prior amount that it names is another one meanwhile.
    holder.bank.checkpoint.purse_amount = 5_000;
    holder.end(one.transaction, NotCompleted);
    assert_eq!(holder.amounts(), (4_500, 500, 300));
    holder.end(load.transaction, NotCompleted);
    assert_eq!(holder.amounts(), (4_500, 500, 0));
    holder.end(other.transaction, Completed);
    assert_eq!(holder.amounts(), (4_500, 0, 0));
    for ended in [one, other, load] {
        holder.end(ended.transaction, Completed);
        holder.end(ended.transaction, NotCompleted);
        assert_eq!(holder.amounts(), (4_500, 0, 0), "once, and only once");
    }
}

#[test]
fn t004_36_what_was_never_answered_stays_pending_is_reported_and_ends_later() {
    let mut holder = Holder::holding(5_000);
    let signed = {
        let terms = holder.terms(PURSE, ACCOUNT, yen(1_000));
        holder.ok(purse::request(0, &terms))
    };
    let view = holder.view();
    let transaction = view.pending[0].transaction;
    assert_eq!(view.pending[0].step, PendingStep::Asked);
    let kept = holder.ok(purse::read_messages(0, &transaction));
    let kept = purse::messages(&[kept, [0x90, 0].into()].concat()).unwrap();
    assert_eq!(kept.asked, Some(signed), "to be sent again");
    let report = holder.report(None);
    assert_eq!(report.pending, [transaction]);
    assert_eq!(report.state.pending_out, 1_000);
    holder.end(transaction, NotCompleted);
    assert_eq!(holder.amounts(), (5_000, 0, 0));
    assert_eq!(holder.report(None).pending, Vec::<TransactionId>::new());
}

#[test]
fn t004_33_only_what_the_bank_signed_changes_anything() {
    let mut holder = Holder::holding(5_000);
    let load = holder.ask(1_000).unwrap();
    holder.accept(&load);
    let mut forger = Bank::named("midori-bank.localhost", BankKey::P256([6; 32]));
    forger.checkpoint = holder.bank.checkpoint.clone();
    let verdict = forger.verdict(load.transaction, Completed);
    let notice = forger.notice(true);
    let offer = forger.offer(&load);
    let offer = forger.sign(&offer);
    let refused = Err(CardError::BadSignature);
    let now = holder.now;
    assert_eq!(holder.tried(purse::take_verdict(0, &verdict, now)), refused);
    assert_eq!(holder.tried(purse::take_notice(0, &notice, now)), refused);
    assert_eq!(
        holder.tried(purse::answer_offer(0, true, &offer, now)),
        refused
    );
    // The bank's own, altered on the way, or said as something else.
    let verdict = holder.bank.verdict(load.transaction, Completed);
    for index in 0..verdict.len() {
        let mut altered = verdict.clone();
        altered[index] ^= 1;
        assert!(holder.tried(purse::take_verdict(0, &altered, now)).is_err());
    }
    assert!(holder.tried(purse::take_notice(0, &verdict, now)).is_err());
    assert_eq!(holder.amounts(), (5_000, 0, 1_000));
    holder.ok(purse::take_verdict(0, &verdict, now));
    assert_eq!(holder.amounts(), (6_000, 0, 0));
}

#[test]
fn t004_8_value_follows_the_card_to_whatever_device_reads_it() {
    let mut holder = Holder::holding(5_000);
    let request = holder.give(1_000).unwrap();
    let state = holder.bench.card.state();
    holder.bench.card = Card::restore(&state)
        .unwrap()
        .costing(crate::tests::bench::CHEAP);
    holder.bench.verify();
    holder.bench.select(crate::Applet::Purse);
    assert_eq!(holder.amounts(), (4_000, 1_000, 0));
    holder.accept(&request);
    holder.end(request.transaction, Completed);
    assert_eq!(holder.amounts(), (4_000, 0, 0));
}

#[test]
fn t004_9_t004_17_value_carries_the_time_at_which_it_was_sent() {
    let mut holder = Holder::holding(5_000);
    holder.now = START.plus_seconds(1_234);
    let request = holder.give(1_000).unwrap();
    assert_eq!(request.at, holder.now);
    assert_eq!(holder.history()[1].at, holder.now);
    assert_eq!(holder.pay(1, 50).unwrap().at, holder.now);
    let reply = holder.accept(&request);
    assert_eq!(reply.at, holder.now);
}

#[test]
fn bad_amounts_have_their_own_errors_and_move_nothing() {
    let mut holder = Holder::holding(5_000);
    let malformed = Err(CardError::Refused(0x6a80));
    let ask = |holder: &mut Holder, amount| holder.request(PURSE, ACCOUNT, amount).map(|_| ());
    assert_eq!(ask(&mut holder, yen(0)), malformed);
    assert_eq!(
        ask(&mut holder, yen(5_001)),
        Err(CardError::InsufficientAmount)
    );
    let euro = Money::new(1, Currency::Eur);
    assert_eq!(ask(&mut holder, euro), Err(CardError::NotForThisPurse));
    assert_eq!(holder.pay(1, 0).map(|_| ()), malformed);
    assert_eq!(holder.ask(0).map(|_| ()), malformed);
    assert_eq!(
        holder.ask(HOLDING - 5_000 + 1).map(|_| ()),
        Err(CardError::LimitExceeded)
    );
    // What is pending counts, out and in: it may come back, and it may come.
    holder.give(1_000).unwrap();
    holder.ask(HOLDING - 6_000).unwrap();
    assert_eq!(holder.ask(1_001).map(|_| ()), Err(CardError::LimitExceeded));
    assert_eq!(holder.amounts(), (4_000, 1_000, 0));
}

#[test]
fn a_purse_asks_only_for_movements_that_are_its_own_to_ask_for() {
    let mut holder = Holder::holding(5_000);
    let waiting = Endpoint::Waiting(TransactionId([3; 32]));
    let other = Endpoint::Purse(PurseNumber([8; 16]));
    let shop = Endpoint::Shop(domain("tea.localhost"));
    let prepaid = Endpoint::Prepaid(PurseNumber([9; 16]));
    for (source, destination, permitted) in [
        (waiting.clone(), PURSE, true),
        (PURSE, other.clone(), true),
        (ACCOUNT, Endpoint::Account(1), true),
        (ACCOUNT, other.clone(), true),
        (PURSE, PURSE, false),
        (waiting.clone(), ACCOUNT, false),
        (PURSE, waiting, false),
        (other.clone(), PURSE, false),
        (other, ACCOUNT, false),
        (PURSE, shop.clone(), false),
        (shop, PURSE, false),
        (prepaid.clone(), PURSE, false),
        (PURSE, prepaid, false),
    ] {
        let asked = holder.request(source.clone(), destination.clone(), yen(1));
        assert_eq!(asked.is_ok(), permitted, "{source:?} to {destination:?}");
    }
}

#[test]
fn as_many_movements_are_pending_as_a_purse_takes() {
    let mut holder = Holder::holding(5_000);
    let requests: Vec<_> = (0..PENDING_MAX).map(|_| holder.give(10).unwrap()).collect();
    assert_eq!(holder.give(10).map(|_| ()), Err(CardError::PendingFull));
    assert_eq!(holder.ask(10).map(|_| ()), Err(CardError::PendingFull));
    // One that was refused makes room before the bank has said that it knows.
    let offer = holder.bank.offer(&requests[4]);
    let offer = holder.bank.sign(&offer);
    holder.answer(false, &offer).unwrap();
    holder.give(10).unwrap();
    assert_eq!(holder.give(10).map(|_| ()), Err(CardError::PendingFull));
    holder.end(requests[0].transaction, Completed);
    holder.give(10).unwrap();
    assert_eq!(holder.amounts(), (5_000 - 17 * 10, 16 * 10, 0));
}

#[test]
fn the_same_offer_again_gives_the_same_reply_and_is_one_movement() {
    for algorithm in [Algorithm::Es256, Algorithm::Ps256] {
        let mut holder = Holder::signing(algorithm);
        let request = holder.ask(500).unwrap();
        let offer = holder.bank.offer(&request);
        let offer = holder.bank.sign(&offer);
        let now = holder.now;
        let reply = holder.ok(purse::answer_offer(0, true, &offer, now));
        holder.load(20).unwrap();
        let later = now.plus_seconds(60);
        let again = holder.ok(purse::answer_offer(0, true, &offer, later));
        assert_eq!(again, reply);
        assert_eq!(holder.amounts(), (20, 0, 500));
        let refused = holder.answer(false, &offer).map(|_| ());
        assert_eq!(refused, Err(CardError::Refused(0x6a89)));
    }
}

#[test]
fn an_offer_is_for_what_was_asked_in_every_respect() {
    let mut holder = Holder::holding(5_000);
    let request = holder.give(1_000).unwrap();
    let right = holder.bank.offer(&request);
    let mut cases = Vec::new();
    let mut case = |change: fn(&mut tallystick_protocol::purse::MovementOffer), error| {
        let mut offer = right.clone();
        change(&mut offer);
        cases.push((offer, error));
    };
    case(|o| o.amount = yen(999), CardError::Refused(0x6a80));
    case(
        |o| o.destination = Endpoint::Account(1),
        CardError::Refused(0x6a80),
    );
    case(
        |o| o.source = Endpoint::Account(1),
        CardError::Refused(0x6a80),
    );
    case(
        |o| o.amount = Money::new(1_000, Currency::Eur),
        CardError::NotForThisPurse,
    );
    case(|o| o.transaction.0[0] ^= 1, CardError::NotFound);
    case(
        |o| {
            o.purse = PurseNumber([8; 16]);
            o.checkpoint.purse = o.purse;
        },
        CardError::NotForThisPurse,
    );
    case(|o| o.expires_at = START, CardError::Expired);
    for (offer, error) in cases {
        let offer = holder.bank.sign(&offer);
        assert_eq!(holder.answer(true, &offer).map(|_| ()), Err(error));
    }
    let right = holder.bank.sign(&right);
    holder.answer(true, &right).unwrap();
}

#[test]
fn two_loads_at_once_are_two_movements_and_each_comes_once() {
    let mut holder = Holder::new();
    let one = holder.ask(100).unwrap();
    let other = holder.ask(200).unwrap();
    assert_ne!(one.transaction, other.transaction);
    holder.accept(&other);
    holder.accept(&one);
    assert_eq!(holder.amounts(), (0, 0, 300));
    let verdict = holder.bank.verdict(one.transaction, Completed);
    let now = holder.now;
    for _ in 0..3 {
        holder.ok(purse::take_verdict(0, &verdict, now));
        assert_eq!(holder.amounts(), (100, 0, 200));
    }
    holder.end(other.transaction, Completed);
    assert_eq!(holder.amounts(), (300, 0, 0));
}

#[test]
fn a_verdict_with_an_older_checkpoint_still_ends_its_movement_once() {
    let mut holder = Holder::new();
    let load = holder.ask(100).unwrap();
    holder.accept(&load);
    let old = holder.bank.verdict(load.transaction, Completed);
    holder.upload();
    let number = holder.state().checkpoint;
    let now = holder.now;
    holder.ok(purse::take_verdict(0, &old, now));
    assert_eq!(holder.amounts(), (100, 0, 0));
    assert_eq!(holder.state().checkpoint, number, "the newer one stays");
    holder.ok(purse::take_verdict(0, &old, now));
    assert_eq!(holder.amounts(), (100, 0, 0));
}

#[test]
fn a_verdict_for_another_purse_or_about_nothing_pending_changes_nothing() {
    let mut holder = Holder::holding(5_000);
    let request = holder.give(1_000).unwrap();
    let mut checkpoint = holder.bank.next();
    checkpoint.purse = PurseNumber([8; 16]);
    let elsewhere = MovementVerdict {
        purse: PurseNumber([8; 16]),
        transaction: request.transaction,
        outcome: NotCompleted,
        checkpoint,
    };
    let now = holder.now;
    let elsewhere = holder.bank.sign(&elsewhere);
    let refused = holder.tried(purse::take_verdict(0, &elsewhere, now));
    assert_eq!(refused, Err(CardError::NotForThisPurse));
    let before = holder.bench.card.state();
    let unknown = holder.bank.verdict(TransactionId([1; 32]), Completed);
    holder.ok(purse::take_verdict(0, &unknown, now));
    assert_eq!(*holder.bench.card.state(), *before);
}

#[test]
fn an_expired_purse_moves_nothing_but_ends_what_was_under_way() {
    let mut holder = Holder::holding(5_000);
    let given = holder.give(1_000).unwrap();
    let asked = holder.ask(100).unwrap();
    holder.now = START.plus_seconds(LIFE);
    assert_eq!(holder.give(1).map(|_| ()), Err(CardError::Expired));
    assert_eq!(holder.ask(1).map(|_| ()), Err(CardError::Expired));
    assert_eq!(holder.pay(1, 1).map(|_| ()), Err(CardError::Expired));
    let offer = holder.bank.offer(&asked);
    let offer = holder.bank.sign(&offer);
    let accepted = holder.answer(true, &offer).map(|_| ());
    assert_eq!(accepted, Err(CardError::Expired));
    holder.answer(false, &offer).unwrap();
    holder.end(given.transaction, NotCompleted);
    assert_eq!(holder.amounts(), (5_000, 0, 0));
    // A wallet whose clock is set back does not make it younger.
    let mut verdict = holder.bank.next();
    verdict.at = START.plus_seconds(LIFE);
    let heard = MovementVerdict {
        purse: NUMBER,
        transaction: asked.transaction,
        outcome: NotCompleted,
        checkpoint: verdict,
    };
    let heard = holder.bank.sign(&heard);
    holder.now = START;
    holder.ok(purse::take_verdict(0, &heard, START));
    assert_eq!(holder.give(1).map(|_| ()), Err(CardError::Expired));
}

#[test]
fn nothing_is_signed_before_the_pin() {
    let mut holder = Holder::holding(5_000);
    let request = holder.give(1_000).unwrap();
    let offer = holder.bank.offer(&request);
    let offer = holder.bank.sign(&offer);
    let verdict = holder.bank.verdict(request.transaction, Completed);
    holder.bench.select(crate::Applet::Identity);
    holder.bench.ok(host::forget_pin());
    holder.bench.select(crate::Applet::Purse);
    let now = holder.now;
    let terms = holder.terms(PURSE, ACCOUNT, yen(1));
    let order = holder.order(1, 1);
    for apdu in [
        purse::request(0, &terms),
        purse::answer_offer(0, false, &offer, now),
        purse::pay(0, &order),
        purse::report(0, None, now),
        purse::make_key(0, Algorithm::Es256),
        purse::clear_history(0),
        purse::close(0),
    ] {
        assert_eq!(holder.tried(apdu), Err(CardError::PinRequired));
    }
    holder.ok(purse::take_verdict(0, &verdict, now));
    assert_eq!(holder.amounts(), (4_000, 0, 0));
}

#[test]
fn a_card_restored_from_an_old_copy_says_a_number_of_its_history_a_second_time() {
    let mut holder = Holder::holding(5_000);
    let old = holder.bench.card.state();
    let first = holder.give(1_000).unwrap();
    holder.accept(&first);
    holder.end(first.transaction, Completed);
    holder.bench.card = Card::restore(&old)
        .unwrap()
        .costing(crate::tests::bench::CHEAP);
    holder.bench.verify();
    holder.bench.select(crate::Applet::Purse);
    let second = holder.give(1_000).unwrap();
    assert_eq!(second.state.sequence, first.state.sequence);
    assert_ne!(
        second.state.head, first.state.head,
        "this is what the bank sees"
    );
    assert!(second.state.checkpoint < holder.bank.checkpoint.number);
    // And a checkpoint that knows more than the copy is not taken by it.
    holder.bank.checkpoint.through = first.state.sequence + 1;
    let notice = holder.bank.notice(false);
    let now = holder.now;
    let refused = holder.tried(purse::take_notice(0, &notice, now));
    assert_eq!(refused, Err(CardError::Refused(0x6985)));
}

#[test]
fn a_large_transfer_between_accounts_is_no_concern_of_what_the_purse_holds() {
    let mut holder = Holder::holding(5_000);
    let most = yen(tallystick_protocol::wire::money::MINOR_MAX);
    let asked = holder.request(ACCOUNT, Endpoint::Account(1), most).unwrap();
    Card::restore(&holder.bench.card.state()).unwrap();
    holder.accept(&asked);
    holder.end(asked.transaction, Completed);
    assert_eq!(holder.amounts(), (5_000, 0, 0));
}

#[test]
fn a_load_that_nobody_accepted_does_not_come_in() {
    let mut holder = Holder::new();
    let asked = holder.ask(100).unwrap();
    let early = holder.bank.verdict(asked.transaction, Completed);
    let now = holder.now;
    let refused = holder.tried(purse::take_verdict(0, &early, now));
    assert_eq!(refused, Err(CardError::Refused(0x6985)));
    holder.accept(&asked);
    holder.ok(purse::take_verdict(0, &early, now));
    assert_eq!(holder.amounts(), (100, 0, 0));
}
