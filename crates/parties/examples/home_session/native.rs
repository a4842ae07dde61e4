//! Proxy, shop and home on threads of their own, each reached over TCP by a relay.

use std::io::Write as _;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use tallystick_protocol::home::agreement::Profile;
use tallystick_protocol::test_keys::TEST_KEYS;

use super::holder::Holder;
use super::home_end::{framed, listen, next_framed};
use super::home_proxy::ends::{Home, Terminal};
use super::http1::{Line, Remote};
use super::procedure::{Counted, whole};
use super::relay::Relay;
use super::station::{Station, Used};
use super::world::{HOME_PROXY, SHOP, World};

/// Between two procedures, by the clock of all: until then what the one before left has ended.
const PAUSE_MS: u64 = 90_000;

/// Answers each line of the standard input with a procedure. `round_trip` is added to each way; what listens at `beside` is
/// reached by such a way as well.
pub fn run(round_trip: Duration, beside: u16) {
    let world = World::with_home_proxy();
    let holder = Holder::enrol(&world, 1, "Hanako Tanaka", "03-1234-5678");
    let mut terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    let (proxy, shop) = (Station::start(), Station::start());
    let at_shop = shop.listen(SHOP);
    let (at_home, time) = (
        Used::default(),
        Arc::new(AtomicU64::new(world.now().seconds())),
    );
    let signer = home.signer(&world, &holder);
    let ways = vec![
        (
            "terminal-proxy",
            Relay::to(proxy.listen(HOME_PROXY), round_trip),
        ),
        ("proxy-shop", Relay::to(at_shop, round_trip)),
        (
            "proxy-home",
            Relay::to(listen(signer, at_home.clone(), time.clone()), round_trip),
        ),
        ("terminal-shop", Relay::to(at_shop, round_trip)),
        ("beside", Relay::to(beside, round_trip)),
    ];
    let port = |name: &str| ways.iter().find(|(own, _)| *own == name).unwrap().1.port;
    world
        .hub
        .connect(HOME_PROXY, Rc::new(Remote::at(port("terminal-proxy"))));
    world
        .hub
        .connect(SHOP, Rc::new(Remote::at(port("terminal-shop"))));
    shop.run(|world| world.machine(SHOP).signing.prepare(TEST_KEYS[6]));
    home.register(&world);
    let (path, token) = (home.path("connection"), home.token());
    let (to_shop, to_home) = (port("proxy-shop"), port("proxy-home"));
    proxy.run(move |world| {
        world.hub.connect(SHOP, Rc::new(Remote::at(to_shop)));
        connect(world, to_home, &path, &token);
    });
    println!("{}", json!({ "beside": port("beside") }));
    let counted = Counted {
        stations: vec![
            ("proxy", proxy.used.clone()),
            ("home", at_home),
            ("shop", shop.used.clone()),
        ],
        ways,
    };
    for line in std::io::stdin().lines() {
        let profile = profile_in(&line.unwrap());
        let stages = whole((&world, &counted), &mut terminal, &home, profile);
        println!("{stages}");
        std::io::stdout().flush().unwrap();
        world.clock.advance(PAUSE_MS);
        time.store(world.now().seconds(), Ordering::SeqCst);
        for station in [&proxy, &shop] {
            station.run(|world| world.run_for(PAUSE_MS));
        }
    }
}

/// The profile between proxy and shop, by its name.
pub fn profile_in(name: &str) -> Profile {
    match name {
        "rsa-oaep" => Profile::KeyTransport,
        _ => Profile::KeyAgreement,
    }
}

/// Connects a home that is reached at this port. What is asked of it waits for its answer.
fn connect(world: &World, port: u16, path: &str, token: &[u8]) {
    let machine = world.machine(HOME_PROXY);
    let party = Rc::new(world.running(HOME_PROXY));
    let line = core::cell::RefCell::new(Line::to(port));
    let address = format!("https://{HOME_PROXY}{path}");
    let connected = machine.sockets.connect(&party, &address, move |message| {
        let mut line = line.borrow_mut();
        line.say(&framed(message));
        next_framed(&mut line)
    });
    connected.unwrap().say(token);
}
