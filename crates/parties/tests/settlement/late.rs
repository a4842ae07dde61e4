//! The order's time is over: before the card paid, or while nobody knew whether it had.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::settlement::{SettlementState, TapPurpose};

use super::desk::{
    Buyer, MINUTE, PAYABLE, PRICE, balance, debits_at_server, logged, require_rest, world,
};
use super::talk::state;
use super::world::{SETTLEMENT, SHOP};

#[test]
fn an_order_that_no_card_paid_in_time_expires_and_no_card_pays_it_later() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.asked(&world);
    world.run_for(16 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Refused);
    assert_eq!(debits_at_server(&world), 0);
    assert_eq!(buyer.on_card(&world), 9_000);
    world.run_for(5 * MINUTE);
    require_rest(&world, &buyer);
}

#[test]
fn t003_9_a_debit_that_is_found_after_the_orders_end_is_logged_and_goes_back_to_the_card_once() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.asked(&world);
    buyer.card.enter();
    let mut commands = 0;
    // The card pays, and its answer never comes.
    let end = buyer.carry(&world, TapPurpose::Settle(order.root), &mut |command| {
        commands += 1;
        let response = buyer.card.transmit(command);
        (commands < 3).then_some(response)
    });
    let outcome = super::desk::said::<tallystick_protocol::settlement::SettlementOutcome>(
        &world,
        &end.unwrap().outcomes[0],
    );
    assert_eq!(outcome.state, SettlementState::Unknown);
    world.run_for(20 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    let unknown = "SELECT count(*) FROM settlements WHERE stage = 'unknown'";
    assert_eq!(world.number(SETTLEMENT, unknown), 1, "it stays so");
    assert_eq!(logged(&world, "debit"), 0);
    // Read again, whatever for, it is found.
    assert_eq!(buyer.on_card(&world), 9_000 - PRICE);
    world.run_for(MINUTE);
    assert_eq!((logged(&world, "debit"), debits_at_server(&world)), (1, 1));
    assert_eq!(buyer.collect(&world), 1);
    assert_eq!(buyer.collect(&world), 0);
    assert_eq!(buyer.on_card(&world), 9_000);
    assert_eq!(balance(&world, PAYABLE), 0);
    require_rest(&world, &buyer);
}

#[test]
fn a_card_that_paid_while_the_shop_was_silent_until_the_orders_end_gets_its_value_back() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.asked(&world);
    world.hub.cut(SHOP, true);
    world.hub.cut(SETTLEMENT, true);
    let mut direct = buyer;
    direct.stack = super::desk::Stack::Direct;
    let outcome = direct.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    world.run_for(20 * MINUTE);
    world.hub.cut(SHOP, false);
    world.hub.cut(SETTLEMENT, false);
    world.run_for(20 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!((logged(&world, "debit"), debits_at_server(&world)), (1, 1));
    assert_eq!(direct.collect(&world), 1);
    assert_eq!(direct.on_card(&world), 9_000);
    require_rest(&world, &direct);
}
