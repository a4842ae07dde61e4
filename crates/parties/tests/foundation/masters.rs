//! Masters: several centres, the demo's size, restarts.

use std::rc::Rc;

use tallystick_parties::Party;
use tallystick_parties::key_centre::{self, KeyCentre, SpaceDegrees};
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::account::HolderShareRequest;
use tallystick_protocol::keys::{HolderShare, PairContext, Purpose, Suite, party_point};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use crate::holders::{ISSUER, SHOP, answer_in, holder, ready, request, share_in, ticket};
use crate::support::{Bare, KEYS, World};

#[test]
fn shares_of_two_centres_add_up_to_one_key() {
    const SECOND: &str = "keys-2.localhost";
    let mut world = World::new();
    let both = vec![crate::support::domain(KEYS), crate::support::domain(SECOND)];
    for (role, name) in [(Role::KeyCentre, KEYS), (Role::KeyCentre, SECOND)] {
        let machine = world.machine(name);
        let mut settings = World::settings(role, name);
        settings.key_centres.clone_from(&both);
        let config = key_centre::Config {
            settings,
            degrees: crate::support::SMALL,
        };
        world
            .hub
            .connect(name, Rc::new(KeyCentre::new(machine, config)));
    }
    let [issuer, shop] = [(Role::Issuer, ISSUER), (Role::Shop, SHOP)].map(|(role, name)| {
        let machine = world.machine(name);
        let mut settings = World::settings(role, name);
        settings.key_centres.clone_from(&both);
        let party = Rc::new(Bare::new(machine, settings));
        world.hub.connect(name, party.clone());
        block_on(party.office.bootstrap()).unwrap();
        party
    });

    let holder = holder(1);
    let ticket = block_on(issuer.office.say(&ticket(&issuer, &holder))).unwrap();
    let mut sum: Option<HolderShare> = None;
    let mut context = None;
    for centre in [KEYS, SECOND] {
        let request = HolderShareRequest {
            ticket: ticket.clone(),
            role: Role::Shop,
            space: Some(0),
        };
        let path = "/v1/holder-shares";
        let answer = answer_in(
            &shop,
            &world.post(centre, path, "application/cbor", encode(&request)),
        );
        let share = share_in(&holder, &answer);
        sum = Some(sum.map_or(share.clone(), |sum| sum.add(&share).unwrap()));
        context = Some(answer.share.context().clone());
    }
    let pair = PairContext {
        suite: Suite::NamesOnly,
        key: context.unwrap(),
        holder: holder.id,
        role: Role::Shop,
        party: shop.office.settings.domain.clone(),
    };
    let point = party_point(&pair.party, &pair.key).unwrap();
    let of_holder = sum
        .unwrap()
        .pairwise(&point)
        .derive(&pair, Purpose::OrderPart, &[9; 32]);
    let of_party = shop
        .office
        .pairwise(&pair, Purpose::OrderPart, &[9; 32])
        .unwrap();
    assert_eq!(of_holder.unwrap(), of_party);
}

#[test]
fn a_space_of_the_demos_size_serves_a_shop_and_a_holder() {
    let mut world = World::empty();
    world.start_ca();
    world.start_key_centre(SpaceDegrees::DEMO);
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let shop = ready(&mut world, Role::Shop, SHOP);
    let answer = answer_in(&shop, &request(&world, &issuer, &holder(1), Some(0)));
    assert_eq!(answer.share.ciphertext.len(), 65 * 32 + 16);
    share_in(&holder(1), &answer);
}

#[test]
fn the_key_centre_draws_its_masters_when_woken_and_then_rests() {
    let mut world = World::empty();
    world.start_ca();
    let (machine, centre) = world.start_key_centre(crate::support::SMALL);
    let mut wakes = 0;
    block_on(centre.wake());
    let soon = |at: Option<u64>| at.is_some_and(|at| at <= world.clock.now_ms() + 1);
    while soon(machine.database.alarm().unwrap()) && wakes < 20 {
        world.clock.advance(1);
        block_on(centre.wake());
        wakes += 1;
    }
    assert!((1..20).contains(&wakes));
    let writes = machine.database.writes();
    block_on(centre.wake());
    assert_eq!(machine.database.writes(), writes);
}

#[test]
fn masters_survive_a_restart() {
    let mut world = World::empty();
    world.start_ca();
    let (machine, _) = world.start_key_centre(crate::support::SMALL);
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let holder = holder(1);
    let before = share_in(
        &holder,
        &answer_in(&issuer, &request(&world, &issuer, &holder, None)),
    );
    world.hub.connect(
        KEYS,
        Rc::new(World::key_centre_over(&machine, crate::support::SMALL)),
    );
    let after = share_in(
        &holder,
        &answer_in(&issuer, &request(&world, &issuer, &holder, None)),
    );
    assert_eq!(before, after);
}
