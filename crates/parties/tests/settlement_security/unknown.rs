//! The card leaves the field, and its answers are lied about: what is not known is found out, and nothing is paid twice.

use tallystick_protocol::settlement::*;

use crate::field::ContactlessCard;
use crate::world::{Order, World, carried, yen};

/// What becomes of the command of some number, and of all after it.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It never reaches the card.
    CommandLost,
    /// The card does it, and its answer is lost.
    AnswerLost,
    /// The card does it, and the answer is said to be an error.
    SaidToFail,
    /// The card never gets it, and is said to have done it.
    SaidToBeDone,
    /// The card does it, and the proof is taken off the answer.
    Stripped,
    /// The answer is one of an earlier tap.
    OldAnswer,
}

const FATES: [Fate; 6] = [
    Fate::CommandLost,
    Fate::AnswerLost,
    Fate::SaidToFail,
    Fate::SaidToBeDone,
    Fate::Stripped,
    Fate::OldAnswer,
];

/// A tap in which the command of this number (INITIALIZE UPDATE is 0) meets its fate; `old` are answers of an earlier one.
fn doomed(
    world: &World,
    (purpose, card): (TapPurpose, &ContactlessCard),
    (at, fate): (usize, Fate),
    old: &[Vec<u8>],
) -> crate::world::Tapped {
    card.enter();
    let mut count = 0;
    world.carry(purpose, &mut |command| {
        let now = count;
        count += 1;
        if now < at {
            return Some(card.transmit(command));
        }
        if now > at {
            return None;
        }
        match fate {
            Fate::CommandLost => None,
            Fate::AnswerLost => {
                card.transmit(command);
                None
            }
            Fate::SaidToFail => {
                card.transmit(command);
                Some(vec![0x69, 0x85])
            }
            Fate::SaidToBeDone => Some(vec![0x90, 0x00]),
            Fate::Stripped => {
                card.transmit(command);
                Some(vec![0x90, 0x00])
            }
            Fate::OldAnswer => {
                card.transmit(command);
                old.get(now).cloned()
            }
        }
    })
}

/// The answers of a card in a tap that pays.
fn answers_of(world: &World, order: &Order, card: &ContactlessCard) -> Vec<Vec<u8>> {
    card.enter();
    let mut answers = Vec::new();
    let end = world.carry(TapPurpose::Settle(order.root()), &mut |command| {
        answers.push(card.transmit(command));
        answers.last().cloned()
    });
    assert_eq!(world.outcome(&end.unwrap()).state, SettlementState::Settled);
    answers
}

#[test]
fn t003_9_wherever_a_card_leaves_the_field_and_whatever_is_said_of_it_an_order_is_paid_once() {
    let world = World::new();
    let card = world.card(10_000);
    let old = answers_of(&world, &world.ready(&card, 1), &card);
    let mut left = 9_999;
    for at in 0..3 {
        for fate in FATES {
            let order = world.ready(&card, 100);
            let debits = world.debits();
            let settle = TapPurpose::Settle(order.root());
            let tapped = doomed(&world, (settle, &card), (at, fate), &old);
            // EXTERNAL AUTHENTICATE is not what is confirmed: only the card's word about the debit is.
            assert_eq!(
                world.debits(),
                debits,
                "{at} {fate:?}: nothing is confirmed"
            );
            if let Ok(end) = &tapped
                && !end.outcomes.is_empty()
            {
                assert_eq!(world.outcome(end).state, SettlementState::Unknown);
            }
            let outcome = world.settle(&order, &card);
            assert_eq!(outcome.state, SettlementState::Settled, "{at} {fate:?}");
            left -= 100;
            assert_eq!(outcome.balance, Some(yen(left)), "{at} {fate:?}");
            assert_eq!(world.debits(), debits + 1);
            assert_eq!(world.on(&card), left);
        }
    }
    assert_eq!(world.count("security_pending WHERE resolved_at IS NULL"), 0);
}

#[test]
fn t003_9_any_tap_finds_out_what_a_card_did() {
    let world = World::new();
    let card = world.card(10_000);
    let mut left = 10_000;
    for fate in [Fate::CommandLost, Fate::AnswerLost] {
        for purpose in [TapPurpose::Read, TapPurpose::Collect] {
            let order = world.ready(&card, 100);
            let settle = TapPurpose::Settle(order.root());
            let unknown = world.outcome(&doomed(&world, (settle, &card), (2, fate), &[]).unwrap());
            assert_eq!(unknown.state, SettlementState::Unknown);
            let asked: SettlementOutcome = world.said(&world.ask(&order)).unwrap();
            assert_eq!(asked.state, SettlementState::Unknown);
            let found = world.outcome(&world.tap(purpose, &card).unwrap());
            let state = match fate {
                Fate::AnswerLost => {
                    left -= 100;
                    SettlementState::Settled
                }
                _ => SettlementState::Ready,
            };
            assert_eq!(found.state, state);
            // What was not done may be done now.
            if state == SettlementState::Ready {
                left -= 100;
                assert_eq!(world.settle(&order, &card).balance, Some(yen(left)));
            }
            assert_eq!(world.on(&card), left);
        }
    }
    assert_eq!(world.debits(), 4);
}

#[test]
fn t003_9_a_card_of_which_something_is_not_known_pays_no_other_order_before() {
    let world = World::new();
    let card = world.card(500);
    let (first, second) = (world.ready(&card, 100), world.ready(&card, 50));
    let settle = TapPurpose::Settle(first.root());
    doomed(&world, (settle, &card), (2, Fate::AnswerLost), &[]).unwrap();
    let end = world.tap(TapPurpose::Settle(second.root()), &card).unwrap();
    let outcomes: Vec<SettlementOutcome> =
        end.outcomes.iter().map(|one| world.opened(one)).collect();
    // What was open is paid; the other was to be paid from what was on the card before.
    assert_eq!(outcomes[0].root, first.root());
    assert_eq!(outcomes[0].state, SettlementState::Settled);
    assert_eq!(outcomes[1].refusal, Some(SettlementRefusal::OtherCard));
    assert_eq!((world.debits(), world.on(&card)), (1, 400));
    // And where it had not paid, the other is paid in the same tap.
    let (first, second) = (world.ready(&card, 100), world.ready(&card, 50));
    let settle = TapPurpose::Settle(first.root());
    doomed(&world, (settle, &card), (2, Fate::CommandLost), &[]).unwrap();
    let end = world.tap(TapPurpose::Settle(second.root()), &card).unwrap();
    let states: Vec<_> = end
        .outcomes
        .iter()
        .map(|one| world.opened::<SettlementOutcome>(one).state)
        .collect();
    assert_eq!(states, [SettlementState::Ready, SettlementState::Settled]);
    assert_eq!((world.debits(), world.on(&card)), (2, 350));
}

#[test]
fn t003_9_what_a_relay_kept_back_says_nothing_of_what_came_after() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 100);
    // A reading whose answer is kept back …
    card.enter();
    let ask = TapAsk {
        nonce: [3; 32],
        purpose: TapPurpose::Read,
    };
    let ask = tallystick_protocol::wire::cbor::encode(&ask);
    let mut answer = world.post("/v1/taps", tallystick_parties::office::http::CBOR, ask);
    let mut kept = None;
    for _ in 0..2 {
        let Ok(TapAnswer::Step(step)) = TapAnswer::decode(answer.body()) else {
            panic!("a step");
        };
        let responses = carried(&step, &mut |command| Some(card.transmit(command)));
        if step.block.len() == 2 {
            kept = Some((step.tap, responses));
            break;
        }
        answer = world.answer(step.tap, &responses);
    }
    // … until the card has paid, which nobody confirmed.
    let settle = TapPurpose::Settle(order.root());
    doomed(&world, (settle, &card), (2, Fate::AnswerLost), &[]).unwrap();
    let (tap, responses) = kept.unwrap();
    let answer = world.answer(tap, &responses);
    assert_eq!(answer.status(), 200);
    let asked: SettlementOutcome = world.said(&world.ask(&order)).unwrap();
    assert_eq!(
        asked.state,
        SettlementState::Unknown,
        "it cannot be told yet"
    );
    assert_eq!(world.settle(&order, &card).balance, Some(yen(400)));
    assert_eq!((world.debits(), world.on(&card)), (1, 400));
}

#[test]
fn t003_9_a_server_that_forgot_its_sessions_finds_out_what_its_cards_did() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 100);
    card.enter();
    let mut count = 0;
    let tapped = world.carry(TapPurpose::Settle(order.root()), &mut |command| {
        count += 1;
        let response = card.transmit(command);
        if count == 3 {
            world.restart();
        }
        Some(response)
    });
    assert_eq!(tapped.unwrap_err(), "not-found");
    assert_eq!(world.debits(), 0);
    assert_eq!(world.settle(&order, &card).balance, Some(yen(400)));
    assert_eq!((world.debits(), world.on(&card)), (1, 400));
}

#[test]
fn t003_9_an_order_that_ended_meanwhile_is_settled_if_its_card_had_paid_and_else_refused() {
    for (fate, state, on) in [
        (Fate::AnswerLost, SettlementState::Settled, 400),
        (Fate::CommandLost, SettlementState::Refused, 500),
    ] {
        // The front ends it, or its time is over.
        for ends in [true, false] {
            let world = World::new();
            let card = world.card(500);
            let order = world.ready(&card, 100);
            let settle = TapPurpose::Settle(order.root());
            doomed(&world, (settle, &card), (2, fate), &[]).unwrap();
            match ends {
                true => {
                    let ended = world.end(&order).unwrap();
                    assert_eq!(ended.state, SettlementState::Unknown);
                }
                false => world.run_for(601),
            }
            let found = world.outcome(&world.tap(TapPurpose::Read, &card).unwrap());
            assert_eq!(found.state, state);
            world.run_for(1);
            let letters = world.front.letters("/v1/outcomes");
            let told: SettlementOutcome = world.opened(letters.last().unwrap());
            assert_eq!(told.state, state);
            assert_eq!(world.on(&card), on);
        }
    }
}

#[test]
fn t003_9_an_answer_counts_once_and_only_in_its_tap() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 100);
    card.enter();
    let ask = TapAsk {
        nonce: [3; 32],
        purpose: TapPurpose::Settle(order.root()),
    };
    let ask = tallystick_protocol::wire::cbor::encode(&ask);
    let answer = world.post("/v1/taps", tallystick_parties::office::http::CBOR, ask);
    let Ok(TapAnswer::Step(step)) = TapAnswer::decode(answer.body()) else {
        panic!("a step");
    };
    let opened = carried(&step, &mut |command| Some(card.transmit(command)));
    let answer = world.answer(step.tap, &opened);
    let Ok(TapAnswer::Step(step)) = TapAnswer::decode(answer.body()) else {
        panic!("a step");
    };
    let done = carried(&step, &mut |command| Some(card.transmit(command)));
    assert_eq!(world.answer(TapId([9; 16]), &done).status(), 404);
    assert_eq!(world.answer(step.tap, &done).status(), 200);
    assert_eq!(world.answer(step.tap, &done).status(), 404);
    assert_eq!((world.debits(), world.on(&card)), (1, 400));
}

#[test]
fn a_tap_is_over_after_two_minutes() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 100);
    card.enter();
    let tapped = world.carry(TapPurpose::Settle(order.root()), &mut |command| {
        world.clock.advance(61_000);
        Some(card.transmit(command))
    });
    assert_eq!(tapped.unwrap_err(), "not-found");
    assert_eq!(world.settle(&order, &card).balance, Some(yen(400)));
    assert_eq!((world.debits(), world.on(&card)), (1, 400));
}
