//! The power fails at each write of front and security server in turn; the card pays once, and what it paid is logged once.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::settlement::SettlementState;

use super::desk::{
    Buyer, MINUTE, PAYABLE, PRICE, Stack, balance, debits_at_server, logged, require_rest, world,
};
use super::talk::{receipt, send_order};
use super::world::{SECURITY, SETTLEMENT};

/// One purchase during which the power of `party` fails after `writes` of its writes. Says whether it failed at all.
fn purchase_with_power_failure(party: &'static str, writes: u32) -> bool {
    let mut world = world();
    let mut buyer = Buyer::by(&world, Stack::Direct, 9_000);
    let order = buyer.order(&world);
    let before = world.machine(party).database.writes();
    world.machine(party).database.fail_after(writes);
    let at = format!("{party}, {writes} writes");
    send_order(&world, &order);
    world.run_for(3_000);
    let mut failed = false;
    let mut settled = false;
    for round in 0..20 {
        if !failed && world.machine(party).database.writes() - before >= writes {
            failed = true;
            world.machine(party).database.mend();
            world.restart(party);
            world.run_for(3_000);
        }
        if !settled && let Ok(outcome) = buyer.settle(&world, &order) {
            settled = outcome.state == SettlementState::Settled;
        }
        if receipt(&world, &order).state == ShopState::Accepted {
            break;
        }
        world.run_for(2_000 + round * 500);
    }
    // What is not reached before the parcel is accepted may be reached after it.
    world.run_for(MINUTE);
    failed |= world.machine(party).database.writes() - before >= writes;
    world.machine(party).database.mend();
    world.restart(party);
    world.run_for(20 * MINUTE);
    assert!(settled, "{at}");
    assert_eq!(receipt(&world, &order).state, ShopState::Accepted, "{at}");
    assert_eq!(balance(&world, PAYABLE), PRICE as i64, "{at}");
    assert_eq!(
        (logged(&world, "debit"), debits_at_server(&world)),
        (1, 1),
        "{at}"
    );
    assert_eq!(buyer.on_card(&world), 9_000 - PRICE, "{at}");
    require_rest(&world, &buyer);
    failed
}

fn fail_at_every_write(party: &'static str) {
    let mut writes = 0;
    while purchase_with_power_failure(party, writes) {
        writes += 1;
        assert!(writes < 200, "the purchase never ends");
    }
    assert!(writes > 5, "only {writes} writes at {party}");
}

#[test]
fn t003_9_the_front_loses_power_at_any_write_and_the_card_pays_once_and_is_logged_once() {
    fail_at_every_write(SETTLEMENT);
}

#[test]
fn t003_9_the_security_server_loses_power_at_any_write_and_the_card_pays_once_and_is_logged_once() {
    fail_at_every_write(SECURITY);
}
