//! All five parties on machines of their own, a clock for everybody, and the network between them.

use std::rc::Rc;

use http::{Request, Response};
use serde_json::Value as Json;
use tallystick_parties::Party;
use tallystick_parties::ca::{self, Ca};
use tallystick_parties::common::settings::{ConsoleAccess, Settings, registration_token};
use tallystick_parties::common::vault::SealingKey;
use tallystick_parties::courier::Courier;
use tallystick_parties::issuer::{Issuer, IssuerConfig};
use tallystick_parties::key_centre::{self, KeyCentre, SpaceDegrees};
use tallystick_parties::native::{Hub, Machine, SetClock, block_on};
use tallystick_parties::shop::{CourierOffer, Shop, ShopConfig};
use tallystick_protocol::certificate::TrustAnchors;
use tallystick_protocol::identifier::{Domain, Role};
use tallystick_protocol::keys::Degrees;
use tallystick_protocol::test_keys::{TEST_KEYS, TestAuthority};
use tallystick_protocol::time::Timestamp;

pub const SHOP: &str = "kiso-tea.localhost";
pub const OTHER_SHOP: &str = "other-tea.localhost";
pub const ISSUER: &str = "asahi-card.localhost";
pub const OTHER_ISSUER: &str = "ume-card.localhost";
pub const COURIER: &str = "hayate.localhost";
pub const OTHER_COURIER: &str = "tsubame.localhost";
pub const CENTRE: &str = "keys.localhost";
pub const CA: &str = "ca.localhost";
pub const ORIGIN: &str = "http://kiso-tea.localhost:8787";
/// 20 November 2026, 10:00 UTC.
pub const START: u64 = 1_795_168_800;
pub const SEALING_KEY: [u8; 32] = [5; 32];
const REGISTRATION_KEY: [u8; 32] = [9; 32];

pub fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

/// Everybody.
pub struct World {
    pub hub: Hub,
    pub clock: SetClock,
    pub machines: Vec<(&'static str, Machine)>,
    pub anchors: TrustAnchors,
    parties_in_a_space: u16,
    offers_a_choice: bool,
    parties: Vec<(&'static str, Running)>,
}

#[derive(Clone)]
enum Running {
    Ca(Rc<Ca<Machine>>),
    Centre(Rc<KeyCentre<Machine>>),
    Shop(Rc<Shop<Machine>>),
    Issuer(Rc<Issuer<Machine>>),
    Courier(Rc<Courier<Machine>>),
}

impl Running {
    fn next_alarm(&self) -> Option<u64> {
        match self {
            Self::Ca(party) => party.next_alarm(),
            Self::Centre(party) => party.next_alarm(),
            Self::Shop(party) => party.next_alarm(),
            Self::Issuer(party) => party.next_alarm(),
            Self::Courier(party) => party.next_alarm(),
        }
    }

    fn wake(&self) {
        match self {
            Self::Ca(party) => block_on(party.wake()),
            Self::Centre(party) => block_on(party.wake()),
            Self::Shop(party) => block_on(party.wake()),
            Self::Issuer(party) => block_on(party.wake()),
            Self::Courier(party) => block_on(party.wake()),
        }
    }
}

/// What somebody between a party and those who ask it does with a request.
pub enum Between {
    /// Passes it on, and the answer back.
    Nothing,
    /// Answers it; the party never hears of it.
    Instead(Response<Vec<u8>>),
    /// Passes it on, and answers something else.
    Afterwards(Response<Vec<u8>>),
}

/// Somebody in between; decides by the path.
struct Middleman {
    party: Running,
    decide: Box<dyn Fn(&str) -> Between>,
}

impl Party for Middleman {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let between = (self.decide)(request.uri().path());
        if let Between::Instead(answer) = between {
            return answer;
        }
        let answer = match &self.party {
            Running::Ca(party) => party.serve(request).await,
            Running::Centre(party) => party.serve(request).await,
            Running::Shop(party) => party.serve(request).await,
            Running::Issuer(party) => party.serve(request).await,
            Running::Courier(party) => party.serve(request).await,
        };
        match between {
            Between::Afterwards(other) => other,
            _ => answer,
        }
    }

    async fn wake(&self) {}

    fn next_alarm(&self) -> Option<u64> {
        None
    }
}

pub fn settings(role: Role, name: &str) -> Settings {
    let own = domain(name);
    let display = match name {
        SHOP => "Kiso Tea & Books",
        ISSUER => "Asahi Card",
        OTHER_ISSUER => "Ume Card",
        COURIER => "Hayate Courier",
        OTHER_COURIER => "Tsubame Express",
        _ => name,
    };
    let sealing_key = SealingKey::new(SEALING_KEY);
    let mut settings = Settings::new(role, own.clone(), display, domain(CA), sealing_key);
    settings.key_centres = vec![domain(CENTRE)];
    settings.registration_token = Some(registration_token(&REGISTRATION_KEY, role, &own, display));
    settings.console = ConsoleAccess::Open;
    settings
}

impl World {
    /// Everybody started, certified and with key shares.
    pub fn new() -> Self {
        Self::with_parties_in_a_space(4)
    }

    /// As [`World::new`], with room for so many parties of a role in one key space.
    pub fn with_parties_in_a_space(parties_in_a_space: u16) -> Self {
        let names = [CA, CENTRE, SHOP, ISSUER, COURIER, OTHER_SHOP];
        Self::of(&names, parties_in_a_space, false)
    }

    /// As [`World::new`], with a second issuer and a second courier to choose from.
    pub fn with_a_choice() -> Self {
        let names = [
            CA,
            CENTRE,
            SHOP,
            ISSUER,
            COURIER,
            OTHER_ISSUER,
            OTHER_COURIER,
        ];
        Self::of(&names, 4, true)
    }

    fn of(names: &[&'static str], parties_in_a_space: u16, offers_a_choice: bool) -> Self {
        let hub = Hub::default();
        let clock = SetClock::at(START * 1000);
        let machines: Vec<_> = names
            .iter()
            .zip(TEST_KEYS)
            .map(|(name, key)| {
                let machine = Machine::new(&hub, name, &clock).unwrap();
                machine.signing.prepare(key);
                (*name, machine)
            })
            .collect();
        // Until the CA has made its root, anything will do: nothing is verified with it.
        let anchors = TestAuthority::new(Timestamp(START)).anchors();
        let mut world = Self {
            hub,
            clock,
            machines,
            anchors,
            parties_in_a_space,
            offers_a_choice,
            parties: Vec::new(),
        };
        for &name in names {
            world.restart(name);
        }
        world.run_for(30_000);
        let root = world.get(CA, "/v1/root.cer");
        world.anchors = TrustAnchors::from_der(&[root.into_body()]).unwrap();
        world
    }

    /// The machine of a party.
    pub fn machine(&self, name: &str) -> &Machine {
        &self
            .machines
            .iter()
            .find(|(own, _)| *own == name)
            .unwrap()
            .1
    }

    /// Starts a party anew over what its machine stored.
    pub fn restart(&mut self, name: &'static str) {
        let machine = self.machine(name).clone();
        let party = match name {
            CA => {
                let mut own = settings(Role::Ca, CA);
                own.registration_token = None;
                own.key_centres = Vec::new();
                let config = ca::Config {
                    settings: own,
                    registration_key: REGISTRATION_KEY.into(),
                };
                let party = Rc::new(Ca::new(machine, config));
                self.hub.connect(name, party.clone());
                Running::Ca(party)
            }
            CENTRE => {
                let degrees = Degrees::new(8, self.parties_in_a_space).unwrap();
                let degrees = SpaceDegrees {
                    shop: degrees,
                    issuer: degrees,
                    courier: degrees,
                };
                let config = key_centre::Config {
                    settings: settings(Role::KeyCentre, CENTRE),
                    degrees,
                };
                let party = Rc::new(KeyCentre::new(machine, config));
                self.hub.connect(name, party.clone());
                Running::Centre(party)
            }
            ISSUER | OTHER_ISSUER => {
                let mut config = IssuerConfig::new(settings(Role::Issuer, name));
                config.opens_accounts = true;
                let party = Rc::new(Issuer::new(machine, config));
                self.hub.connect(name, party.clone());
                Running::Issuer(party)
            }
            COURIER | OTHER_COURIER => {
                let party = Rc::new(Courier::new(machine, settings(Role::Courier, name)));
                self.hub.connect(name, party.clone());
                Running::Courier(party)
            }
            shop => {
                let origin = if shop == SHOP {
                    ORIGIN.to_owned()
                } else {
                    format!("https://{shop}")
                };
                let courier = domain(COURIER);
                let own = settings(Role::Shop, shop);
                let mut config =
                    ShopConfig::new(own, &origin, courier, "Hayate Courier", domain(ISSUER));
                if self.offers_a_choice {
                    config.issuers.push(domain(OTHER_ISSUER));
                    config.couriers.push(CourierOffer {
                        domain: domain(OTHER_COURIER),
                        name: "Tsubame Express".to_owned(),
                        price_minor: 860,
                        days: (0, 1),
                    });
                }
                let party = Rc::new(Shop::new(machine, config));
                self.hub.connect(name, party.clone());
                Running::Shop(party)
            }
        };
        self.parties.retain(|(own, _)| *own != name);
        self.parties.push((name, party));
    }

    /// When the party of that name wants to be woken, by the clock on the wall.
    fn next_alarm(&self, name: &str, party: &Running) -> Option<u64> {
        let off_ms = self.machine(name).clock.off_ms();
        Some(party.next_alarm()?.saturating_add_signed(-off_ms))
    }

    /// Puts the other shop, which is certified under its own name, behind somebody else's domain.
    pub fn connect_instead(&self, of: &str) {
        let other = self
            .parties
            .iter()
            .find(|(name, _)| *name == OTHER_SHOP)
            .unwrap();
        if let Running::Shop(shop) = &other.1 {
            self.hub.connect(of, shop.clone());
        }
    }

    /// Puts somebody in front of a party; [`World::restart`] sends them away again.
    pub fn put_between(&self, of: &str, decide: impl Fn(&str) -> Between + 'static) {
        let party = self.parties.iter().find(|(name, _)| *name == of).unwrap();
        let middleman = Middleman {
            party: party.1.clone(),
            decide: Box::new(decide),
        };
        self.hub.connect(of, Rc::new(middleman));
    }

    /// Lets time pass: whoever has an alarm is woken at its time.
    pub fn run_for(&self, milliseconds: u64) {
        let end = tallystick_parties::ports::Clock::now_ms(&self.clock) + milliseconds;
        for _ in 0..5_000 {
            let now = tallystick_parties::ports::Clock::now_ms(&self.clock);
            let next = self
                .parties
                .iter()
                .filter_map(|(name, party)| Some((self.next_alarm(name, party)?, party)))
                .min_by_key(|(at, _)| *at);
            match next {
                Some((at, party)) if at <= end => {
                    self.clock.set(at.max(now));
                    party.wake();
                }
                _ => {
                    self.clock.set(end);
                    return;
                }
            }
        }
        panic!("the parties never come to rest");
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(tallystick_parties::ports::Clock::now_ms(&self.clock) / 1000)
    }
}

/// The body of an answer as text, for messages of failing tests.
pub fn text(answer: &Response<Vec<u8>>) -> String {
    String::from_utf8_lossy(answer.body()).into_owned()
}

/// The name of the problem that an answer is.
pub fn problem(answer: &Response<Vec<u8>>) -> String {
    let json: Json = serde_json::from_slice(answer.body()).unwrap_or_default();
    json["type"]
        .as_str()
        .unwrap_or_default()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned()
}
