//! What waits for cards is written once, or never.

use tallystick_parties::office::http::COSE;
use tallystick_protocol::settlement::*;
use tallystick_protocol::wire::money::{Currency, Money};

use crate::world::{SERVER, World, domain, yen};

fn withdraw(world: &World, order: &CreditOrder) -> Result<CreditOutcome, &'static str> {
    let withdrawal = CreditWithdrawal {
        envelope: order.envelope.clone(),
        alias: order.alias,
        amount: order.amount,
    };
    let signed = world.front.sign(&withdrawal);
    world.said(&world.post("/v1/credit-withdrawals", COSE, signed))
}

fn state(world: &World, order: &CreditOrder) -> CreditState {
    world.credit(order).unwrap().state
}

#[test]
fn a_credit_is_written_once_whatever_gets_lost() {
    let world = World::new();
    let card = world.card(100);
    let alias = world.reading(&card).alias;
    let mut on = 100;
    // READ is command 2, TOP UP 3; that it never came, or that its answer was lost.
    for (lost, is_done) in [(3, false), (3, true), (2, true), (1, false)] {
        let order = world.credit_order(alias, 50);
        assert_eq!(state(&world, &order), CreditState::Waiting);
        card.enter();
        let mut count = 0;
        world
            .carry(TapPurpose::Collect, &mut |command| {
                let now = count;
                count += 1;
                if now > lost || (now == lost && !is_done) {
                    return None;
                }
                let response = card.transmit(command);
                (now < lost).then_some(response)
            })
            .unwrap();
        let expected = match lost {
            3 => CreditState::Unknown,
            _ => CreditState::Waiting,
        };
        assert_eq!(state(&world, &order), expected);
        on += 50;
        world.tap(TapPurpose::Collect, &card).unwrap();
        let written = world.credit(&order).unwrap();
        assert_eq!(written.state, CreditState::Written);
        assert_eq!(written.balance, Some(yen(on)));
        assert!(
            world
                .tap(TapPurpose::Collect, &card)
                .unwrap()
                .credits
                .is_empty()
        );
        assert_eq!(world.on(&card), on);
    }
    assert_eq!(world.count("security_log WHERE kind = 'top-up'"), 5);
}

#[test]
fn several_credits_are_written_in_one_tap_each_with_a_signature_over_its_block() {
    let world = World::new();
    let card = world.card(100);
    let alias = world.reading(&card).alias;
    let orders: Vec<_> = (1..=3)
        .map(|minor| world.credit_order(alias, minor))
        .collect();
    for order in &orders {
        assert_eq!(state(&world, order), CreditState::Waiting);
    }
    // The signatures are looked at in `World::carry`.
    let end = world.tap(TapPurpose::Collect, &card).unwrap();
    assert_eq!(end.credits.len(), 3);
    assert_eq!(world.on(&card), 106);
    world.run_for(1);
    assert_eq!(world.front.letters("/v1/credit-outcomes").len(), 4);
}

#[test]
fn a_credit_of_a_number_is_one_credit() {
    let world = World::new();
    let card = world.card(100);
    let order = world.credit_order(world.reading(&card).alias, 50);
    for _ in 0..2 {
        assert_eq!(state(&world, &order), CreditState::Waiting);
    }
    let mut other = order.clone();
    other.amount = yen(5);
    assert_eq!(world.credit(&other), Err("replayed"));
    other.amount = Money::new(50, Currency::Eur);
    other.envelope = world.front.envelope(&domain(SERVER), world.number());
    assert_eq!(world.credit(&other), Err("other-currency"));
    other.amount = yen(0);
    assert_eq!(world.credit(&other), Err("no-amount"));
    other.amount = yen(BALANCE_MAX + 1);
    assert_eq!(world.credit(&other), Err("over-limit"));
    other.alias = Alias([9; 10]);
    assert_eq!(world.credit(&other), Err("not-found"));
    world.tap(TapPurpose::Collect, &card).unwrap();
    assert_eq!(state(&world, &order), CreditState::Written);
    assert_eq!(world.on(&card), 150);
}

#[test]
fn what_is_withdrawn_or_over_is_not_written() {
    let world = World::new();
    let card = world.card(100);
    let alias = world.reading(&card).alias;
    let withdrawn = world.credit_order(alias, 50);
    assert_eq!(state(&world, &withdrawn), CreditState::Waiting);
    for _ in 0..2 {
        let said = withdraw(&world, &withdrawn).unwrap();
        assert_eq!(said.state, CreditState::Withdrawn);
    }
    assert_eq!(state(&world, &withdrawn), CreditState::Withdrawn);
    // Withdrawn before it came.
    let early = world.credit_order(alias, 50);
    assert_eq!(
        withdraw(&world, &early).unwrap().state,
        CreditState::Withdrawn
    );
    assert_eq!(state(&world, &early), CreditState::Withdrawn);
    // A charge whose time is over; the front hears of it.
    let mut charge = world.credit_order(alias, 50);
    charge.reason = CreditReason::Charged;
    charge.until = Some(world.front.office.now().plus_seconds(300));
    assert_eq!(state(&world, &charge), CreditState::Waiting);
    assert_eq!(world.reading(&card).waiting, 50);
    let letters = world.front.letters("/v1/credit-outcomes").len();
    world.run_for(300);
    let told = world.front.letters("/v1/credit-outcomes");
    assert_eq!(told.len(), letters + 1);
    let told: CreditOutcome = world.opened(told.last().unwrap());
    assert_eq!(told.state, CreditState::Withdrawn);
    assert!(
        world
            .tap(TapPurpose::Collect, &card)
            .unwrap()
            .credits
            .is_empty()
    );
    assert_eq!(world.on(&card), 100);
}

#[test]
fn what_is_withdrawn_while_it_is_not_known_is_found_out_first() {
    for (is_done, state) in [
        (true, CreditState::Written),
        (false, CreditState::Withdrawn),
    ] {
        let world = World::new();
        let card = world.card(100);
        let order = world.credit_order(world.reading(&card).alias, 50);
        world.credit(&order).unwrap();
        card.enter();
        let mut count = 0;
        let end = world.carry(TapPurpose::Collect, &mut |command| {
            count += 1;
            let goes = count < 4 || is_done;
            let response = goes.then(|| card.transmit(command))?;
            (count < 4).then_some(response)
        });
        let unknown: CreditOutcome = world.opened(&end.unwrap().credits[0]);
        assert_eq!(unknown.state, CreditState::Unknown);
        assert_eq!(
            withdraw(&world, &order).unwrap().state,
            CreditState::Unknown
        );
        let end = world.tap(TapPurpose::Read, &card).unwrap();
        let found: CreditOutcome = world.opened(&end.credits[0]);
        assert_eq!(found.state, state);
        let on = if is_done { 150 } else { 100 };
        assert_eq!(world.on(&card), on);
    }
}

#[test]
fn what_a_card_has_no_room_for_waits() {
    let world = World::new();
    let card = world.card(BALANCE_MAX - 10);
    let alias = world.reading(&card).alias;
    let (large, small) = (world.credit_order(alias, 11), world.credit_order(alias, 10));
    world.credit(&large).unwrap();
    world.credit(&small).unwrap();
    world.tap(TapPurpose::Collect, &card).unwrap();
    assert_eq!(state(&world, &large), CreditState::Waiting);
    assert_eq!(state(&world, &small), CreditState::Written);
    assert_eq!(world.on(&card), BALANCE_MAX);
}
