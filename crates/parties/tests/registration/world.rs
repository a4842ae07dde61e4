//! CA, key centre, bank and registration authority in one process.

use std::rc::Rc;

use http::{Method, Response};
use tallystick_parties::Party;
use tallystick_parties::ca::{self, Ca};
use tallystick_parties::directory::Directory;
use tallystick_parties::key_centre::{self, KeyCentre, SpaceDegrees};
use tallystick_parties::native::{Hub, Machine, SetClock, block_on};
use tallystick_parties::office::Office;
use tallystick_parties::office::fault::Fault;
use tallystick_parties::office::http::{CBOR, COSE, request_to};
use tallystick_parties::office::settings::{ConsoleAccess, Settings, registration_token};
use tallystick_parties::ports::{Network, Tables as _};
use tallystick_parties::registration_authority::{RegistrationAuthority, RegistrationConfig};
use tallystick_parties::store::vault::SealingKey;
use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::bank::Registration;
use tallystick_protocol::keys::Degrees;
use tallystick_protocol::test_keys::TEST_KEYS;
use tallystick_protocol::trust::certificate::revocation::RevocationList;
use tallystick_protocol::wire::cbor::{Message, decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::Currency;

use crate::bank::Bank;

pub const CA: &str = "ca.localhost";
pub const KEYS: &str = "keys.localhost";
pub const RA: &str = "register.localhost";
pub const BANK: &str = "midori-bank.localhost";
pub const OTHER_BANK: &str = "other-bank.localhost";
const START_MS: u64 = 1_790_000_000_000;
const REGISTRATION_KEY: [u8; 32] = [7; 32];

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

/// The token of `role` at a domain that is its own name.
pub fn token(role: Role, name: &str) -> [u8; 32] {
    registration_token(&REGISTRATION_KEY, role, &domain(name), name)
}

const DIRECTORY: &str = "directory.localhost";

pub struct World {
    pub hub: Hub,
    pub clock: SetClock,
    pub bank: Rc<Bank>,
    pub ra: Machine,
    keys_made: usize,
    has_directory: bool,
    ca: Rc<Ca<Machine>>,
    ca_machine: Machine,
}

impl World {
    pub fn new() -> Self {
        Self::of(false)
    }

    /// As [`World::new`], and Hanako's account is opened.
    pub fn registered() -> Self {
        let world = Self::new();
        assert_eq!(world.register(&hanako()).status(), 200);
        world
    }

    /// As [`World::new`], with a directory by whose list everybody looks up revoked certificates.
    pub fn with_directory() -> Self {
        Self::of(true)
    }

    fn of(has_directory: bool) -> Self {
        let settings = |role, name| settings(role, name, has_directory);
        let (hub, clock) = (Hub::default(), SetClock::at(START_MS));
        let mut keys_made = 0;
        let mut machine = |name: &str| {
            let machine = Machine::new(&hub, name, &clock).unwrap();
            machine.signing.prepare(TEST_KEYS[keys_made]);
            keys_made += 1;
            machine
        };
        let ca_machine = machine(CA);
        let ca = Ca::new(
            ca_machine.clone(),
            ca::Config {
                settings: settings(Role::Ca, CA),
                registration_key: REGISTRATION_KEY.into(),
            },
        );
        let ca = Rc::new(ca);
        hub.connect(CA, ca.clone());
        if has_directory {
            let directory =
                Directory::new(machine(DIRECTORY), settings(Role::Directory, DIRECTORY));
            hub.connect(DIRECTORY, Rc::new(directory));
            block_on(ca.wake());
        }
        let degrees = Degrees {
            holder: 3,
            party: 4,
        };
        let degrees = SpaceDegrees {
            shop: degrees,
            issuer: degrees,
            courier: degrees,
        };
        let settings_of_keys = settings(Role::KeyCentre, KEYS);
        let centre = KeyCentre::new(
            machine(KEYS),
            key_centre::Config {
                settings: settings_of_keys,
                degrees,
            },
        );
        hub.connect(KEYS, Rc::new(centre));
        let bank = Rc::new(Bank::new(machine(BANK), settings(Role::Issuer, BANK)));
        hub.connect(BANK, bank.clone());
        let ra = machine(RA);
        let world = Self {
            hub,
            clock,
            bank,
            ra,
            keys_made,
            has_directory,
            ca,
            ca_machine,
        };
        block_on(world.bank.office.bootstrap()).unwrap();
        block_on(world.restart()).unwrap();
        world.certify_bank_key();
        world
    }

    /// The registration authority anew, over what it stored.
    pub async fn restart(&self) -> Result<(), Fault> {
        self.ra.database.mend();
        let config = RegistrationConfig {
            settings: settings(Role::RegistrationAuthority, RA, self.has_directory),
            banks: vec![domain(BANK), domain(OTHER_BANK)],
        };
        let ra = Rc::new(RegistrationAuthority::new(self.ra.clone(), config));
        self.hub.connect(RA, ra.clone());
        ra.wake().await;
        Ok(())
    }

    /// The bank has its key for purses certified.
    fn certify_bank_key(&self) {
        let body = block_on(self.bank.key_request(token(Role::Bank, BANK)));
        let answer: CertificateAnswer = said(&self.post(CA, "/v1/bank-keys", COSE, body));
        self.bank.key_certificate.replace(answer.certificate);
    }

    /// A party with nothing but a certificate: another bank.
    pub fn other_bank(&mut self, role: Role, name: &str) -> Rc<Bank> {
        let machine = Machine::new(&self.hub, name, &self.clock).unwrap();
        machine
            .signing
            .prepare(TEST_KEYS[self.keys_made % TEST_KEYS.len()]);
        self.keys_made += 1;
        let settings = settings(role, name, self.has_directory);
        let bank = Rc::new(Bank::new(machine, settings));
        self.hub.connect(name, bank.clone());
        block_on(bank.office.bootstrap()).unwrap();
        bank
    }

    /// Sends a message as a wallet does.
    pub fn post(
        &self,
        to: &str,
        path: &str,
        media_type: &'static str,
        body: Vec<u8>,
    ) -> Response<Vec<u8>> {
        let request = request_to(to, Method::POST, path, Some(media_type), body).unwrap();
        block_on(self.hub.network("wallet").send(request)).unwrap()
    }

    pub fn get_json(&self, to: &str, path: &str) -> serde_json::Value {
        let request = request_to(to, Method::GET, path, None, Vec::new()).unwrap();
        let answer = block_on(self.hub.network("wallet").send(request)).unwrap();
        serde_json::from_slice(answer.body()).unwrap()
    }

    pub fn register(&self, registration: &Registration) -> Response<Vec<u8>> {
        self.post(RA, "/v1/registrations", CBOR, encode(registration))
    }

    /// How many rows the registration authority has in a table.
    pub fn kept(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows = self.ra.database.run(&sql, &[]).unwrap();
        rows[0].integer(0).unwrap()
    }

    /// Everything that the registration authority keeps and logged.
    pub fn kept_at_ra(&self) -> Vec<u8> {
        let mut kept = self.ra.database.bytes().unwrap();
        for line in self.ra.log.lines() {
            kept.extend(line.into_bytes());
        }
        kept
    }

    /// The CA's newest list of revoked certificates.
    pub fn ca_list(&self) -> RevocationList {
        let sql = "SELECT list FROM revocation_lists ORDER BY number DESC LIMIT 1";
        let rows = self.ca_machine.database.run(sql, &[]).unwrap();
        let identity = self.bank.office.identity().unwrap();
        let list = rows[0].blob(0).unwrap();
        identity.anchors.verify_list_ever(list).unwrap()
    }

    /// The registration authority has a purse's key revoked: its holder lost the card.
    pub fn revoke_as_ra(&self, certificate: &[u8]) {
        let settings = settings(Role::RegistrationAuthority, RA, self.has_directory);
        let office = Office::new(self.ra.clone(), settings, &[]);
        let done: Result<(), Fault> =
            office.transaction(|tables| office.have_revoked(tables, certificate, None));
        done.unwrap();
    }

    /// Lets a while pass in which CA and registration authority do what is due.
    pub fn run_for(&self, seconds: u64) {
        for _ in 0..seconds.div_ceil(30) {
            self.clock.advance(30_000);
            block_on(self.ca.wake());
            block_on(self.restart()).unwrap();
        }
    }

    /// Lets the clock pass midnight so often, with the nightly jobs.
    pub fn nights(&self, nights: u64) {
        for _ in 0..nights {
            self.clock.advance(86_400_000);
            block_on(self.restart()).unwrap();
        }
    }
}

fn settings(role: Role, name: &str, has_directory: bool) -> Settings {
    let key = SealingKey::new([role.number(); 32]);
    let mut settings = Settings::new(role, domain(name), name, domain(CA), key);
    settings.key_centres = vec![domain(KEYS)];
    settings.registration_token = Some(token(role, name));
    settings.console = ConsoleAccess::Open;
    settings.directory = has_directory.then(|| domain(DIRECTORY));
    settings
}

/// What Hanako tells.
pub fn hanako() -> Registration {
    Registration {
        bank: domain(BANK),
        number: [0xab; 32],
        name: "Hanako Yamada".into(),
        address: "1-2-3 Kiso, Nagano".into(),
        telephone: "+81 90 1234 5678".into(),
        password_verifier: [0xee; 32],
        outside_account: "JP4400012345678901".into(),
        currency: Currency::Jpy,
    }
}

/// The message in an answer of 200.
pub fn said<M: Message>(answer: &Response<Vec<u8>>) -> M {
    assert_eq!(answer.status(), 200, "{}", problem(answer));
    decode(answer.body()).unwrap()
}

/// The name of the problem in an answer, or "none".
pub fn problem(answer: &Response<Vec<u8>>) -> &'static str {
    tallystick_parties::office::http::problem_in(answer)
        .map_or("none", |problem| problem.kind.as_str())
}

/// Whether `needle` is somewhere in `hay`.
pub fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}
