//! The power fails at writes of each party in turn, at each one if `EVERY_STEP` is set; afterwards the purchase completes once.

use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_simulation::every_step_or;

use super::holder::Holder;
use super::talk::{courier_answer, issuer_answer, send_order, state};
use super::world::{COURIER, ISSUER, SHOP, World};

/// One purchase during which the power of `party` fails after `writes` of its writes. Says whether
/// it failed at all, so that the caller knows when there is no later write to fail at.
fn purchase_with_power_failure(party: &'static str, writes: u32) -> bool {
    let mut world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 2), ("book-of-tea", 1)]);
    let before = world.machine(party).database.writes();
    world.machine(party).database.fail_after(writes);
    send_order(&world, &order);
    world.run_for(5_000);
    let failed = world.machine(party).database.writes() - before >= writes;
    world.machine(party).database.mend();
    world.restart(party);
    // The wallet sends the same bytes again until the shop has them.
    assert!(send_order(&world, &order).status().is_success());
    world.run_for(180_000);
    let at = format!("{party}, {writes} writes");
    assert_eq!(state(&world, &order), ShopState::Accepted, "{at}");
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured),
        "{at}"
    );
    assert!(courier_answer(&world, &order).accepted, "{at}");
    let paid = 2 * 1480 + 1980 + 520;
    assert_eq!(world.balance("holder 1 available"), 50_000 - paid, "{at}");
    assert_eq!(world.balance("holder 1 reserved"), 0, "{at}");
    assert_eq!(world.balance("payable to kiso-tea.localhost"), paid, "{at}");
    let sum = "SELECT coalesce(sum(credits_posted - debits_posted), 0) FROM accounts";
    assert_eq!(world.number(ISSUER, sum), 0, "{at}");
    assert_eq!(world.stock("sencha-100"), 58, "{at}");
    assert_eq!(world.stock("book-of-tea"), 24, "{at}");
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        1,
        "{at}"
    );
    for name in [SHOP, ISSUER, COURIER] {
        assert_eq!(
            world.number(name, "SELECT count(*) FROM outbox"),
            0,
            "{at}: letters left at {name}"
        );
    }
    failed
}

fn fail_at_every_write(party: &'static str) {
    let mut writes = 0;
    while purchase_with_power_failure(party, writes) {
        writes += every_step_or(3);
        assert!(writes < 200, "the purchase never ends");
    }
    assert!(writes > 5, "only {writes} writes at {party}");
}

#[test]
fn the_shop_loses_power_at_any_write_and_the_purchase_completes_once() {
    fail_at_every_write(SHOP);
}

#[test]
fn the_issuer_loses_power_at_any_write_and_the_purchase_completes_once() {
    fail_at_every_write(ISSUER);
}

#[test]
fn the_courier_loses_power_at_any_write_and_the_purchase_completes_once() {
    fail_at_every_write(COURIER);
}
