//! A small world for the tests: CA, key centre and parties in one process.

use std::rc::Rc;

use http::{Method, Request, Response};
use tallystick_parties::Party;
use tallystick_parties::ca::{self, Ca};
use tallystick_parties::key_centre::{self, KeyCentre, SpaceDegrees};
use tallystick_parties::native::{Hub, Machine, SetClock, block_on};
use tallystick_parties::office::Office;
use tallystick_parties::office::fault::Fault;
use tallystick_parties::office::http::{Answer, Incoming, request_to};
use tallystick_parties::office::settings::{ConsoleAccess, Settings, registration_token};
use tallystick_parties::ports::Network;
use tallystick_parties::post::waking::NoDuties;
use tallystick_parties::store::schema::Migration;
use tallystick_parties::store::vault::SealingKey;
use tallystick_protocol::keys::Degrees;
use tallystick_protocol::test_keys::TEST_KEYS;
use tallystick_protocol::wire::identifier::{Domain, Role};

pub const CA: &str = "ca.localhost";
pub const KEYS: &str = "keys.localhost";
pub const START_MS: u64 = 1_790_000_000_000;
const REGISTRATION_KEY: [u8; 32] = [7; 32];

/// Small spaces, so that they fill quickly: 3 holders and 2 parties.
pub const SMALL: SpaceDegrees = {
    let degrees = Degrees {
        holder: 3,
        party: 2,
    };
    SpaceDegrees {
        shop: degrees,
        issuer: degrees,
        courier: degrees,
    }
};

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

/// A party that has nothing but what all parties have.
pub struct Bare {
    pub office: Office<Machine>,
}

const NO_TABLES: &[Migration] = &[];

impl Bare {
    pub fn new(machine: Machine, settings: Settings) -> Self {
        Self {
            office: Office::new(machine, settings, NO_TABLES),
        }
    }
}

impl Party for Bare {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| {
                let answer = self.office.serve_common(request).await?;
                answer.ok_or_else(Fault::not_found)
            })
            .await
    }

    async fn wake(&self) {
        self.office.wake(&NoDuties).await;
    }
}

pub struct World {
    pub hub: Hub,
    pub clock: SetClock,
    keys_made: usize,
}

impl World {
    /// Nothing but a clock and a network.
    pub fn empty() -> Self {
        Self {
            hub: Hub::default(),
            clock: SetClock::at(START_MS),
            keys_made: 0,
        }
    }

    /// CA and key centre with small spaces, not yet started.
    pub fn new() -> Self {
        let mut world = Self::empty();
        world.start_ca();
        world.start_key_centre(SMALL);
        world
    }

    /// A machine whose RSA key is a prepared one, because making one takes a while.
    pub fn machine(&mut self, name: &str) -> Machine {
        let machine = Machine::new(&self.hub, name, &self.clock).unwrap();
        machine
            .signing
            .prepare(TEST_KEYS[self.keys_made % TEST_KEYS.len()]);
        self.keys_made += 1;
        machine
    }

    pub fn settings(role: Role, name: &str) -> Settings {
        let key = SealingKey::new([role.number(); 32]);
        let mut settings = Settings::new(role, domain(name), name, domain(CA), key);
        settings.key_centres = vec![domain(KEYS)];
        settings.registration_token = Some(registration_token(
            &REGISTRATION_KEY,
            role,
            &domain(name),
            name,
        ));
        settings.console = ConsoleAccess::Open;
        settings
    }

    pub fn start_ca(&mut self) -> (Machine, Rc<Ca<Machine>>) {
        let machine = self.machine(CA);
        let ca = Rc::new(Self::ca_over(&machine));
        self.hub.connect(CA, ca.clone());
        (machine, ca)
    }

    pub fn ca_over(machine: &Machine) -> Ca<Machine> {
        let config = ca::Config {
            settings: Self::settings(Role::Ca, CA),
            registration_key: REGISTRATION_KEY.into(),
        };
        Ca::new(machine.clone(), config)
    }

    pub fn start_key_centre(&mut self, degrees: SpaceDegrees) -> (Machine, Rc<KeyCentre<Machine>>) {
        let machine = self.machine(KEYS);
        let centre = Rc::new(Self::key_centre_over(&machine, degrees));
        self.hub.connect(KEYS, centre.clone());
        (machine, centre)
    }

    pub fn key_centre_over(machine: &Machine, degrees: SpaceDegrees) -> KeyCentre<Machine> {
        let settings = Self::settings(Role::KeyCentre, KEYS);
        KeyCentre::new(machine.clone(), key_centre::Config { settings, degrees })
    }

    pub fn start_bare(&mut self, role: Role, name: &str) -> Rc<Bare> {
        let machine = self.machine(name);
        let party = Rc::new(Bare::new(machine, Self::settings(role, name)));
        self.hub.connect(name, party.clone());
        party
    }

    /// Sends a request as somebody outside and waits for the answer.
    pub fn ask(
        &self,
        to: &str,
        method: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
    ) -> Response<Vec<u8>> {
        let (media_type, body) = body.map_or((None, Vec::new()), |(kind, body)| (Some(kind), body));
        let request: Request<Vec<u8>> = request_to(to, method, path, media_type, body).unwrap();
        block_on(self.hub.network("outside").send(request)).unwrap()
    }

    pub fn get(&self, to: &str, path: &str) -> Response<Vec<u8>> {
        self.ask(to, Method::GET, path, None)
    }

    pub fn get_json(&self, to: &str, path: &str) -> serde_json::Value {
        serde_json::from_slice(self.get(to, path).body()).unwrap()
    }

    pub fn post(
        &self,
        to: &str,
        path: &str,
        media_type: &'static str,
        body: Vec<u8>,
    ) -> Response<Vec<u8>> {
        self.ask(to, Method::POST, path, Some((media_type, body)))
    }
}

/// The name of the problem in an answer, or "none".
pub fn problem(answer: &Response<Vec<u8>>) -> &'static str {
    tallystick_parties::office::http::problem_in(answer)
        .map_or("none", |problem| problem.kind.as_str())
}
