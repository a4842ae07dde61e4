//! What a server orders in the channel: done, or refused in data.

use tallystick_protocol::settlement::card::{
    ACKNOWLEDGE, BALANCE_MAX, CardAnswer, CardOrder, CardRefusal, CardReport, Transaction,
    TransactionKind, VALUE_BYTES_MAX,
};
use tallystick_protocol::settlement::channel::Mode;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::money::{Currency, Money};

use super::world::{Channel, IDENTIFIER, MODES, World, keys, order};

fn acknowledge(world: &mut World, channel: &mut Channel, counter: u32) -> CardReport {
    let report = world.ask(channel, ACKNOWLEDGE, &encode_value(&counter));
    decode_value(&report.unwrap(), VALUE_BYTES_MAX).unwrap()
}

#[test]
fn a_card_is_read_topped_up_debited_and_acknowledged_and_certifies_what_it_did() {
    for mode in MODES {
        let mut world = World::new();
        let mut channel = world.open(mode);
        let blank = CardReport {
            identifier: IDENTIFIER,
            balance: Money::new(0, Currency::Jpy),
            counter: 0,
            last: None,
            acknowledged: None,
        };
        assert_eq!(world.read(&mut channel), blank);
        let CardAnswer::Done(charged) = world.top_up(&mut channel, order(1, 500, 0)) else {
            panic!("it takes that");
        };
        let CardAnswer::Done(paid) = world.debit(&mut channel, order(2, 120, 1)) else {
            panic!("it has that");
        };
        let transaction = Transaction {
            counter: 2,
            kind: TransactionKind::Debit,
            digest: [2; 32],
            amount: 120,
            balance: 380,
        };
        assert_eq!(paid.transaction(), transaction);
        assert_eq!((charged.counter, charged.balance), (1, 500));
        assert_eq!(charged.kind, TransactionKind::TopUp);
        for record in [charged, paid] {
            assert!(record.is_genuine(&keys(), IDENTIFIER, Currency::Jpy));
        }
        let after = CardReport {
            balance: Money::new(380, Currency::Jpy),
            counter: 2,
            last: Some(paid),
            ..blank.clone()
        };
        assert_eq!(world.read(&mut channel), after);
        assert_eq!(
            acknowledge(&mut world, &mut channel, 1),
            after,
            "another's number"
        );
        let acknowledged = CardReport {
            last: None,
            acknowledged: Some([2; 32]),
            ..after
        };
        assert_eq!(acknowledge(&mut world, &mut channel, 2), acknowledged);
        assert_eq!(acknowledge(&mut world, &mut channel, 2), acknowledged);
        assert_eq!(world.reread(), acknowledged);
    }
}

/// What a card that holds 500, by one transaction for 9, answers.
fn refusal(kind: TransactionKind, order: CardOrder) -> CardRefusal {
    let mut world = World::holding(500);
    let mut channel = world.open(Mode::S16);
    let before = world.bench.card.state();
    let answer = match kind {
        TransactionKind::Debit => world.debit(&mut channel, order),
        TransactionKind::TopUp => world.top_up(&mut channel, order),
    };
    assert_eq!(*world.bench.card.state(), *before);
    // And the channel goes on: it is an answer.
    assert_eq!(world.read(&mut channel).counter, 1);
    match answer {
        CardAnswer::Refused {
            reason,
            counter: 1,
            balance: 500,
        } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn t003_8_a_card_that_holds_less_pays_nothing() {
    for amount in [501, u64::from(u32::MAX), 9_007_199_254_740_991] {
        let refused = refusal(TransactionKind::Debit, order(1, amount, 1));
        assert_eq!(refused, CardRefusal::Insufficient);
    }
    let mut world = World::holding(500);
    let mut channel = world.open(Mode::S16);
    let answer = world.debit(&mut channel, order(1, 500, 1));
    assert!(matches!(answer, CardAnswer::Done(record) if record.balance == 0));
}

#[test]
fn a_card_takes_no_more_than_its_limit() {
    for amount in [BALANCE_MAX - 499, 9_007_199_254_740_991] {
        let refused = refusal(TransactionKind::TopUp, order(1, amount, 1));
        assert_eq!(refused, CardRefusal::Limit);
    }
    let mut world = World::holding(500);
    let mut channel = world.open(Mode::S16);
    let answer = world.top_up(&mut channel, order(1, BALANCE_MAX - 500, 1));
    assert!(matches!(answer, CardAnswer::Done(record) if record.balance == BALANCE_MAX));
}

#[test]
fn an_order_after_another_counter_of_nothing_or_for_the_same_again_is_refused() {
    for kind in [TransactionKind::Debit, TransactionKind::TopUp] {
        for after in [0, 2, u32::MAX] {
            assert_eq!(refusal(kind, order(1, 100, after)), CardRefusal::Counter);
        }
        assert_eq!(refusal(kind, order(1, 0, 1)), CardRefusal::Amount);
        assert_eq!(refusal(kind, order(9, 100, 1)), CardRefusal::Repeated);
    }
}

#[test]
fn t003_9_an_order_that_comes_again_is_done_once() {
    for mode in MODES {
        let mut world = World::holding(500);
        let paying = order(1, 100, 1);
        let mut channel = world.open(mode);
        assert!(matches!(
            world.debit(&mut channel, paying),
            CardAnswer::Done(_)
        ));
        // The answer was lost: the same in this channel, and in another.
        for _ in 0..2 {
            let again = world.debit(&mut channel, paying);
            let CardAnswer::Refused { reason, .. } = again else {
                panic!("twice");
            };
            assert_eq!(reason, CardRefusal::Counter);
            // Even with the counter that the card has now.
            let again = world.debit(&mut channel, order(1, 100, 2));
            assert!(matches!(
                again,
                CardAnswer::Refused {
                    reason: CardRefusal::Repeated,
                    ..
                }
            ));
            world.power_goes();
            channel = world.open(mode);
        }
        let report = world.reread();
        assert_eq!((report.balance.minor, report.counter), (400, 2));
        assert_eq!(report.last_digest(), Some([1; 32]));
    }
}
