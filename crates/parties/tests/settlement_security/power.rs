//! The power of the security server fails at each of its writes in turn.

use tallystick_parties::office::http::COSE;
use tallystick_protocol::settlement::*;

use crate::field::ContactlessCard;
use crate::world::{Order, World, yen};

/// An order is asked for, billed and paid, as far as the server goes along.
fn buy(world: &World, order: &Order, card: &ContactlessCard) -> Option<SettlementOutcome> {
    let proposal: BillProposal = match world.ask(order) {
        answer if answer.status() != 200 => return None,
        answer => match tallystick_protocol::trust::statement::message_type(answer.body(), 4096) {
            Ok(213) => world.said(&answer).ok()?,
            // It is on its way already.
            _ => return world.outcome_of_tap(order, card),
        },
    };
    let bill = world.shop.sign(&world.bill_for(&proposal));
    let answer = world.post("/v1/bills", COSE, bill);
    world.said::<SettlementOutcome>(&answer).ok()?;
    world.outcome_of_tap(order, card)
}

impl World {
    fn outcome_of_tap(&self, order: &Order, card: &ContactlessCard) -> Option<SettlementOutcome> {
        let end = self.tap(TapPurpose::Settle(order.root()), card).ok()?;
        let last = end.outcomes.last()?;
        Some(self.opened(last))
    }
}

#[test]
fn t003_9_the_power_fails_at_any_write_and_an_order_is_paid_once() {
    let mut writes = 0;
    loop {
        let world = World::new();
        let card = world.card(500);
        let order = world.order(&card, 120);
        let database = &world.server.database;
        let before = database.writes();
        database.fail_after(writes);
        buy(&world, &order, &card);
        let has_failed = database.writes() - before >= writes;
        database.mend();
        world.restart();
        let outcome = buy(&world, &order, &card).unwrap();
        assert_eq!(outcome.state, SettlementState::Settled, "after {writes}");
        assert_eq!(outcome.balance, Some(yen(380)), "after {writes}");
        assert_eq!(
            (world.debits(), world.on(&card)),
            (1, 380),
            "after {writes}"
        );
        world.run_for(120);
        let told = world.front.letters("/v1/outcomes");
        assert!(!told.is_empty(), "after {writes}");
        assert_eq!(world.count("outbox"), 0, "after {writes}");
        if !has_failed {
            break;
        }
        writes += 1;
    }
    assert!(writes > 8, "only {writes} writes");
}
