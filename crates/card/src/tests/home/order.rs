//! The order of claim 3: the first password, then the session, then the second password. Whatever is left out or comes
//! too early leads to nothing, in both cards.

use tallystick_protocol::home::calls::SessionAskKind;
use tallystick_protocol::home::{AccessAnswer, AccessPurpose, HomeRefusal};

use super::world::{FIRST, SECOND, World};
use crate::host;
use crate::host::CardError;
use crate::host::home::access;

/// The card away wants another step first.
const TOO_EARLY: CardError = CardError::Refused(0x6985);

fn too_early(world: &mut World, apdu: super::world::Apdu) {
    let response = world.away.send(apdu);
    assert_eq!(host::done(&response), Err(TOO_EARLY));
}

#[test]
fn t000_3_the_access_card_leaves_no_step_out() {
    let mut world = World::lent();
    let keys = world.keys.clone();
    let nothing = AccessAnswer { nonce: [1; 32] };
    let order = world.order(300);
    let enter = world.entering();
    let release = SessionAskKind::Release;
    // Nothing has begun.
    too_early(&mut world, access::opening(&keys, &nothing, FIRST));
    too_early(&mut world, access::hello());
    too_early(&mut world, access::ask_release(SECOND));
    // A request to fetch or to stop begins nothing.
    world.request(AccessPurpose::Fetch);
    too_early(&mut world, access::opening(&keys, &nothing, FIRST));
    // The first password before the session with the proxy.
    let answer = world.access().unwrap();
    too_early(&mut world, access::hello());
    too_early(&mut world, access::ask_release(SECOND));
    world.open(&answer, FIRST).unwrap();
    too_early(&mut world, access::opening(&keys, &answer, FIRST));
    too_early(&mut world, access::ask_release(SECOND));
    // The session before the second password.
    world.session();
    too_early(&mut world, access::hello());
    too_early(&mut world, access::ask_enter(&enter));
    too_early(&mut world, access::ask_sign(&order));
    too_early(&mut world, access::answer(release, &[1]));
    world.release(SECOND).unwrap();
    // What opened the home card is used up.
    too_early(&mut world, access::ask_release(SECOND));
    world.enter().unwrap();
    world.sign(&order).unwrap();
    world.end().unwrap();
    too_early(&mut world, access::ask_sign(&order));
    // A new beginning drops all of it.
    world.access().unwrap();
    too_early(&mut world, access::ask_sign(&order));
}

#[test]
fn t000_3_each_wrong_password_costs_a_try_of_its_own_and_the_fifth_blocks() {
    let mut world = World::lent();
    for left in (0..5).rev() {
        let answer = world.access().unwrap();
        let said = world.open(&answer, "not this one");
        assert_eq!(said, Err(HomeRefusal::WrongFirstPassword));
        let view = world.view();
        assert_eq!((view.first_tries, view.second_tries), (left, 5));
    }
    assert!(world.access().is_err());

    let mut world = World::lent();
    for left in (0..5).rev() {
        let answer = world.access().unwrap();
        world.open(&answer, FIRST).unwrap();
        world.session();
        let said = world.release("nor this one");
        assert_eq!(said, Err(HomeRefusal::WrongSecondPassword));
        let view = world.view();
        assert_eq!((view.first_tries, view.second_tries), (5, left));
    }
    assert_eq!(world.access().err(), Some(HomeRefusal::Blocked));
    // The holder sets new ones at home.
    let set_up = host::home::lending::set_up("another first", "another second");
    let keys = host::home::public_keys(&world.home.with_pin(set_up)).unwrap();
    assert_eq!(keys, world.keys);
    let answer = world.access().unwrap();
    assert!(world.open(&answer, FIRST).is_err());
    let answer = world.access().unwrap();
    world.open(&answer, "another first").unwrap();
    world.session();
    world.release("another second").unwrap();
    assert_eq!(world.view().first_tries, 5);
}

#[test]
fn t000_3_a_right_password_gives_its_tries_back() {
    let mut world = World::lent();
    let answer = world.access().unwrap();
    assert!(world.open(&answer, "not this one").is_err());
    world.released();
    let view = world.view();
    assert_eq!((view.first_tries, view.second_tries), (5, 5));
}
