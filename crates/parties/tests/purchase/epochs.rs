//! The key centre and everybody enter another epoch of key shares while an order is under way.

use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::keys::Epoch;
use tallystick_protocol::wire::identifier::Role;

use super::holder::{Holder, Order};
use super::talk::{buy, issuer_answer, send_order, state};
use super::world::{CENTRE, COURIER, ISSUER, SHOP, World, text};

/// Who has key shares or makes them, in the order in which operators restart them.
const KEYED: [&str; 4] = [CENTRE, SHOP, COURIER, ISSUER];
const DAY_MS: u64 = 86_400_000;

fn hanako(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

/// An order for one bag of tea, sealed under the first epoch.
fn sealed(world: &World, holder: &mut Holder) -> Order {
    let order = holder.usual_order(world, &[("sencha-100", 1)]);
    assert_eq!(holder.pair(Role::Shop, SHOP).key.epoch, Epoch(1));
    order
}

/// Delivered and charged once.
fn require_done(world: &World, order: &Order) {
    assert_eq!(state(world, order), ShopState::Accepted);
    let money = issuer_answer(world, order).money;
    assert_eq!(money, Some(MoneyState::Captured));
    assert_eq!(world.balance("holder 1 available"), 48_000);
}

/// How many rows of a table are of the first epoch.
fn of_the_first(world: &World, party: &str, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table} WHERE epoch = 1");
    world.number(party, &sql)
}

#[test]
fn t_u4_an_order_sealed_before_is_done_however_many_have_entered_the_next_epoch() {
    for entered in 1..=KEYED.len() {
        let world = World::new();
        let mut holder = hanako(&world);
        let order = sealed(&world, &mut holder);
        world.enter_epoch(2, &KEYED[..entered]);
        for (role, party) in [
            (Role::Shop, SHOP),
            (Role::Issuer, ISSUER),
            (Role::Courier, COURIER),
        ] {
            assert!(holder.confirms(&world, role, party), "{party}");
        }
        buy(&world, &order);
        require_done(&world, &order);
    }
}

#[test]
fn t_u4_an_order_that_waits_for_issuer_or_courier_is_done_in_the_next_epoch() {
    for away in [ISSUER, COURIER] {
        let world = World::new();
        let mut holder = hanako(&world);
        let order = sealed(&world, &mut holder);
        world.hub.cut(away, true);
        send_order(&world, &order);
        world.run_for(10_000);
        assert_eq!(world.requests(COURIER, "/v1/deliveries"), 0);
        world.enter_epoch(2, &KEYED);
        world.hub.cut(away, false);
        world.run_for(120_000);
        require_done(&world, &order);
    }
}

#[test]
fn t_u4_a_shard_that_was_not_awake_before_has_the_earlier_share_of_its_office() {
    let mut world = World::new();
    let mut holder = hanako(&world);
    let order = sealed(&world, &mut holder);
    world.enter_epoch(2, &KEYED);
    world.spread_courier(4);
    buy(&world, &order);
    require_done(&world, &order);
}

#[test]
fn t_u4_a_day_later_what_the_earlier_epoch_had_is_destroyed_and_orders_use_the_next() {
    let world = World::new();
    let mut holder = hanako(&world);
    world.enter_epoch(2, &KEYED);
    let old = ["spaces", "master_rows", "issued"].map(|table| of_the_first(&world, CENTRE, table));
    assert!(old.iter().all(|rows| *rows > 0));
    world.run_for(2 * DAY_MS);
    for table in ["master_rows", "issued"] {
        assert_eq!(of_the_first(&world, CENTRE, table), 0, "{table}");
    }
    for (role, party) in [
        (Role::Shop, SHOP),
        (Role::Issuer, ISSUER),
        (Role::Courier, COURIER),
    ] {
        assert_eq!(of_the_first(&world, party, "key_shares"), 0, "{party}");
        let refused = holder.confirmation_problem(&world, role, party);
        assert_eq!(refused, "unknown-space", "{party}");
    }
    let mut next = Holder::enrol(&world, 2, "Jiro Suzuki", "080-1111-2222");
    let order = next.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(next.pair(Role::Shop, SHOP).key.epoch, Epoch(2));
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn t_u4_there_is_no_way_back_to_an_earlier_epoch() {
    let world = World::new();
    world.enter_epoch(2, &KEYED);
    world.enter_epoch(1, &KEYED);
    for party in KEYED {
        let health = text(&world.get(party, "/health"));
        assert!(health.contains("EPOCH is lower"), "{party}: {health}");
    }
    world.enter_epoch(2, &KEYED);
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}
