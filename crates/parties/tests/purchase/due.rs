//! What must happen later happens, once, and wakes nobody for ever.

use std::rc::Rc;

use data_encoding::BASE64;
use tallystick_parties::Party;
use tallystick_parties::courier::Courier;
use tallystick_parties::native::block_on;
use tallystick_parties::office::settings::registration_token;
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_parties::post::due;
use tallystick_parties::store::vault::SealingKey;
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::wire::identifier::Role;

use super::commands::command_of;
use super::holder::{Holder, Order};
use super::talk::{buy, issuer_answer, send_order, state};
use super::world::{CA, CENTRE, COURIER, ISSUER, SHOP, World, settings, text};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

fn certificate(world: &World, party: &str) -> Certificate {
    let identity = world.get_json(party, "/v1/identity");
    let der = identity["certificate"].as_str().unwrap().as_bytes();
    Certificate::from_der(&BASE64.decode(der).unwrap()).unwrap()
}

fn logged(world: &World, party: &str, words: &str) -> usize {
    let lines = world.machine(party).log.lines();
    lines.iter().filter(|line| line.contains(words)).count()
}

/// Wakes one party alone at its alarms for so long; how often.
fn wakes_of(world: &World, name: &str, party: &impl Party, milliseconds: u64) -> u32 {
    let end = world.clock.now_ms() + milliseconds;
    let mut wakes = 0;
    while wakes < 10_000 {
        match world.alarm(name) {
            Some(at) if at <= end => {
                world.clock.set(at.max(world.clock.now_ms()));
                world.machine(name).database.take_alarm().unwrap();
                block_on(party.wake());
                wakes += 1;
            }
            _ => break,
        }
    }
    world.clock.set(end);
    wakes
}

#[test]
fn what_cannot_be_done_is_stuck_after_some_tries_hides_no_other_and_waits_for_an_operator() {
    let world = World::new();
    let mut holder = holder(&world);
    world.hub.cut(COURIER, true);
    let orders: Vec<Order> = (0..2)
        .map(|_| {
            let order = holder.usual_order(&world, &[("sencha-100", 1)]);
            buy(&world, &order);
            order
        })
        .collect();
    world.hub.cut(SHOP, true);
    world.machine(SHOP).database.fail_after(0);
    let tables = world.machine(ISSUER).database.clone();
    let spoil = |word: &str| {
        let sql = format!("UPDATE issuer_reservations SET state = '{word}' WHERE root = ?");
        tables.run(&sql, &[orders[0].root.0.into()]).unwrap();
    };
    spoil("nonsense");
    // Asked by the issuer, the courier signs that it will never deliver what it never heard of.
    world.hub.cut(COURIER, false);
    let issuer = world.running(ISSUER);
    let wakes = wakes_of(&world, ISSUER, &issuer, 6 * HOUR);
    assert!(wakes < 40, "{wakes} wakes");
    assert_eq!(
        issuer_answer(&world, &orders[1]).money,
        Some(MoneyState::Released)
    );
    let backlog = due::backlog(&tables, world.clock.now_ms()).unwrap();
    assert_eq!((backlog.stuck, backlog.late_ms), (1, 0));
    assert_eq!(
        due::stuck(&tables, 10).unwrap()[0].reference,
        orders[0].root.to_string()
    );
    // Stuck is off the clock, on which the nightly work alone is left; an operator who has mended it
    // has it tried again.
    let nightly = wakes_of(&world, ISSUER, &issuer, 7 * DAY);
    assert!(nightly <= 16, "{nightly} wakes in a week");
    spoil("reserved");
    let answer = command_of(&world, ISSUER, "retry", &[], "1", world.now());
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(wakes_of(&world, ISSUER, &issuer, MINUTE), 1);
    assert_eq!(
        issuer_answer(&world, &orders[0]).money,
        Some(MoneyState::Released)
    );
}

#[test]
fn with_another_sealing_key_or_domain_a_party_says_so_and_is_not_woken_again_and_again() {
    let world = World::new();
    let mut holder = holder(&world);
    // Something is due: the issuer never hears of what the courier decided.
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.hub.cut(ISSUER, true);
    send_order(&world, &order);
    let mut other_key = settings(Role::Courier, COURIER);
    other_key.sealing_key = SealingKey::new([77; 32]);
    let other_domain = settings(Role::Courier, "hayate.example");
    for changed in [other_key, other_domain] {
        let machine = world.machine(COURIER).clone();
        let courier = Rc::new(Courier::new(machine.clone(), changed));
        world.hub.connect(COURIER, courier.clone());
        let before = machine.log.lines().len();
        let health = world.get(COURIER, "/health");
        assert_eq!(health.status(), 503);
        assert!(
            text(&health).contains("SEALING_KEY or DOMAIN"),
            "{}",
            text(&health)
        );
        let wakes = wakes_of(&world, COURIER, &*courier, HOUR);
        assert!((1..90).contains(&wakes), "{wakes} wakes in an hour");
        let log = machine.log.lines();
        let said = log[before..]
            .iter()
            .filter(|line| line.contains("\"bootstrap\""));
        assert!(said.clone().count() > 0);
        assert!(said.clone().all(|line| !line.contains("\"ok\"")));
    }
    let mut world = world;
    world.restart(COURIER);
    assert_eq!(world.get(COURIER, "/health").status(), 200);
}

#[test]
fn parties_that_are_evicted_after_each_rare_request_still_renew_their_certificates() {
    let mut world = World::new();
    world.clock.advance(320 * DAY);
    for _ in 0..80 {
        for name in [CENTRE, SHOP, ISSUER, COURIER] {
            world.restart(name);
            world.get(name, "/health");
        }
        world.run_for(DAY);
    }
    for name in [CENTRE, SHOP, ISSUER, COURIER] {
        let left = certificate(&world, name).not_after();
        assert!(left > world.now().plus_seconds(300 * 86_400), "{name}");
    }
    let order = holder(&world).usual_order(&world, &[("sencha-100", 1)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn an_absent_ca_delays_no_order_and_is_asked_at_long_intervals() {
    let world = World::new();
    let mut holder = holder(&world);
    world.clock.advance(300 * DAY);
    world.run_for(66 * DAY);
    world.hub.cut(CA, true);
    world.run_for(2 * DAY);
    let tries =
        |world: &World| [SHOP, ISSUER, COURIER].map(|name| logged(world, name, "\"renewal\""));
    let before = tries(&world);
    assert!(
        before.iter().all(|tries| (1..16).contains(tries)),
        "{before:?}"
    );
    for _ in 0..3 {
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    }
    assert_eq!(tries(&world), before, "orders do not make anybody ask");
    world.hub.cut(CA, false);
    world.run_for(DAY);
    for name in [SHOP, ISSUER, COURIER, CENTRE] {
        let until = certificate(&world, name).not_after();
        assert!(until > world.now().plus_seconds(300 * 86_400), "{name}");
    }
}

#[test]
fn a_changed_name_is_certified_with_the_next_renewal() {
    let world = World::new();
    let mut changed = settings(Role::Courier, COURIER);
    changed.name = "Hayate Express".to_owned();
    let token = registration_token(&[9; 32], Role::Courier, &changed.domain, &changed.name);
    changed.registration_token = Some(token);
    let courier = Rc::new(Courier::new(world.machine(COURIER).clone(), changed));
    world.hub.connect(COURIER, courier.clone());
    world.get(COURIER, "/health");
    wakes_of(&world, COURIER, &*courier, 380 * DAY);
    let certified = certificate(&world, COURIER);
    let party = world.anchors.verify(&certified, world.now(), Role::Courier);
    assert_eq!(party.unwrap().name, "Hayate Express");
    assert!(certified.not_after() > world.now().plus_seconds(300 * 86_400));
}

#[test]
fn an_alarm_that_the_platform_lost_is_set_again_by_the_next_request() {
    let world = World::new();
    let order = holder(&world).usual_order(&world, &[("sencha-100", 1)]);
    send_order(&world, &order);
    assert!(world.machine(SHOP).database.take_alarm().unwrap().is_some());
    world.run_for(MINUTE);
    assert_eq!(world.alarm(SHOP), None, "nothing brings it back by itself");
    assert_eq!(state(&world, &order), ShopState::Received);
    world.run_for(MINUTE);
    assert_eq!(state(&world, &order), ShopState::Accepted);
}
