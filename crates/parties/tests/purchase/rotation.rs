//! Everybody's operator changes the sealing key while orders are under way.

use tallystick_protocol::checkout::answers::{IssuerAnswer, MoneyState, ShopState};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;

use super::holder::{Holder, Order};
use super::talk::{buy, courier_answer, send_order, state};
use super::world::{COURIER, ISSUER, ISSUER_SHARDS, SEALING_KEY, SHOP, World, text};

const NEW: [u8; 32] = [6; 32];

fn require_delivered(world: &World, holder: &Holder, order: &Order) {
    assert_eq!(state(world, order), ShopState::Accepted);
    let path = format!("/v1/answers/{}?at={:02x}", order.root, holder.id.0[0]);
    let said = world.get(ISSUER, &path);
    assert!(said.status().is_success(), "{}", text(&said));
    let said = open::<IssuerAnswer>(said.body(), &world.anchors, world.now(), Role::Issuer);
    assert_eq!(said.unwrap().message.money, Some(MoneyState::Captured));
    assert!(courier_answer(world, order).accepted);
}

#[test]
fn orders_that_are_under_way_go_on_while_the_sealing_key_changes() {
    let mut world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let before = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.hub.cut(ISSUER, true);
    send_order(&world, &before);
    world.set_sealing_keys(NEW, Some(SEALING_KEY));
    world.hub.cut(ISSUER, false);
    let during = holder.usual_order(&world, &[("sencha-100", 1)]);
    send_order(&world, &during);
    world.run_for(60_000);
    require_delivered(&world, &holder, &before);
    require_delivered(&world, &holder, &during);
    let places = world.require_resealed();
    world.set_sealing_keys(NEW, None);
    world.run_for(5_000);
    let after = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &after);
    require_delivered(&world, &holder, &after);
    for place in ["secrets.sealed", "key_shares.head"] {
        for party in [SHOP, ISSUER, COURIER] {
            assert!(places.contains(&format!("{party} {place}")), "{places:?}");
        }
    }
    assert!(
        places
            .iter()
            .any(|place| place.ends_with("master_rows.head"))
    );
}

#[test]
fn the_objects_of_a_party_believe_each_other_whichever_has_heard_of_the_new_key() {
    let mut world = World::new();
    world.spread_issuer(4);
    world.spread_shop(4);
    world.spread_courier(4);
    let is_office = |name: &str| [ISSUER, SHOP, COURIER].contains(&name);
    let enrols = |world: &World, seed| Holder::enrol(world, seed, "Hanako Yamada", "090-1234-5678");
    let buys = |world: &World, holder: &mut Holder| {
        let order = holder.usual_order(world, &[("sencha-100", 1)]);
        buy(world, &order);
        require_delivered(world, holder, &order);
        order
    };
    let mut holder = enrols(&world, 1);
    let first = buys(&world, &mut holder);
    world.set_some_sealing_keys(NEW, Some(SEALING_KEY), is_office);
    let mut other = enrols(&world, 2);
    buys(&world, &mut other);
    world.set_sealing_keys(NEW, Some(SEALING_KEY));
    world.run_for(30_000);
    let places = world.require_resealed();
    world.set_some_sealing_keys(NEW, None, is_office);
    buys(&world, &mut holder);
    world.set_sealing_keys(NEW, None);
    buys(&world, &mut other);
    require_delivered(&world, &holder, &first);
    for object in ISSUER_SHARDS {
        let place = format!("{object} key_shares.head");
        assert!(places.contains(&place), "{place}: {places:?}");
    }
}

#[test]
fn metrics_say_how_many_values_want_the_key_of_before() {
    let mut world = World::new();
    let metric = |world: &World, name: &str| {
        let page = text(&world.get(SHOP, "/v1/metrics"));
        let line = page
            .lines()
            .find(|line| line.starts_with(&format!("tallystick_{name} ")));
        line.unwrap_or_else(|| panic!("{page}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    assert_eq!(metric(&world, "sealing_left"), 0);
    world.set_sealing_keys(NEW, Some(SEALING_KEY));
    assert!(metric(&world, "sealing_left") > 1);
    world.run_for(30_000);
    assert_eq!(metric(&world, "sealing_left"), 0);
    assert_eq!(metric(&world, "sealing_unopened"), 0);
}
