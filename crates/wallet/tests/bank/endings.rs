//! Orders that a purse was to pay and that came to nothing: what was set aside comes back, once.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::{MovementState, OrderState};

use super::customer::{available, load, purse, with_purse};
use super::holder::{Holder, PIN};
use super::world::{Between, COURIER, SHOP, World};

/// Everything that the holder has: in the purse and in the account.
fn all(world: &World, holder: &Holder<'_>) -> (u64, u64, i64) {
    let purse = purse(holder);
    (
        purse.amount_minor,
        purse.out_minor,
        available(world, "holder 1"),
    )
}

#[test]
fn t_u5_a_cancelled_order_leaves_the_purse_as_it_was() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Instead(http::Response::default()),
        _ => Between::Nothing,
    });
    let request = holder.asked(super::holder::TEA);
    let choice = super::customer::choice(&holder, &purse(&holder).id);
    block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap();
    for _ in 0..20 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    assert_eq!(all(&world, &holder), (3_000, 2_000, 5_000));
    block_on(holder.wallet.cancel(&request)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).failure.unwrap().kind, "cancelled");
    assert_eq!(all(&world, &holder), (5_000, 0, 5_000));
    assert_eq!(
        holder.view().movements[0].state,
        MovementState::NotCompleted
    );
}

#[test]
fn what_was_set_aside_for_an_order_that_was_never_sent_comes_back_with_a_report() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    world.hub.cut(SHOP, true);
    let request = {
        world.hub.cut(SHOP, false);
        let request = holder.asked(super::holder::TEA);
        world.hub.cut(SHOP, true);
        request
    };
    let choice = super::customer::choice(&holder, &purse(&holder).id);
    block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Failed);
    assert_eq!(all(&world, &holder), (3_000, 2_000, 5_000));
    assert!(purse(&holder).wants_report);
    world.hub.cut(SHOP, false);
    // Until the order's time is over, the payment might still come.
    world.run_for(60 * 60_000);
    block_on(holder.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    assert_eq!(all(&world, &holder), (5_000, 0, 5_000));
    assert!(!purse(&holder).wants_report);
}
