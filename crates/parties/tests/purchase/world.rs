//! All five parties on machines of their own, a clock for everybody, and the network between them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use serde_json::Value as Json;
use tallystick_parties::Party;
use tallystick_parties::native::{Hub, Machine, SetClock, block_on};
use tallystick_parties::office::place::Shards;
use tallystick_parties::ports::{Clock as _, Tables as _, Value};
use tallystick_protocol::bank::FeeOption;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::test_keys::{TEST_KEYS, TestAuthority};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::time::Timestamp;
#[allow(
    unused_imports,
    reason = "what is not used by these tests is used by others"
)]
pub use tallystick_simulation::cast::{
    AUTHORITY, BANK, BANK_SHARDS, CA, CENTRE, COUPON_SHARDS, COUPONS, COURIER, COURIER_SHARDS,
    DIRECTORY, HOME_PROXY, ISSUER, ISSUER_SHARDS, ORIGIN, OTHER_COURIER, OTHER_ISSUER, OTHER_SHOP,
    SEALING_KEY, SECURITY, SETTLEMENT, SHOP, SHOP_SHARDS, SHOP_STOCK, START, domain, settings,
};
use tallystick_simulation::cast::{Cast, NAMES, Running, party_of, place_of, purse_key_token};

/// What everybody had stored once all were certified and had key shares. To come so far takes longer than most tests.
struct SetUp {
    names: Vec<&'static str>,
    cast: Cast,
    at_ms: u64,
    /// The databases, in the order of the names.
    stored: Vec<Vec<u8>>,
}

/// Once for everybody who takes part, as they are set up.
static SET_UP: Mutex<Vec<Arc<SetUp>>> = Mutex::new(Vec::new());

/// Everybody.
pub struct World {
    pub hub: Hub,
    pub clock: SetClock,
    pub machines: Vec<(&'static str, Machine)>,
    pub anchors: TrustAnchors,
    cast: Cast,
    /// The epoch of key shares in which who is started from now on runs.
    epoch: Cell<u32>,
    parties: RefCell<Vec<(&'static str, Running<Machine>)>>,
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
    party: Running<Machine>,
    decide: Box<dyn Fn(&str) -> Between>,
}

impl Party for Middleman {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let between = (self.decide)(request.uri().path());
        if let Between::Instead(answer) = between {
            return answer;
        }
        let answer = self.party.serve(request).await;
        match between {
            Between::Afterwards(other) => other,
            _ => answer,
        }
    }

    async fn wake(&self) {}
}

impl World {
    /// Everybody started, certified and with key shares.
    pub fn new() -> Self {
        Self::with_parties_in_a_space(Cast::default().parties_in_a_space)
    }

    /// As [`World::new`], with room for so many parties of a role in one key space.
    pub fn with_parties_in_a_space(parties_in_a_space: u16) -> Self {
        let cast = Cast {
            parties_in_a_space,
            ..Cast::default()
        };
        Self::of(&NAMES, cast)
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
        let cast = Cast {
            offers_a_choice: true,
            ..Cast::default()
        };
        Self::of(&names, cast)
    }

    /// As [`World::new`], with a directory by whose list everybody looks up revoked certificates, and with a
    /// second courier to choose from.
    #[allow(dead_code, reason = "the wallet's tests have none")]
    pub fn with_directory() -> Self {
        let names = [CA, CENTRE, SHOP, ISSUER, COURIER, DIRECTORY, OTHER_COURIER];
        let cast = Cast {
            has_directory: true,
            offers_a_choice: true,
            ..Cast::default()
        };
        Self::of(&names, cast)
    }

    /// As [`World::new`], with a home proxy.
    #[allow(dead_code, reason = "not all tests have one")]
    pub fn with_home_proxy() -> Self {
        let names = [CA, CENTRE, SHOP, ISSUER, COURIER, HOME_PROXY];
        Self::of(&names, Cast::default())
    }

    /// As [`World::with_home_proxy`], with another shop and room for so many parties of a role in one key space.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn with_home_proxy_and_spaces_of(parties_in_a_space: u16) -> Self {
        let cast = Cast {
            parties_in_a_space,
            ..Cast::default()
        };
        let names = [CA, CENTRE, SHOP, ISSUER, COURIER, OTHER_SHOP, HOME_PROXY];
        Self::of(&names, cast)
    }

    /// As [`World::with_home_proxy`], with a bank whose accounts and purses the shop takes, and its registration authority.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn with_home_proxy_and_bank() -> Self {
        let cast = Cast {
            takes_the_bank: true,
            instruments: &[
                Instrument::CardAccount,
                Instrument::BankAccount,
                Instrument::Purse,
            ],
            purse_key_token: purse_key_token(),
            ..Cast::default()
        };
        let names = [
            CA, CENTRE, SHOP, ISSUER, COURIER, BANK, AUTHORITY, HOME_PROXY,
        ];
        Self::of(&names, cast)
    }

    /// A directory opens, and everybody's operator names it.
    #[allow(dead_code, reason = "the wallet's tests have none")]
    pub fn open_directory(&mut self) {
        let machine = Machine::new(&self.hub, DIRECTORY, &self.clock).unwrap();
        machine.signing.prepare(TEST_KEYS[5]);
        self.machines.push((DIRECTORY, machine));
        self.cast.has_directory = true;
        for name in [DIRECTORY, CA, CENTRE, SHOP, ISSUER, COURIER] {
            self.restart(name);
        }
        self.run_for(30_000);
    }

    /// As [`World::new`], with a shop that can be paid with these.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn that_takes(instruments: &'static [Instrument]) -> Self {
        let cast = Cast {
            instruments,
            ..Cast::default()
        };
        Self::of(&NAMES, cast)
    }

    /// As [`World::new`], with a bank whose accounts and purses the shop takes, and with a directory if the cast has one.
    #[allow(dead_code, reason = "the bank's and the wallet's tests use it")]
    pub fn with_bank(cast: Cast) -> Self {
        let cast = Cast {
            takes_the_bank: true,
            instruments: &[
                Instrument::CardAccount,
                Instrument::BankAccount,
                Instrument::Purse,
            ],
            ..cast
        };
        let mut names = vec![CA, CENTRE, SHOP, ISSUER, COURIER, BANK];
        names.extend(cast.has_directory.then_some(DIRECTORY));
        Self::of(&names, cast)
    }

    /// As [`World::with_bank`], with a registration authority and a certification authority that certifies the
    /// bank's key for purses.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn with_authority() -> Self {
        Self::with_authority_of(Cast::default())
    }

    /// As [`World::with_authority`], with a directory if the cast has one.
    #[allow(dead_code, reason = "the bank's and the wallet's tests use it")]
    pub fn with_authority_of(cast: Cast) -> Self {
        let cast = Cast {
            takes_the_bank: true,
            instruments: &[
                Instrument::CardAccount,
                Instrument::BankAccount,
                Instrument::Purse,
            ],
            purse_key_token: purse_key_token(),
            ..cast
        };
        let mut names = vec![CA, CENTRE, SHOP, ISSUER, COURIER, BANK, AUTHORITY];
        names.extend(cast.has_directory.then_some(DIRECTORY));
        Self::of(&names, cast)
    }

    /// As [`World::with_authority`], with a bank that came first into a key space with room for one: who comes later has
    /// shares of the next.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn with_a_bank_in_a_full_space() -> Self {
        let cast = Cast {
            takes_the_bank: true,
            purse_key_token: purse_key_token(),
            parties_in_a_space: 1,
            ..Cast::default()
        };
        let names = [CA, CENTRE, BANK, SHOP, ISSUER, COURIER, AUTHORITY];
        Self::of(&names, cast)
    }

    /// A coupon office, with whoever it needs around it, and a shop.
    #[allow(dead_code, reason = "the coupon office's tests use it")]
    pub fn with_coupons(cast: Cast) -> Self {
        Self::of(&[CA, CENTRE, SHOP, COURIER, COUPONS], cast)
    }

    /// As [`World::with_coupons`], with a card issuer, and a shop that takes coupons.
    #[allow(
        dead_code,
        reason = "the coupon office's and the wallet's tests use it"
    )]
    pub fn with_coupons_at_the_checkout(cast: Cast) -> Self {
        let cast = Cast {
            takes_coupons: true,
            ..cast
        };
        Self::of(&[CA, CENTRE, SHOP, COURIER, COUPONS, ISSUER], cast)
    }

    /// As [`World::with_coupons_at_the_checkout`], with a shop that takes nothing else.
    #[allow(
        dead_code,
        reason = "the coupon office's and the wallet's tests use it"
    )]
    pub fn with_coupons_alone() -> Self {
        let cast = Cast {
            takes_coupons: true,
            takes_cards: false,
            ..Cast::default()
        };
        Self::of(&[CA, CENTRE, SHOP, COURIER, COUPONS, ISSUER], cast)
    }

    /// A card issuer, a bank and a coupon office, whose coupons the shop takes or not.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn with_coupons_and_bank(takes_coupons: bool) -> Self {
        let cast = Cast {
            takes_the_bank: true,
            takes_coupons,
            instruments: &[
                Instrument::CardAccount,
                Instrument::BankAccount,
                Instrument::Purse,
            ],
            purse_key_token: purse_key_token(),
            ..Cast::default()
        };
        let names = [CA, CENTRE, SHOP, ISSUER, COURIER, BANK, AUTHORITY, COUPONS];
        Self::of(&names, cast)
    }

    /// As [`World::with_coupons`], with an office that came first into a key space with room for one: who comes later has
    /// shares of the next.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn with_coupons_in_a_full_space() -> Self {
        let cast = Cast {
            parties_in_a_space: 1,
            ..Cast::default()
        };
        Self::of(&[CA, CENTRE, COUPONS, ISSUER, SHOP, COURIER], cast)
    }

    /// The front of settlement with contactless cards and its security server, and a shop that takes such cards.
    #[allow(dead_code, reason = "the tests of settlement use it")]
    pub fn with_settlement(cast: Cast) -> Self {
        let cast = Cast {
            takes_contactless: true,
            ..cast
        };
        let names = [CA, CENTRE, SHOP, COURIER, SETTLEMENT, SECURITY, OTHER_SHOP];
        Self::of(&names, cast)
    }

    /// The coupon office's operator spreads it over so many shards.
    #[allow(dead_code, reason = "the coupon office's tests use it")]
    pub fn spread_coupons(&mut self, shards: u16) {
        self.cast.coupon_shards = Shards::new(shards).unwrap();
        self.spread(COUPONS);
    }

    /// The bank's operator spreads it over so many shards.
    #[allow(dead_code, reason = "the bank's and the wallet's tests use it")]
    pub fn spread_bank(&mut self, shards: u16) {
        self.cast.bank_shards = Shards::new(shards).unwrap();
        self.spread(BANK);
    }

    /// The bank's operator sets other fees, in yen, and it starts anew.
    #[allow(dead_code, reason = "the bank's tests use it")]
    pub fn set_fees(&mut self, fees: &'static [(FeeOption, u64)]) {
        self.cast.fees = fees;
        for name in self.cast.objects(BANK) {
            self.restart(name);
        }
    }

    /// Those of these names alone, started, certified and with key shares.
    pub fn of(names: &[&'static str], cast: Cast) -> Self {
        let mut world = Self::of_machines(names, cast);
        let before = SET_UP
            .lock()
            .unwrap()
            .iter()
            .find(|before| before.names == names && before.cast == cast)
            .cloned();
        match before {
            Some(before) => world.take_up(&before),
            None => world.set_up(names),
        }
        let root = world.get(CA, "/v1/root.cer");
        world.anchors = TrustAnchors::from_der(&[root.into_body()]).unwrap();
        world
    }

    /// Nobody is started yet.
    fn of_machines(names: &[&'static str], cast: Cast) -> Self {
        let hub = Hub::default();
        let clock = SetClock::at(START * 1000);
        let machine = |name: &&'static str| (*name, Machine::new(&hub, name, &clock).unwrap());
        let machines = names.iter().map(machine).collect();
        Self {
            machines,
            hub,
            clock,
            // Until the CA has made its root, anything will do: nothing is verified with it.
            anchors: TestAuthority::new(Timestamp(START)).anchors(),
            cast,
            epoch: Cell::new(cast.epoch),
            parties: RefCell::default(),
        }
    }

    /// Everybody starts for the first time.
    fn set_up(&mut self, names: &[&'static str]) {
        for ((_, machine), key) in self.machines.iter().zip(TEST_KEYS) {
            machine.signing.prepare(key);
        }
        for &name in names {
            self.restart(name);
        }
        self.run_for(30_000);
        let stored = self
            .machines
            .iter()
            .map(|(_, machine)| machine.database.bytes().unwrap());
        let done = SetUp {
            names: names.to_vec(),
            cast: self.cast,
            at_ms: self.clock.now_ms(),
            stored: stored.collect(),
        };
        SET_UP.lock().unwrap().push(Arc::new(done));
    }

    /// Everybody starts again over what was stored then.
    fn take_up(&mut self, before: &SetUp) {
        self.clock.set(before.at_ms);
        for ((name, machine), stored) in self.machines.iter().zip(&before.stored) {
            machine.database.restore(stored).unwrap();
            // What was drawn then is not drawn again.
            machine.random.reseed(&format!("{name}, set up"));
        }
        for &name in &before.names {
            self.restart(name);
        }
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
        self.start(name);
    }

    fn start(&self, name: &'static str) {
        let machine = self.machine(name).clone();
        let cast = Cast {
            epoch: self.epoch.get(),
            ..self.cast
        };
        let is_new = machine.database.alarm().unwrap().is_none();
        let party = cast.start(machine, name);
        self.hub
            .connect_at(party_of(name), place_of(name), Rc::new(party.clone()));
        let mut parties = self.parties.borrow_mut();
        parties.retain(|(own, _)| *own != name);
        parties.push((name, party));
        let machine = self.machine(name);
        if is_new {
            // As its first request would.
            machine.database.set_alarm(machine.clock.now_ms()).unwrap();
        }
    }

    /// The party's operator raises its generation, and it starts anew.
    #[allow(dead_code, reason = "the orders' tests use it")]
    pub fn enter_generation(&mut self, name: &'static str, generation: u32) {
        self.cast.restored = Some((name, generation));
        self.restart(name);
        self.get(name, "/health");
    }

    /// The platform makes a party's memory what it was when these bytes were read, and starts it anew.
    #[allow(dead_code, reason = "the orders' tests use it")]
    pub fn bring_back(&self, name: &'static str, bytes: &[u8]) {
        self.machine(name).database.restore(bytes).unwrap();
        self.start(name);
        self.get(name, "/health");
    }

    /// As [`World::new`], where this party's operator has raised its generation.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn in_generation(name: &'static str, generation: u32) -> Self {
        let cast = Cast {
            restored: Some((name, generation)),
            ..Cast::default()
        };
        Self::of(&NAMES, cast)
    }

    /// As [`World::bring_back`], to a moment before its present generation had begun.
    #[allow(dead_code, reason = "the wallet's tests use it")]
    pub fn bring_back_frozen(&self, name: &'static str, bytes: &[u8]) {
        let database = &self.machine(name).database;
        database.restore(bytes).unwrap();
        for table in ["generations", "generation_peers"] {
            database.run(&format!("DELETE FROM {table}"), &[]).unwrap();
        }
        self.start(name);
        self.get(name, "/health");
    }

    /// The operators of these parties raise the epoch of key shares, one after the other.
    #[allow(dead_code, reason = "the orders' tests use it")]
    pub fn enter_epoch(&self, epoch: u32, names: &[&'static str]) {
        self.epoch.set(epoch);
        for name in names {
            for object in self.cast.objects(name) {
                self.start(object);
            }
            // Who is not asked stays asleep.
            let health = Request::get(format!("https://{name}/health"));
            let health = health.body(Vec::new()).unwrap();
            block_on(self.running(name).serve(health));
            self.run_for(2_000);
        }
    }

    /// These parties are here and no others, and nobody has asked for another one either.
    #[allow(dead_code, reason = "not all tests ask it")]
    pub fn require_only(&self, names: &[&str]) {
        let mut names = names.to_vec();
        names.sort_unstable();
        assert_eq!(self.hub.domains(), names);
        assert_eq!(self.hub.missed(), [""; 0]);
    }

    /// As [`World::restart`], for whoever else holds on to the world: what the party had in memory is gone.
    pub fn start_anew(&self, name: &'static str) {
        let party = self.cast.start(self.machine(name).clone(), name);
        self.hub
            .connect_at(party_of(name), place_of(name), Rc::new(party));
    }

    /// The courier's operator spreads it over so many shards.
    pub fn spread_courier(&mut self, shards: u16) {
        self.cast.shards = Shards::new(shards).unwrap();
        self.spread(COURIER);
    }

    /// The shop's operator spreads it over so many shards.
    pub fn spread_shop(&mut self, shards: u16) {
        self.cast.shop_shards = Shards::new(shards).unwrap();
        self.spread(SHOP);
    }

    /// The issuer's operator spreads it over so many shards.
    pub fn spread_issuer(&mut self, shards: u16) {
        self.cast.issuer_shards = Shards::new(shards).unwrap();
        self.spread(ISSUER);
    }

    fn spread(&mut self, party: &'static str) {
        let (role, shards) = self.cast.spread(party);
        for name in self.cast.objects(party) {
            if !self.machines.iter().any(|(own, _)| *own == name) {
                let at = (party_of(name), place_of(name));
                let machine = Machine::at(&self.hub, at.0, at.1, &self.clock).unwrap();
                self.machines.push((name, machine));
            }
            self.restart(name);
        }
        self.hub
            .spread(party, role, shards, self.cast.handles(role, party));
        self.run_for(5_000);
    }

    /// Everybody's operator sets these sealing keys, the present one and the one of before, and everybody starts anew.
    #[allow(dead_code, reason = "not all tests change it")]
    pub fn set_sealing_keys(&mut self, present: [u8; 32], before: Option<[u8; 32]>) {
        self.set_some_sealing_keys(present, before, |_| true);
    }

    /// The same, but only some start anew: the others have not heard of it yet.
    #[allow(dead_code, reason = "not all tests change it")]
    pub fn set_some_sealing_keys(
        &mut self,
        present: [u8; 32],
        before: Option<[u8; 32]>,
        hears: impl Fn(&str) -> bool,
    ) {
        self.cast.sealing_key = present;
        self.cast.sealing_key_before = before;
        let names: Vec<_> = self.machines.iter().map(|(name, _)| *name).collect();
        for name in names.into_iter().filter(|name| hears(name)) {
            self.restart(name);
            // Who is not asked stays asleep.
            let machine = self.machine(name);
            machine.database.set_alarm(machine.clock.now_ms()).unwrap();
        }
        for party in [COURIER, SHOP, ISSUER, BANK, COUPONS] {
            let (role, shards) = self.cast.spread(party);
            if !shards.is_none() {
                let handles = self.cast.handles(role, party);
                self.hub.spread(party, role, shards, handles);
            }
        }
    }

    /// Everybody's operator changes the sealing key, and takes the one of before away once nothing wants it. Where values
    /// are that name their key: "party table.column".
    #[allow(dead_code, reason = "not all tests change it")]
    pub fn change_sealing_key(&mut self) -> BTreeSet<String> {
        let before = self.cast.sealing_key;
        let present = before.map(|byte| byte ^ 0x5a);
        self.set_sealing_keys(present, Some(before));
        self.run_for(30_000);
        let places = self.require_resealed();
        self.set_sealing_keys(present, None);
        self.run_for(2_000);
        places
    }

    /// Requires that whatever names a sealing key anywhere, in all tables of everybody, names the present one, and that
    /// everybody says so. Where such values are: "party table.column".
    #[allow(dead_code, reason = "not all tests change it")]
    pub fn require_resealed(&self) -> BTreeSet<String> {
        let mut places = BTreeSet::new();
        for (name, machine) in &self.machines {
            let present = "SELECT key_id FROM resealing WHERE done_at IS NOT NULL";
            let present = machine.database.run(present, &[]).unwrap();
            let present = present.first().map(|row| row.blob(0).unwrap().to_vec());
            let present = present.unwrap_or_else(|| panic!("{name} has not come to an end"));
            for (place, named) in keys_named_in(machine) {
                assert_eq!(named, present, "{name} {place}");
                places.insert(format!("{name} {place}"));
            }
        }
        places
    }

    /// For when the alarm of the party of that name is set, by the clock on the wall.
    pub fn alarm(&self, name: &str) -> Option<u64> {
        let machine = self.machine(name);
        let off_ms = machine.clock.off_ms();
        let at_ms = machine.database.alarm().unwrap()?;
        Some(at_ms.saturating_add_signed(-off_ms))
    }

    /// The party of that name.
    pub fn running(&self, name: &str) -> Running<Machine> {
        let parties = self.parties.borrow();
        let party = parties.iter().find(|(own, _)| *own == name);
        party.unwrap().1.clone()
    }

    /// Puts the other shop, which is certified under its own name, behind somebody else's domain.
    pub fn connect_instead(&self, of: &str) {
        self.hub.connect(of, Rc::new(self.running(OTHER_SHOP)));
    }

    /// Puts somebody in front of a party; [`World::restart`] sends them away again.
    pub fn put_between(&self, of: &str, decide: impl Fn(&str) -> Between + 'static) {
        let middleman = Middleman {
            party: self.running(of),
            decide: Box::new(decide),
        };
        self.hub.connect(of, Rc::new(middleman));
    }

    /// Sends away whoever stands in front of a party.
    pub fn connect_again(&self, of: &str) {
        self.hub.connect(of, Rc::new(self.running(of)));
    }

    /// Lets time pass: whoever has an alarm is woken at its time.
    pub fn run_for(&self, milliseconds: u64) {
        let end = self.clock.now_ms() + milliseconds;
        for _ in 0..5_000 {
            let now = self.clock.now_ms();
            let names: Vec<_> = self
                .parties
                .borrow()
                .iter()
                .map(|(name, _)| *name)
                .collect();
            let next = names
                .into_iter()
                .filter_map(|name| Some((self.alarm(name)?, name)))
                .min_by_key(|(at, _)| *at);
            match next {
                Some((at, name)) if at <= end => {
                    self.clock.set(at.max(now));
                    self.machine(name).database.take_alarm().unwrap();
                    block_on(self.running(name).wake());
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
        Timestamp(self.clock.now_ms() / 1000)
    }
}

/// Every key that a value in some table names, with the place: "table.column".
#[allow(dead_code, reason = "not all tests change it")]
pub fn keys_named_in(machine: &Machine) -> Vec<(String, Vec<u8>)> {
    let run = |sql: &str| machine.database.run(sql, &[]).unwrap();
    let mut found = Vec::new();
    for table in run("SELECT name FROM sqlite_master WHERE type = 'table'") {
        let table = table.text(0).unwrap();
        let columns = run(&format!("SELECT name FROM pragma_table_info('{table}')"));
        for row in run(&format!("SELECT * FROM {table}")) {
            for (column, value) in columns.iter().zip(&row.0) {
                let Value::Blob(bytes) = value else { continue };
                let place = format!("{table}.{}", column.text(0).unwrap());
                let heads = bytes.windows(12).filter(|head| head.starts_with(b"TSK1"));
                found.extend(heads.map(|head| (place.clone(), head[4..].to_vec())));
            }
        }
    }
    found
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
