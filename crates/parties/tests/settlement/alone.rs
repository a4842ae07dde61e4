//! Source document 003 with the other documents' systems switched off: no card issuer, bank, coupon office, home proxy or vending
//! machine.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::settlement::SettlementState;

use super::desk::{Buyer, PAYABLE, PRICE, balance, ends, require_rest, world};
use super::world::{CA, CENTRE, COURIER, OTHER_SHOP, SECURITY, SETTLEMENT, SHOP};

#[test]
fn t_u6_a_card_is_charged_and_pays_an_order_with_no_system_but_this_documents() {
    let world = world();
    let mut buyer = Buyer::with(&world, 5_000);
    let order = buyer.asked(&world);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(ends(&world, &order).state, ShopState::Accepted);
    world.run_for(5_000);
    assert_eq!(balance(&world, PAYABLE), PRICE as i64);
    assert_eq!(buyer.on_card(&world), 5_000 - PRICE);
    require_rest(&world, &buyer);
    let parties = [CA, CENTRE, SHOP, OTHER_SHOP, COURIER, SETTLEMENT, SECURITY];
    world.require_only(&parties);
}
