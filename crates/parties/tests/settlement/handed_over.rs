//! A contactless card pays what no courier delivers: the shop hands it over once the card has paid.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::instrument::{ContactlessDetails, Payment};
use tallystick_protocol::settlement::SettlementState;
use tallystick_protocol::wire::identifier::Role;

use super::desk::{
    Buyer, PAYABLE, asked, balance, debits_at_server, ends, logged, refused, require_rest, world,
};
use super::holder::Order;
use super::talk::{form, send_order};
use super::world::{COURIER, World};

/// A guide that the shop hands over at once, in yen.
const PRICE: u64 = 480;

fn order(world: &World, buyer: &mut Buyer) -> Order {
    let reading = buyer.read(world).reading;
    let mut wish = buyer.holder.wish();
    wish.payment = Some(Payment::Contactless(ContactlessDetails { reading }));
    wish.cancellation = Some(CancellationKey::random(&mut buyer.holder.rng));
    let form = form(world, &[("brewing-guide", 1)]);
    buyer.holder.order(world, &form, &wish)
}

#[test]
fn a_card_pays_what_the_shop_hands_over_once_it_has_paid() {
    let world = world();
    let mut buyer = Buyer::with(&world, 5_000);
    let order = order(&world, &mut buyer);
    asked(&world, &order);
    assert_eq!(balance(&world, PAYABLE), 0, "nothing is handed over yet");
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    let receipt = ends(&world, &order);
    assert_eq!(receipt.state, ShopState::Accepted);
    assert!(receipt.handing_over.is_some() && receipt.handed.is_some());
    world.run_for(5_000);
    assert_eq!(balance(&world, PAYABLE), PRICE as i64);
    assert_eq!(buyer.on_card(&world), 5_000 - PRICE);
    assert_eq!((logged(&world, "debit"), debits_at_server(&world)), (1, 1));
    let mut received = world.hub.received().into_iter();
    assert!(received.all(|one| one.by != COURIER || !one.what.starts_with("POST /v1/deliveries")));
    require_rest(&world, &buyer);
}

#[test]
fn a_card_with_too_little_pays_nothing_and_nothing_is_handed_over() {
    let world = world();
    let mut buyer = Buyer::with(&world, PRICE - 1);
    let order = order(&world, &mut buyer);
    send_order(&world, &order);
    world.run_for(1_000);
    let receipt = ends(&world, &order);
    assert_eq!(refused(&world, &receipt, Role::Issuer), "declined");
    assert!(receipt.handing_over.is_none() && receipt.handed.is_none());
    assert_eq!(buyer.on_card(&world), PRICE - 1);
    require_rest(&world, &buyer);
}
