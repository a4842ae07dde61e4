//! The shop's request (SIG1): genuine, in time, once, and within what is on the card.

use tallystick_protocol::settlement::*;
use tallystick_protocol::wire::identifier::Root;
use tallystick_protocol::wire::money::{Currency, Money};

use crate::world::{FRONT, OTHER_FRONT, World, domain, yen};

fn refused(world: &World, order: &crate::world::Order) -> Option<SettlementRefusal> {
    let outcome: SettlementOutcome = world.said(&world.ask(order)).unwrap();
    assert_eq!(outcome.state, SettlementState::Refused);
    assert_eq!(outcome.request, signed_digest(&order.signed));
    outcome.refusal
}

#[test]
fn t003_3_a_request_of_which_a_bit_changed_is_refused_and_leaves_nothing() {
    let world = World::new();
    let card = world.card(500);
    let order = world.order(&card, 120);
    for place in (0..order.signed.len()).step_by(9) {
        let mut signed = order.signed.clone();
        signed[place] ^= 1;
        let answer = world.ask_with(&signed, &order.request, &order.reading);
        assert!(answer.status().is_client_error(), "byte {place}");
    }
    assert_eq!(world.count("security_settlements"), 0);
    assert_eq!(world.proposal(&order).amount, yen(120));
}

#[test]
fn t003_3_every_field_is_covered_by_the_shops_own_signature() {
    let world = World::new();
    let card = world.card(500);
    let order = world.order(&card, 120);
    let good = &order.request;
    let changed = |change: fn(&mut SettlementRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    // Words of the shop under the signature of somebody else.
    for request in [
        changed(|_| {}),
        changed(|request| request.amount = yen(1)),
        changed(|request| request.root = Root([9; 32])),
        changed(|request| request.goods = [9; 32]),
        changed(|request| request.mall = domain(OTHER_FRONT)),
    ] {
        for signer in [&world.other_shop, &world.front] {
            let signed = signer.sign(&request);
            let answer = world.ask_with(&signed, &order.request, &order.reading);
            assert!(answer.status().is_client_error());
        }
    }
    // Said for another order than the front's.
    let mut other = order.request.clone();
    other.envelope.transaction = world.number();
    let answer = world.ask_with(&order.signed, &other, &order.reading);
    assert_eq!(
        world.said::<SettlementOutcome>(&answer),
        Err("wrong-transaction")
    );
    assert_eq!(world.count("security_settlements"), 0);
}

#[test]
fn t003_3_a_request_for_another_mall_is_refused_and_leaves_nothing() {
    let world = World::new();
    let card = world.card(500);
    let mut order = world.order(&card, 120);
    order.request.mall = domain(OTHER_FRONT);
    order.signed = world.shop.sign(&order.request);
    assert_eq!(refused(&world, &order), Some(SettlementRefusal::OtherMall));
    order.request.mall = domain(FRONT);
    order.request.envelope = world
        .shop
        .envelope(&domain(OTHER_FRONT), order.request.envelope.transaction);
    order.signed = world.shop.sign(&order.request);
    assert_eq!(refused(&world, &order), Some(SettlementRefusal::OtherMall));
    assert_eq!(world.count("security_settlements"), 0);
}

#[test]
fn t003_4_a_request_whose_time_is_over_or_has_not_begun_is_refused() {
    let world = World::new();
    let card = world.card(500);
    let mut order = world.order(&card, 120);
    order.request.envelope.sent_at = order.request.envelope.sent_at.plus_seconds(3_600);
    order.request.envelope.expires_at = order.request.envelope.expires_at.plus_seconds(7_200);
    order.signed = world.shop.sign(&order.request);
    let answer = world.ask(&order);
    assert_eq!(world.said::<SettlementOutcome>(&answer), Err("wrong-clock"));
    let late = world.order(&card, 120);
    world.run_for(600);
    // By the clock it is over, though others' clocks may differ by minutes.
    assert_eq!(refused(&world, &late), Some(SettlementRefusal::Expired));
    let late = world.order(&card, 120);
    world.run_for(3_600);
    let answer = world.ask(&late);
    assert_eq!(world.said::<SettlementOutcome>(&answer), Err("expired"));
    assert_eq!(world.on(&card), 500);
}

#[test]
fn t003_4_an_order_is_over_when_its_time_is_and_no_card_pays_it() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    world.run_for(601);
    // The front hears of it without asking.
    let letters = world.front.letters("/v1/outcomes");
    let told: SettlementOutcome = world.opened(letters.last().unwrap());
    assert_eq!(told.refusal, Some(SettlementRefusal::Expired));
    let outcome = world.settle(&order, &card);
    assert_eq!(outcome.refusal, Some(SettlementRefusal::Expired));
    assert_eq!(refused(&world, &order), Some(SettlementRefusal::Expired));
    assert_eq!((world.debits(), world.on(&card)), (0, 500));
}

#[test]
fn t003_4_the_same_request_is_one_order_and_other_words_for_it_are_refused() {
    let world = World::new();
    let card = world.card(500);
    let order = world.order(&card, 120);
    let first = world.ask(&order).into_body();
    assert_eq!(world.ask(&order).into_body(), first, "the same bytes");
    // By the shop again, for another amount, or only signed anew.
    for amount in [120, 90] {
        let mut again = world.order(&card, amount);
        again.request = SettlementRequest {
            amount: yen(amount),
            ..order.request.clone()
        };
        again.signed = world.shop.sign(&again.request);
        assert_eq!(refused(&world, &again), Some(SettlementRefusal::Used));
    }
    // The number, or the root, in another shop's request.
    let mut other = world.order(&card, 120);
    other.request = SettlementRequest {
        root: Root(world.number()),
        envelope: world
            .other_shop
            .envelope(&domain(FRONT), order.request.envelope.transaction),
        ..order.request.clone()
    };
    other.signed = world.other_shop.sign(&other.request);
    assert_eq!(refused(&world, &other), Some(SettlementRefusal::Used));
    other.request.root = order.root();
    other.request.envelope = world.other_shop.envelope(&domain(FRONT), world.number());
    other.signed = world.other_shop.sign(&other.request);
    assert_eq!(refused(&world, &other), Some(SettlementRefusal::Used));
    assert_eq!(world.ask(&order).into_body(), first);
    assert_eq!(world.count("security_settlements"), 1);
}

#[test]
fn t003_4_a_request_that_was_paid_is_never_paid_again() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    let again: SettlementOutcome = world.said(&world.ask(&order)).unwrap();
    assert_eq!(again.state, SettlementState::Settled);
    // With another reading, of another card.
    let other = world.card(500);
    let reading = world.reading(&other);
    let answer = world.ask_with(&order.signed, &order.request, &reading);
    let again: SettlementOutcome = world.said(&answer).unwrap();
    assert_eq!(again.state, SettlementState::Settled);
    let answer = world.tap(TapPurpose::Settle(order.root()), &other);
    assert_eq!(answer.unwrap_err(), "conflict");
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    assert_eq!(
        (world.debits(), world.on(&card), world.on(&other)),
        (1, 380, 500)
    );
}

#[test]
fn t003_8_a_sum_that_is_not_on_the_card_is_refused() {
    let world = World::new();
    let card = world.card(500);
    assert_eq!(
        refused(&world, &world.order(&card, 501)),
        Some(SettlementRefusal::Short)
    );
    let mut euros = world.order(&card, 1);
    euros.request.amount = Money::new(1, Currency::Eur);
    euros.signed = world.shop.sign(&euros.request);
    assert_eq!(
        refused(&world, &euros),
        Some(SettlementRefusal::OtherCurrency)
    );
    let order = world.ready(&card, 500);
    assert_eq!(
        world.settle(&order, &card).balance,
        Some(yen(0)),
        "to the last yen"
    );
}

#[test]
fn t003_8_another_card_than_was_read_pays_nothing() {
    let world = World::new();
    let (card, other) = (world.card(500), world.card(500));
    let order = world.ready(&card, 120);
    let before = other.state();
    let tapped = world.tap(TapPurpose::Settle(order.root()), &other);
    assert_eq!(tapped.unwrap_err(), "conflict");
    assert_eq!(other.state(), before);
    // Nothing has changed: the right one pays.
    assert_eq!(world.settle(&order, &card).balance, Some(yen(380)));
}

#[test]
fn t003_8_a_card_that_holds_something_else_than_was_read_pays_nothing() {
    let world = World::new();
    let card = world.card(500);
    let (first, second) = (world.ready(&card, 120), world.ready(&card, 100));
    assert_eq!(world.settle(&first, &card).state, SettlementState::Settled);
    let outcome = world.settle(&second, &card);
    assert_eq!(outcome.refusal, Some(SettlementRefusal::OtherCard));
    assert_eq!((world.debits(), world.on(&card)), (1, 380));
    // Nor is a reading of before taken for an order.
    let mut third = world.order(&card, 100);
    third.reading = first.reading;
    assert_eq!(refused(&world, &third), Some(SettlementRefusal::OtherCard));
}

#[test]
fn t003_8_a_reading_is_good_for_ten_minutes_and_must_be_one() {
    let world = World::new();
    let card = world.card(500);
    let mut order = world.order(&card, 120);
    order.reading.reading = ReadingId([9; 16]);
    assert_eq!(refused(&world, &order), Some(SettlementRefusal::NoReading));
    let reading = world.reading(&card);
    world.run_for(READING_SECONDS);
    let mut order = world.order(&card, 120);
    order.reading = reading;
    assert_eq!(refused(&world, &order), Some(SettlementRefusal::NoReading));
}

#[test]
fn another_reading_of_the_same_request_is_another_proposal_until_a_card_is_told() {
    let world = World::new();
    let (card, other) = (world.card(500), world.card(300));
    let mut order = world.order(&card, 120);
    let old = world.proposal(&order);
    order.reading = world.reading(&other);
    let new = world.proposal(&order);
    assert_ne!(old.card, new.card);
    assert_eq!(world.bring(&world.bill_for(&old)), Err("conflict"));
    let ready = world.bring(&world.bill_for(&new)).unwrap();
    assert_eq!(ready.state, SettlementState::Ready);
    let tapped = world.tap(TapPurpose::Settle(order.root()), &card);
    assert_eq!(tapped.unwrap_err(), "conflict");
    assert_eq!(world.settle(&order, &other).balance, Some(yen(180)));
}
