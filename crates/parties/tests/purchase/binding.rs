//! An accepted order binds the issuer for a day after the order's time; what nobody accepted is free
//! soon after it, because the courier says so.

use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::{Acceptance, MoneyState, ShopState};
use tallystick_protocol::trust::statement::message_type;
use tallystick_protocol::wire::cbor::Message as _;

use super::holder::{Holder, Order};
use super::talk::{buy, courier_answer, issuer_answer, state};
use super::world::{COURIER, ISSUER, SHOP, World};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn ordered(world: &World) -> Order {
    let mut holder = Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678");
    holder.usual_order(world, &[("sencha-100", 1)])
}

/// The courier accepts while the issuer is out of reach; then neither hears of the other for `outage_ms`.
fn accepted_without_the_issuer(world: &mut World, outage_ms: u64) -> Order {
    let order = ordered(world);
    world.hub.cut(COURIER, true);
    buy(world, &order);
    world.hub.cut(COURIER, false);
    world.machine(ISSUER).database.fail_after(0);
    world.run_for(2 * MINUTE);
    assert_eq!(state(world, &order), ShopState::Accepted);
    world.hub.cut(ISSUER, true);
    world.machine(ISSUER).database.mend();
    world.restart(ISSUER);
    for party in [ISSUER, COURIER] {
        world.hub.cut(party, true);
    }
    world.run_for(outage_ms);
    for party in [ISSUER, COURIER] {
        world.hub.cut(party, false);
    }
    world.run_for(30 * MINUTE);
    order
}

/// The kinds of statements that a courier signed about an order.
fn signed_by_the_courier(world: &World) -> Vec<String> {
    let sql = "SELECT kind FROM statements WHERE signature IS NOT NULL ORDER BY kind";
    let rows = world.machine(COURIER).database.run(sql, &[]).unwrap();
    rows.iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect()
}

#[test]
fn an_outage_of_the_issuer_of_hours_loses_no_sale_that_the_courier_accepted() {
    let mut world = World::new();
    let order = accepted_without_the_issuer(&mut world, 20 * HOUR);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert_eq!(world.console(COURIER)["orders"][0]["state"], "confirmed");
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 2_000);
}

#[test]
fn after_the_day_the_money_is_the_holders_and_no_party_has_both_accepted_and_refused() {
    let mut world = World::new();
    let order = accepted_without_the_issuer(&mut world, 30 * HOUR);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.console(COURIER)["orders"][0]["state"], "lapsed");
    assert_eq!(signed_by_the_courier(&world), ["acceptance"]);
    let said = courier_answer(&world, &order);
    assert!(!said.accepted, "the parcel stays");
    let kind = message_type(&said.statement, 100_000).unwrap();
    assert_eq!(kind, Acceptance::TYPE, "and what was said is not unsaid");
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn what_the_courier_never_heard_of_is_free_soon_after_the_orders_time_although_the_shop_is_gone() {
    let world = World::new();
    let order = ordered(&world);
    world.hub.cut(COURIER, true);
    buy(&world, &order);
    world.machine(SHOP).database.fail_after(0);
    world.hub.cut(COURIER, false);
    world.run_for(14 * MINUTE);
    assert_eq!(world.balance("holder 1 reserved"), 2_000);
    world.run_for(5 * MINUTE);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(signed_by_the_courier(&world), ["closed"]);
    // What the courier said, it keeps to: the shop comes back and asks it to deliver.
    world.machine(SHOP).database.mend();
    world.run_for(2 * HOUR);
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
}

#[test]
fn an_acceptance_of_which_no_letter_came_is_captured_by_the_issuers_own_question() {
    let mut world = World::new();
    let order = ordered(&world);
    world.hub.cut(COURIER, true);
    buy(&world, &order);
    world.hub.cut(COURIER, false);
    world.machine(ISSUER).database.fail_after(0);
    world.run_for(2 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    for party in [SHOP, COURIER] {
        let lost = world.machine(party).database.run("DELETE FROM outbox", &[]);
        lost.unwrap();
    }
    world.machine(ISSUER).database.mend();
    world.restart(ISSUER);
    world.run_for(20 * MINUTE);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
}

#[test]
fn a_courier_that_stays_out_of_reach_keeps_the_money_set_aside_for_a_day_and_no_longer() {
    let world = World::new();
    let order = ordered(&world);
    world.hub.cut(COURIER, true);
    buy(&world, &order);
    world.machine(SHOP).database.fail_after(0);
    world.run_for(23 * HOUR);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Reserved)
    );
    world.run_for(2 * HOUR);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.balance("holder 1 available"), 50_000);
}
