//! Stopping everything from a terminal, and terminals that home does not know any more.

use tallystick_protocol::home::calls::HomeCallKind;

use super::super::world::{HOME_PROXY, World, problem};
use super::ends::{Home, Terminal};
use super::proxying::{connected, holder};

#[test]
fn a_stop_drops_all_sessions_and_nobody_is_let_through_until_home_has_heard_it() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut other = Terminal::new(&world, 21);
    let mut home = Home::new(10, &[&terminal, &other]);
    home.register(&world);
    let line = home.connect(&world, &holder);
    let mut session = terminal.released(&home);
    line.hang_up();
    assert_eq!(other.stops(&home).status(), 202, "home is not there");
    let record = session.keys.seal(b"", false).unwrap();
    assert_eq!(
        problem(&terminal.post(&session.path, record)),
        "home-no-session"
    );
    let before = home.calls().len();
    // Home comes back, and hears of it before anything else.
    let _line = home.connect(&world, &holder);
    assert_eq!(home.calls()[before..], [HomeCallKind::Stop]);
    assert!(terminal.asks(&home).status().is_success());
    assert_eq!(terminal.stops(&home).status(), 204);
    assert_eq!(
        world.number(HOME_PROXY, "SELECT count(*) FROM home_sessions"),
        0
    );
}

#[test]
fn while_home_does_not_take_the_stop_nothing_else_is_asked_of_it() {
    let world = World::with_home_proxy();
    let (mut terminal, home, _line) = connected(&world);
    home.card.borrow_mut().refuses = Some(tallystick_protocol::home::HomeRefusal::Locked);
    assert_eq!(terminal.stops(&home).status(), 202);
    assert_eq!(problem(&terminal.asks(&home)), "home-locked");
    assert!(home.calls().iter().all(|kind| *kind == HomeCallKind::Stop));
    home.card.borrow_mut().refuses = None;
    assert!(terminal.asks(&home).status().is_success());
}

#[test]
fn a_terminal_that_home_revokes_is_let_through_no_more_at_once() {
    let world = World::with_home_proxy();
    let (mut terminal, mut home, _line) = connected(&world);
    let mut session = terminal.released(&home);
    home.revoke_all(&world);
    let record = session.keys.seal(b"", false).unwrap();
    assert_eq!(
        problem(&terminal.post(&session.path, record)),
        "home-no-session"
    );
    assert_eq!(problem(&terminal.asks(&home)), "home-unknown");
    assert_eq!(problem(&terminal.stops(&home)), "home-unknown");
}
