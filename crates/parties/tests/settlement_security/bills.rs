//! The shop's bill (SIG2), and the plain purchase.

use tallystick_parties::office::http::COSE;
use tallystick_protocol::settlement::*;

use crate::world::{World, domain, yen};

#[test]
fn t003_9_an_order_is_paid_in_two_round_trips_and_the_log_has_it() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    let answers = || {
        let received = world.hub.received();
        let there = received
            .iter()
            .filter(|one| one.by == crate::world::SERVER && one.what == "POST /v1/taps/answers");
        there.count()
    };
    let before = answers();
    let outcome = world.settle(&order, &card);
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(
        (outcome.amount, outcome.balance),
        (yen(120), Some(yen(380)))
    );
    assert_eq!(outcome.alias, Some(order.reading.alias));
    assert_eq!(answers() - before, 2);
    // INITIALIZE UPDATE; EXTERNAL AUTHENTICATE, DEBIT.
    assert_eq!(card.commands.get(), 3);
    assert_eq!((world.debits(), world.on(&card)), (1, 380));
    assert_eq!(world.count("security_pending WHERE kind = 'debit'"), 0);
    // The front hears of it by a letter, which has the same bytes as what the wallet got.
    world.run_for(0);
    let letters = world.front.letters("/v1/outcomes");
    assert_eq!(letters.len(), 1);
    let end = world.tap(TapPurpose::Settle(order.root()), &card).unwrap();
    assert_eq!(end.outcomes[0].as_slice(), letters[0]);
}

#[test]
fn t003_2_a_holder_is_shown_the_request_before_the_card_is_told_anything() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    let ask = TapAsk {
        nonce: [1; 32],
        purpose: TapPurpose::Settle(order.root()),
    };
    let ask = tallystick_protocol::wire::cbor::encode(&ask);
    let answer = world.post("/v1/taps", tallystick_parties::office::http::CBOR, ask);
    let Ok(TapAnswer::Step(step)) = TapAnswer::decode(answer.body()) else {
        panic!("a step");
    };
    assert_eq!(step.request.unwrap(), order.signed);
    assert_eq!(step.block.len(), 1);
}

#[test]
fn t003_5_without_the_shops_bill_a_card_is_told_nothing() {
    let world = World::new();
    let card = world.card(500);
    let order = world.order(&card, 120);
    let settle = TapPurpose::Settle(order.root());
    assert_eq!(world.tap(settle, &card).unwrap_err(), "awaiting-card");
    let proposal = world.proposal(&order);
    assert_eq!(world.tap(settle, &card).unwrap_err(), "awaiting-card");
    let good = world.shop.sign(&world.bill_for(&proposal));
    for place in (0..good.len()).step_by(9) {
        let mut bill = good.clone();
        bill[place] ^= 1;
        let answer = world.post("/v1/bills", COSE, bill);
        assert!(answer.status().is_client_error(), "byte {place}");
    }
    // By another shop, by the front, to somebody else, about another order.
    let bill = world.bill_for(&proposal);
    let mut others = bill.clone();
    others.envelope = world
        .other_shop
        .envelope(&domain(crate::world::SERVER), bill.envelope.transaction);
    let mut elsewhere = bill.clone();
    elsewhere.envelope = world
        .shop
        .envelope(&domain(crate::world::FRONT), bill.envelope.transaction);
    let mut about = bill.clone();
    about.envelope.transaction = [9; 32];
    for (signer, said, problem) in [
        (&world.other_shop, &others, "wrong-sender"),
        (&world.front, &bill, "untrusted-certificate"),
        (&world.shop, &elsewhere, "wrong-recipient"),
        (&world.shop, &about, "not-found"),
    ] {
        let answer = world.post("/v1/bills", COSE, signer.sign(said));
        let said = world.said::<SettlementOutcome>(&answer);
        assert_eq!(said.unwrap_err(), problem);
    }
    let before = card.state();
    assert_eq!(world.tap(settle, &card).unwrap_err(), "awaiting-card");
    assert_eq!(card.state(), before, "the card is untouched");
    // None of it did the good one any harm.
    let answer = world.post("/v1/bills", COSE, good);
    let ready: SettlementOutcome = world.said(&answer).unwrap();
    assert_eq!(ready.state, SettlementState::Ready);
}

#[test]
fn t003_5_a_bill_for_something_else_than_was_proposed_is_refused_for_good() {
    let world = World::new();
    let card = world.card(500);
    let changes: [fn(&mut Bill); 3] = [
        |bill| bill.amount = yen(1),
        |bill| bill.card = [9; 32],
        |bill| bill.request = [9; 32],
    ];
    for change in changes {
        let order = world.order(&card, 120);
        let mut bill = world.bill_for(&world.proposal(&order));
        change(&mut bill);
        let outcome = world.bring(&bill).unwrap();
        assert_eq!(outcome.refusal, Some(SettlementRefusal::OtherBill));
        let before = card.state();
        let outcome = world.settle(&order, &card);
        assert_eq!(outcome.refusal, Some(SettlementRefusal::OtherBill));
        assert_eq!(card.state(), before, "the card is untouched");
    }
    assert_eq!((world.debits(), world.on(&card)), (0, 500));
}

#[test]
fn t003_5_the_same_bill_again_is_one_bill() {
    let world = World::new();
    let card = world.card(500);
    let order = world.order(&card, 120);
    let bill = world.bill_for(&world.proposal(&order));
    for _ in 0..2 {
        assert_eq!(world.bring(&bill).unwrap().state, SettlementState::Ready);
    }
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    assert_eq!(world.bring(&bill).unwrap().state, SettlementState::Settled);
    assert_eq!((world.debits(), world.on(&card)), (1, 380));
}

#[test]
fn a_shop_that_brings_its_bill_again_learns_neither_the_card_nor_what_is_left_on_it() {
    let world = World::new();
    let card = world.card(500);
    let order = world.order(&card, 120);
    let bill = world.bill_for(&world.proposal(&order));
    let is_bare = |outcome: &SettlementOutcome| {
        assert_eq!((outcome.alias, outcome.balance), (None, None));
    };
    is_bare(&world.bring(&bill).unwrap());
    let outcome = world.settle(&order, &card);
    assert_eq!(outcome.balance, Some(yen(380)));
    let again = world.bring(&bill).unwrap();
    assert_eq!(again.state, SettlementState::Settled);
    is_bare(&again);
    // Nor by a tap without the card, of an order that was refused.
    let order = world.ready(&card, 120);
    world.end(&order).unwrap();
    let end = world.carry(TapPurpose::Settle(order.root()), &mut |_| None);
    let refused = world.outcome(&end.unwrap());
    assert_eq!(refused.refusal, Some(SettlementRefusal::Ended));
    is_bare(&refused);
}
