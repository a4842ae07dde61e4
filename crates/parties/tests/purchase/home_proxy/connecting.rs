//! The connection of the home browser: who may, for how long it may be silent, and which one counts.

use tallystick_parties::ports::Sockets as _;
use tallystick_protocol::home::calls::{HomeConnect, HomeReply};
use tallystick_protocol::wire::cbor::encode;

use super::super::holder::COSE;
use super::super::world::{HOME_PROXY, SHOP, World, domain, problem};
use super::ends::{Home, Terminal};
use super::proxying::holder;

#[test]
fn only_who_shows_the_token_of_the_newest_registration_is_home() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    assert!(
        home.arrive(&world, &holder).is_none(),
        "nobody is registered"
    );
    home.register(&world);
    let line = home.arrive(&world, &holder).unwrap();
    let wrong = HomeConnect {
        home: home.id(),
        token: [0; 32],
    };
    line.say(&encode(&wrong));
    assert!(!line.is_open());
    let line = home.arrive(&world, &holder).unwrap();
    line.say(b"rubbish");
    assert!(!line.is_open());
    let line = home.arrive(&world, &holder).unwrap();
    line.say(&encode(&HomeReply {
        number: 1,
        refusal: None,
        content: Vec::new(),
    }));
    assert!(!line.is_open());
    assert_eq!(problem(&terminal.asks(&home)), "home-not-connected");
    let line = home.connect(&world, &holder);
    assert!(line.is_open());
    assert!(terminal.asks(&home).status().is_success());
}

#[test]
fn who_says_nothing_for_ten_seconds_is_hung_up_on() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let lines: Vec<_> = (0..5).map(|_| home.arrive(&world, &holder)).collect();
    assert!(lines[..4].iter().all(Option::is_some));
    assert!(lines[4].is_none(), "four at a time");
    world.run_for(11_000);
    assert!(lines[..4].iter().flatten().all(|line| !line.is_open()));
    let line = home.connect(&world, &holder);
    world.run_for(60_000);
    assert!(line.is_open(), "who said who it is may be silent");
}

#[test]
fn a_newer_connection_replaces_the_older_one() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let first = home.connect(&world, &holder);
    let second = home.connect(&world, &holder);
    assert!(!first.is_open() && second.is_open());
    assert!(terminal.asks(&home).status().is_success());
    // That the older one is gone is no news about the newer.
    first.hang_up();
    assert!(terminal.asks(&home).status().is_success());
    second.cut();
    assert_eq!(problem(&terminal.asks(&home)), "home-not-connected");
    let connected = "SELECT count(connection) FROM homes";
    assert_eq!(world.number(HOME_PROXY, connected), 0);
}

#[test]
fn a_connection_outlives_the_party_that_it_was_opened_to() {
    let mut world = World::with_home_proxy();
    let holder = holder(&world);
    let keys = Terminal::new(&world, 20).keys;
    let mut home = Home::new(10, &[&Terminal::new(&world, 20)]);
    home.register(&world);
    let line = home.connect(&world, &holder);
    world.restart(HOME_PROXY);
    // The end in this test still speaks to the party of before; the new one hears nothing of it, as of a home that stalls.
    assert!(line.is_open());
    let mut terminal = Terminal::new(&world, 20);
    terminal.keys = keys;
    assert_eq!(problem(&terminal.asks(&home)), "home-not-connected");
    let sockets = &world.machine(HOME_PROXY).sockets;
    assert!(sockets.send("nobody", b"").is_err());
    let line = home.connect(&world, &holder);
    assert!(terminal.asks(&home).status().is_success());
    drop(line);
}

#[test]
fn a_home_registers_itself_alone_and_only_ever_newer() {
    let world = World::with_home_proxy();
    let terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let register = |signed: Vec<u8>| problem(&world.post(HOME_PROXY, "/v1/homes", COSE, signed));
    let mut registration = home.registration(&world);
    let same = home.keys.sign(&registration);
    assert!(register(same.clone()).is_empty(), "once more");
    registration.verifier = [0; 32];
    assert_eq!(register(home.keys.sign(&registration)), "replayed");
    registration.version = 5;
    let forged = terminal.keys.sign(&registration);
    assert_eq!(register(forged), "home-bad-signature");
    assert!(register(home.keys.sign(&registration)).is_empty());
    assert_eq!(register(same), "replayed");
    registration.proxy = domain(SHOP);
    assert_eq!(register(home.keys.sign(&registration)), "wrong-recipient");
    assert_eq!(world.number(HOME_PROXY, "SELECT count(*) FROM homes"), 1);
}
