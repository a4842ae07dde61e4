//! A shop on many objects: the wallet says with an order where its form is, and is answered there.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables as _;
use tallystick_wallet::view::OrderState;

use super::holder::{Holder, TEA};
use super::world::{Between, ISSUER, SHOP, SHOP_SHARDS, SHOP_STOCK, World};

const POTS: &str = r#"[{"sku":"kyusu-pot","quantity":1}]"#;

/// How many orders there are at an object of the shop.
fn orders(world: &World, object: &str) -> i64 {
    world.number(object, "SELECT count(*) FROM shop_orders")
}

fn of_four() -> World {
    let mut world = World::new();
    world.spread_shop(4);
    world
}

#[test]
fn an_order_reaches_the_object_that_has_its_form_and_is_followed_there() {
    let world = of_four();
    let holder = Holder::ready(&world);
    for items in [TEA, POTS] {
        let request = holder.asked(items);
        holder.approve(&request).unwrap();
        holder.finish();
        let order = holder.order(&request);
        assert_eq!(order.state, OrderState::Delivering);
        assert!(!order.history.is_empty());
    }
    assert_eq!(orders(&world, SHOP), 0);
    let spread: i64 = SHOP_SHARDS.iter().map(|name| orders(&world, name)).sum();
    assert_eq!(spread, 2);
}

#[test]
fn what_the_stock_has_no_more_is_refused_after_the_shop_has_the_order() {
    let world = of_four();
    let holder = Holder::ready(&world);
    let request = holder.asked(POTS);
    let gone = "INSERT INTO shop_stock (sku, pieces) VALUES ('kyusu-pot', 0)
        ON CONFLICT (sku) DO UPDATE SET pieces = 0";
    world.machine(SHOP_STOCK).database.run(gone, &[]).unwrap();
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Refused, "{order:?}");
    assert_eq!(order.failure.unwrap().kind, "out-of-stock");
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
}

#[test]
fn a_cancellation_finds_the_order() {
    let world = of_four();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    // It answers the wallet, and not the shop.
    world.put_between(ISSUER, |path| match path {
        "/v1/introductions" => {
            Between::Instead(Response::builder().status(502).body(Vec::new()).unwrap())
        }
        _ => Between::Nothing,
    });
    holder.approve(&request).unwrap();
    for _ in 0..20 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    assert!(holder.order(&request).can_cancel);
    block_on(holder.wallet.cancel(&request)).unwrap();
    world.connect_again(ISSUER);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.failure.unwrap().kind, "cancelled");
    world.run_for(3_000);
    assert_eq!(world.stock("sencha-100"), 60);
}
