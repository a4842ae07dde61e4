//! A shop is brought back to an earlier moment and knows no such order any more. The wallet, which follows its parcel, shows the
//! order again, and nothing is paid a second time; of a shop that takes it no more the holder reads so.

use tallystick_parties::native::block_on;

use super::holder::{Holder, PASSPHRASE, TEA};
use super::parcels::{followed, steps};
use super::refunds::bought;
use super::world::{COURIER, ISSUER, SHOP, World};

const MINUTE: u64 = 60_000;

fn memory(world: &World) -> Vec<u8> {
    let bytes = world.machine(SHOP).database.bytes().unwrap();
    world.run_for(MINUTE);
    bytes
}

fn orders(world: &World, state: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM shop_orders WHERE state = '{state}'");
    world.number(SHOP, &sql)
}

#[test]
fn a_shop_that_forgot_an_order_is_shown_it_again_and_it_is_paid_once() {
    let world = World::in_generation(SHOP, 2);
    let holder = Holder::ready(&world);
    bought(&holder);
    let memory = memory(&world);
    let order = bought(&holder);
    let paid = world.balance("payable to kiso-tea.localhost");
    world.run_for(50 * MINUTE);
    world.bring_back_frozen(SHOP, &memory);
    world.run_for(MINUTE);
    assert_eq!(orders(&world, "accepted"), 1);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    followed(&holder, MINUTE);
    assert_eq!(world.requests(SHOP, "/v1/orders/again"), 1);
    world.run_for(MINUTE);
    assert_eq!(orders(&world, "accepted"), 2);
    block_on(holder.wallet.follow_parcels(Some(&order.request_id))).unwrap();
    followed(&holder, MINUTE);
    let seen = holder.order(&order.request_id);
    assert!(seen.failure.is_none());
    assert_eq!(steps(&seen), ["label-made"]);
    assert_eq!(world.balance("payable to kiso-tea.localhost"), paid);
    let sql = "SELECT count(*) FROM courier_deliveries";
    assert_eq!(world.number(COURIER, sql), 2);
    let sql = "SELECT count(*) FROM issuer_reservations";
    assert_eq!(world.number(ISSUER, sql), 2);
    let sql = "SELECT count(*) FROM generation_doubts";
    assert_eq!(world.number(SHOP, sql), 0);
}

#[test]
fn of_a_shop_that_takes_a_forgotten_order_no_more_the_holder_reads_so() {
    let world = World::new();
    let holder = Holder::ready(&world);
    bought(&holder);
    let memory = memory(&world);
    let order = bought(&holder);
    world.run_for(50 * MINUTE);
    // By somebody who raises no generation: nobody is asked.
    world.bring_back(SHOP, &memory);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    followed(&holder, 5 * MINUTE);
    assert_eq!(orders(&world, "accepted"), 1);
    let seen = holder.order(&order.request_id);
    assert_eq!(seen.state, order.state);
    assert_eq!(seen.failure.unwrap().kind, "shop-forgot");
    assert_eq!(world.requests(SHOP, "/v1/orders/again"), 1);
    let next = holder.asked(TEA);
    holder.approve(&next).unwrap();
    holder.finish();
    assert!(holder.order(&next).failure.is_none());
}
