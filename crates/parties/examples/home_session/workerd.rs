//! The same against parties that run elsewhere, such as those on workerd: terminals and homes are here.

use std::io::Write as _;
use std::rc::Rc;
use std::sync::Barrier;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};
use tallystick_protocol::home::agreement::Profile;
use tallystick_protocol::trust::certificate::TrustAnchors;

use super::holder::Holder;
use super::home_end::connect;
use super::home_proxy::ends::{Home, Terminal};
use super::http1::Remote;
use super::native::profile_in;
use super::procedure::{Counted, whole};
use super::station::Used;
use super::world::{CA, CENTRE, HOME_PROXY, ISSUER, SHOP, World};

/// Sessions of one terminal before another one has its turn: a proxy keeps each for a minute after its end.
const OF_TERMINAL: usize = 4;

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// A world whose parties are those at this port.
fn world_at(port: u16) -> World {
    let mut world = World::with_home_proxy();
    for name in [CA, CENTRE, ISSUER, SHOP, HOME_PROXY] {
        world.hub.connect(name, Rc::new(Remote::named(port)));
    }
    world.clock.set(now_ms());
    let root = world.get(CA, "/v1/root.cer");
    world.anchors = TrustAnchors::from_der(&[root.into_body()]).unwrap();
    world
}

/// A terminal and its home, connected.
fn ends<'w>(
    (world, port): (&'w World, u16),
    holder: &Holder,
    used: &Used,
    number: u8,
) -> (Terminal<'w>, Home) {
    let terminal = Terminal::new(world, number);
    let mut home = Home::new(number, &[&terminal]);
    home.register(world);
    let signer = home.signer(world, holder);
    let (path, token) = (home.path("connection"), home.token());
    connect(signer, used.clone(), (HOME_PROXY, port), &path, &token);
    (terminal, home)
}

/// Answers each line of the standard input: `many CLIENTS HOMES` with what so many procedures at a time take, others with
/// a procedure in the profile of that name.
pub fn run(port: u16) {
    let world = world_at(port);
    let holder = Holder::enrol(&world, 1, "Hanako Tanaka", "03-1234-5678");
    let used = Used::default();
    let counted = Counted {
        stations: vec![("home", used.clone())],
        ..Counted::default()
    };
    println!("{}", json!({ "ready": true }));
    let (mut number, mut done) = (0, 0);
    let mut own = None;
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let words: Vec<_> = line.split(' ').collect();
        let answer = if let ["many", clients, homes] = words.as_slice() {
            let (clients, homes) = (clients.parse().unwrap(), homes.parse().unwrap());
            let answer = many((port, &holder), number, clients, homes);
            number += clients * homes;
            answer
        } else {
            if done % OF_TERMINAL == 0 {
                number += 1;
                own = Some(ends((&world, port), &holder, &used, number));
            }
            done += 1;
            world.clock.set(now_ms());
            let (terminal, home) = own.as_mut().unwrap();
            whole((&world, &counted), terminal, home, profile_in(&line))
        };
        println!("{answer}");
        std::io::stdout().flush().unwrap();
    }
}

/// So many clients, each with so many homes of that holder, one session after the other: how long all took together.
fn many((port, holder): (u16, &Holder), before: u8, clients: u8, homes: u8) -> Json {
    let start = Barrier::new(usize::from(clients) + 1);
    let ms = thread::scope(|scope| {
        for client in 0..clients {
            let start = &start;
            scope.spawn(move || {
                let first = before + client * homes + 1;
                one_of_many((port, holder), first..first + homes, start);
            });
        }
        start.wait();
        let began = Instant::now();
        start.wait();
        began.elapsed().as_secs_f64() * 1e3
    });
    json!({ "sessions": usize::from(clients) * usize::from(homes) * OF_TERMINAL, "ms": ms })
}

fn one_of_many((port, holder): (u16, &Holder), numbers: core::ops::Range<u8>, start: &Barrier) {
    let world = world_at(port);
    let (used, counted) = (Used::default(), Counted::default());
    let mut all: Vec<_> = numbers
        .map(|number| ends((&world, port), holder, &used, number))
        .collect();
    start.wait();
    for (terminal, home) in &mut all {
        for _ in 0..OF_TERMINAL {
            world.clock.set(now_ms());
            whole((&world, &counted), terminal, home, Profile::KeyAgreement);
        }
    }
    start.wait();
}
