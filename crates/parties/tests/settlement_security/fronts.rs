//! What a front can have done, and what it cannot.

use tallystick_parties::office::http::COSE;
use tallystick_protocol::settlement::*;
use tallystick_protocol::trust::statement::Audience;

use crate::world::{FRONT, SERVER, World, domain, yen};

#[test]
fn only_its_own_front_is_obeyed() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    let alias = order.reading.alias;
    let server = domain(SERVER);
    let number = order.request.envelope.transaction;
    let other = &world.other_front;
    let credit = CreditOrder {
        envelope: other.envelope(&server, world.number()),
        ..world.credit_order(alias, 50)
    };
    let end = SettlementEnd {
        envelope: other.envelope(&server, number),
        root: order.root(),
        request: signed_digest(&order.signed),
        amount: yen(120),
    };
    let ask = SettlementOrder {
        envelope: other.envelope(&server, number),
        request: order.signed.clone(),
        reading: order.reading.reading,
    };
    let withdrawal = CreditWithdrawal {
        envelope: other.envelope(&server, world.number()),
        alias,
        amount: yen(50),
    };
    for (path, signed) in [
        ("/v1/credits", other.sign(&credit)),
        ("/v1/settlement-ends", other.sign(&end)),
        ("/v1/settlements", other.sign(&ask)),
        ("/v1/credit-withdrawals", other.sign(&withdrawal)),
    ] {
        let answer = world.post(path, COSE, signed);
        let said = world.said::<SettlementOutcome>(&answer);
        assert_eq!(said.unwrap_err(), "wrong-sender", "{path}");
    }
    // Nor a shop in its name.
    let forged = world.shop.sign(&world.credit_order(alias, 50));
    let answer = world.post("/v1/credits", COSE, forged);
    assert!(answer.status().is_client_error());
    assert_eq!(world.reading(&card).waiting, 0);
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
}

#[test]
fn t003_5_a_front_that_changes_the_sum_or_keeps_the_bill_back_takes_nothing() {
    let world = World::new();
    let card = world.card(500);
    let order = world.order(&card, 120);
    let proposal = world.proposal(&order);
    // Its own bill, in the shop's words.
    let mut bill = world.bill_for(&proposal);
    bill.amount = yen(500);
    let answer = world.post("/v1/bills", COSE, world.front.sign(&bill));
    assert!(answer.status().is_client_error());
    // Its own request, in the shop's words.
    let mut request = order.request.clone();
    request.amount = yen(500);
    let signed = world.front.sign(&request);
    let answer = world.ask_with(&signed, &request, &order.reading);
    assert!(answer.status().is_client_error());
    let tapped = world.tap(TapPurpose::Settle(order.root()), &card);
    assert_eq!(tapped.unwrap_err(), "awaiting-card");
    assert_eq!((world.debits(), world.on(&card)), (0, 500));
}

#[test]
fn an_order_that_the_front_ended_is_not_paid() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    for _ in 0..2 {
        let ended = world.end(&order).unwrap();
        assert_eq!(ended.refusal, Some(SettlementRefusal::Ended));
    }
    assert_eq!(
        world.settle(&order, &card).refusal,
        Some(SettlementRefusal::Ended)
    );
    // Ended before it came: it is refused when it comes.
    let order = world.order(&card, 120);
    assert_eq!(
        world.end(&order).unwrap().refusal,
        Some(SettlementRefusal::Ended)
    );
    let late: SettlementOutcome = world.said(&world.ask(&order)).unwrap();
    assert_eq!(late.refusal, Some(SettlementRefusal::Ended));
    // What is paid stays paid.
    let order = world.ready(&card, 120);
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    assert_eq!(world.end(&order).unwrap().state, SettlementState::Settled);
    assert_eq!((world.debits(), world.on(&card)), (1, 380));
}

#[test]
fn a_front_is_told_until_it_signs_that_it_heard() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    world.front.is_deaf.set(true);
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    world.run_for(1);
    let times = |world: &World| world.front.letters("/v1/outcomes").len();
    assert_eq!(times(&world), 1);
    world.run_for(120);
    assert_eq!(times(&world), 2);
    // A receipt for something else, or of somebody else, is none.
    let receipt = OutcomeReceipt {
        envelope: world.front.office.envelope(
            Audience::Party(domain(SERVER)),
            order.request.envelope.transaction,
            86_400,
        ),
        outcome: [9; 32],
    };
    world.front.is_deaf.set(false);
    for forged in [world.front.sign(&receipt), world.shop.sign(&receipt)] {
        world.front.forged.replace(Some(forged));
        let before = times(&world);
        world.run_for(7_200);
        assert!(times(&world) > before);
        assert_eq!(world.count("outbox"), 1);
    }
    world.front.forged.replace(None);
    world.run_for(7_200);
    assert_eq!(world.count("outbox"), 0);
    let letters = world.front.letters("/v1/outcomes");
    assert!(letters.iter().all(|letter| *letter == letters[0]));
    assert_eq!(world.front.domain().as_str(), FRONT);
}
