//! What a wallet finds out late, because it or somebody else was away for a while.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::OrderState;

use super::holder::{Holder, PASSPHRASE};
use super::world::{COURIER, ISSUER, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;
const MINUTE_MS: u64 = 60_000;

/// A holder whose shop has the order. The issuer was asked about it directly and did not know it yet.
fn asked_too_early(world: &World) -> (Holder<'_>, String) {
    let holder = Holder::ready(world);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    while holder.order(&request).state != OrderState::Received {
        block_on(holder.wallet.advance()).unwrap();
    }
    // The wallet runs, and the shop has not got round to asking the issuer.
    for _ in 0..8 {
        world.clock.advance(1_000);
        block_on(holder.wallet.advance()).unwrap();
    }
    assert!(
        world.hub.received().iter().any(|message| {
            message.by == ISSUER && message.what.starts_with("GET /v1/answers/")
        })
    );
    (holder, request)
}

fn back_after(holder: &Holder<'_>, milliseconds: u64) {
    holder.world.run_for(milliseconds);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
}

#[test]
fn what_the_issuer_did_not_know_at_first_is_not_taken_for_free_later() {
    let world = World::new();
    let (holder, request) = asked_too_early(&world);
    back_after(&holder, 40 * MINUTE_MS);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.strands.issuer.word, "charged");
}

#[test]
fn what_was_charged_waits_for_the_couriers_word() {
    let world = World::new();
    let (holder, request) = asked_too_early(&world);
    world.run_for(MINUTE_MS);
    world.hub.cut(COURIER, true);
    world.hub.cut(SHOP, true);
    back_after(&holder, 40 * MINUTE_MS);
    for _ in 0..40 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(10_000);
    }
    let order = holder.order(&request);
    assert_eq!(order.strands.issuer.word, "charged", "{order:?}");
    assert_ne!(order.state, OrderState::Expired, "{order:?}");
    world.hub.cut(COURIER, false);
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}

#[test]
fn while_the_issuer_is_silent_nobody_says_that_nothing_was_charged() {
    let world = World::new();
    let (holder, request) = asked_too_early(&world);
    world.run_for(MINUTE_MS);
    world.hub.cut(ISSUER, true);
    back_after(&holder, 60 * MINUTE_MS);
    for _ in 0..250 {
        block_on(holder.wallet.advance()).unwrap();
        back_after(&holder, 30_000);
    }
    world.hub.cut(ISSUER, false);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.strands.issuer.word, "charged", "{order:?}");
}

#[test]
fn an_order_that_the_issuer_never_saw_ends_soon_after_its_time() {
    let world = World::new();
    let (holder, request) = asked_too_early(&world);
    world.machine(SHOP).database.fail_after(0);
    back_after(&holder, 16 * MINUTE_MS);
    for _ in 0..60 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(10_000);
    }
    assert_eq!(holder.order(&request).state, OrderState::Expired);
}
