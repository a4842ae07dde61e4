//! The operators of settlement server and security server change the sealing key.

use tallystick_protocol::settlement::SettlementState;

use super::desk::{Buyer, ends, require_rest, world};
use super::world::SECURITY;
use tallystick_protocol::checkout::answers::ShopState;

#[test]
fn a_card_pays_after_the_sealing_key_changed() {
    let mut world = world();
    let mut buyer = Buyer::with(&world, 12_345);
    let places = world.change_sealing_key();
    let place = format!("{SECURITY} security_cards.identifier");
    assert!(places.contains(&place), "{places:?}");
    let order = buyer.asked(&world);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(ends(&world, &order).state, ShopState::Accepted);
    world.run_for(5_000);
    require_rest(&world, &buyer);
}
