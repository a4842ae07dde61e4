//! Cards: how they come to their keys, and which are told anything.

use tallystick_parties::office::http::CBOR;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::settlement::*;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::Currency;

use crate::field::ContactlessCard;
use crate::world::{World, yen};

#[test]
fn the_same_request_for_a_card_is_the_same_card_and_other_words_are_refused() {
    let world = World::new();
    let mut request = CardRequest {
        nonce: [1; 32],
        recipient: [9; 32],
        currency: Currency::Jpy,
    };
    let first = world.post("/v1/cards", CBOR, encode(&request));
    assert_eq!(first.status(), 200);
    let again = world.post("/v1/cards", CBOR, encode(&request));
    assert_eq!(first.body(), again.body());
    request.currency = Currency::Eur;
    let other = world.post("/v1/cards", CBOR, encode(&request));
    assert_eq!(world.said::<CardReading>(&other), Err("replayed"));
    assert_eq!(world.count("security_cards"), 1);
}

#[test]
fn a_card_is_read_with_what_is_on_it_and_what_waits_for_it() {
    let world = World::new();
    let card = world.empty_card();
    let reading = world.reading(&card);
    assert_eq!((reading.balance, reading.waiting), (yen(0), 0));
    world
        .credit(&world.credit_order(reading.alias, 300))
        .unwrap();
    assert_eq!(world.reading(&card).waiting, 300);
    let end = world.tap(TapPurpose::Collect, &card).unwrap();
    let reading: CardReading = world.opened(&end.reading.unwrap());
    assert_eq!((reading.balance, reading.waiting), (yen(300), 0));
}

#[test]
fn t003_6_a_card_that_does_not_have_its_keys_is_told_nothing() {
    let (world, elsewhere) = (World::new(), World::new());
    let card = world.card(500);
    let order = world.ready(&card, 120);
    let settle = TapPurpose::Settle(order.root());
    // An alias that is not known.
    elsewhere.empty_card();
    let stranger = elsewhere.card(500);
    let alias = elsewhere.reading(&stranger).alias;
    assert_ne!(alias, order.reading.alias);
    for purpose in [settle, TapPurpose::Read, TapPurpose::Collect] {
        assert_eq!(world.tap(purpose, &stranger).unwrap_err(), "bad-signature");
    }
    // The right alias, and a cryptogram that is not the card's; each byte of it.
    for place in [13, 20, 28, 29, 35, 44] {
        card.enter();
        let mut count = 0;
        let tapped = world.carry(settle, &mut |command| {
            count += 1;
            let mut response = card.transmit(command);
            response[place] ^= 1;
            Some(response)
        });
        assert_eq!((tapped.unwrap_err(), count), ("bad-signature", 1));
    }
    // Nothing that looks like an answer at all.
    for answer in [&[0x6a, 0x82][..], &[0x90, 0x00], &[], &[0x90], &[7; 300]] {
        let tapped = world.carry(settle, &mut |_| Some(answer.to_vec()));
        assert_eq!(tapped.unwrap_err(), "bad-signature");
    }
    assert_eq!((world.debits(), world.on(&card)), (0, 500));
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
}

#[test]
fn t003_6_a_card_does_nothing_for_whoever_does_not_have_its_keys() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    card.enter();
    let before = card.state();
    let mut count = 0;
    let tapped = world.carry(TapPurpose::Settle(order.root()), &mut |command| {
        count += 1;
        let mut command = command.to_vec();
        if count == 2 {
            // The host's cryptogram.
            command[6] ^= 1;
        }
        Some(card.transmit(&command))
    });
    let outcome = world.outcome(&tapped.unwrap());
    assert_eq!((outcome.state, count), (SettlementState::Unknown, 2));
    assert_eq!(card.state(), before);
    assert_eq!(world.settle(&order, &card).balance, Some(yen(380)));
    assert_eq!(world.debits(), 1);
}

#[test]
fn a_blocked_card_pays_and_takes_nothing_but_is_read() {
    let world = World::new();
    let card = world.card(500);
    let order = world.ready(&card, 120);
    let alias = order.reading.alias;
    world.credit(&world.credit_order(alias, 50)).unwrap();
    let block = "UPDATE security_cards SET blocked = 'operator'";
    world.server.database.run(block, &[]).unwrap();
    let outcome = world.settle(&order, &card);
    assert_eq!(outcome.refusal, Some(SettlementRefusal::Blocked));
    let end = world.tap(TapPurpose::Collect, &card).unwrap();
    assert!(end.credits.is_empty());
    let refused: SettlementOutcome = world.said(&world.ask(&world.order(&card, 1))).unwrap();
    assert_eq!(refused.refusal, Some(SettlementRefusal::Blocked));
    assert_eq!(world.on(&card), 500);
    let unblock = "UPDATE security_cards SET blocked = NULL";
    world.server.database.run(unblock, &[]).unwrap();
    world.tap(TapPurpose::Collect, &card).unwrap();
    assert_eq!(world.on(&card), 550);
}

#[test]
fn a_card_that_went_back_to_an_older_state_is_blocked() {
    let world = World::new();
    let card = world.card(500);
    let older = card.copied();
    let order = world.ready(&card, 120);
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    card.put_back(&older);
    let end = world.tap(TapPurpose::Read, &card).unwrap();
    assert!(end.reading.is_none());
    assert_eq!(
        world.count("security_cards WHERE blocked = 'rolled-back'"),
        1
    );
}

#[test]
fn no_log_line_says_which_card_or_what_is_on_it_and_no_key_is_stored() {
    let world = World::new();
    let card = world.card(54_321);
    let order = world.ready(&card, 12_345);
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    world.tap(TapPurpose::Read, &card).unwrap();
    let alias = order.reading.alias;
    let lines = world.server.log.lines().join("\n");
    for secret in [&alias.to_string(), "54321", "41976", "12345"] {
        assert!(!lines.contains(secret), "{secret}");
    }
    let kept = world.server.database.bytes().unwrap();
    let holds = |needle: &[u8]| kept.windows(needle.len()).any(|window| window == needle);
    let master = tallystick_protocol::settlement::channel::MasterKey::new([5; 16].into());
    let keys = master.card(&alias).to_bytes();
    assert!(holds(&alias.0), "the alias is kept");
    assert!(!holds(&[5; 16]), "the master");
    for key in keys.chunks(16) {
        assert!(!holds(key));
    }
}

#[test]
fn a_card_that_was_never_read_is_forgotten_after_a_quarter_of_a_year_and_one_that_was_is_kept() {
    let world = World::new();
    let never: ContactlessCard = world.empty_card();
    let card = world.card(500);
    for _ in 0..91 {
        world.run_for(86_400);
    }
    assert_eq!(world.count("security_cards"), 1);
    assert_eq!(world.count("security_readings"), 0);
    assert_eq!(
        world.tap(TapPurpose::Read, &never).unwrap_err(),
        "bad-signature"
    );
    assert_eq!(world.on(&card), 500);
}
