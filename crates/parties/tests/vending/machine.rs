//! The machine, its dealer, and people who stand in front of it.

use std::rc::Rc;

use serde_json::{Value, json};
use tallystick_parties::Party as _;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_parties::store::vault::SealingKey;
use tallystick_parties::vending::{Dealer, Vending, VendingConfig};
use tallystick_protocol::test_keys::TEST_KEYS;
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::banking::GOOD_ACCOUNT;
use tallystick_simulation::cast::settings;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};
use tallystick_wallet::view::LocalState;

use super::customer::{load, purse, with_purse};
use super::holder::{Holder, PIN};
use super::world::{AUTHORITY, BANK, World, domain, text};

/// Where it stands.
pub const VENDING: &str = "ichiba.localhost";
/// What a sencha costs, in yen.
pub const SENCHA: u64 = 150;
const JSON: &str = "application/json";

/// A machine that sells.
pub struct Vendor<'w> {
    world: &'w World,
    pub machine: Machine,
    party: Rc<Vending<Machine>>,
}

/// What comes out of the slot.
#[derive(Debug, PartialEq, Eq)]
pub struct Came {
    pub outcome: String,
    pub reason: Option<String>,
    pub text: Option<String>,
}

fn config() -> VendingConfig {
    let products = "sencha|Cold sencha|150;coffee|Coffee|130";
    let products = VendingConfig::read_products(products).unwrap();
    let dealer = Dealer {
        name: "Ichiba Drinks".to_owned(),
        address: "Narai-juku 4-17\nShiojiri, Nagano".to_owned(),
        telephone: "+81 264 00 0000".to_owned(),
    };
    let own = settings(Role::Vending, VENDING);
    VendingConfig::new(own, (domain(BANK), domain(AUTHORITY)), products, dealer)
}

impl<'w> Vendor<'w> {
    /// A machine that was just switched on.
    pub fn new(world: &'w World) -> Self {
        let machine = Machine::new(&world.hub, VENDING, &world.clock).unwrap();
        machine.signing.prepare(TEST_KEYS[7]);
        let party = Rc::new(Vending::new(machine.clone(), config()));
        world.hub.connect(VENDING, party.clone());
        let vendor = Self {
            world,
            machine,
            party,
        };
        // As its first request would.
        assert!(vendor.world.get(VENDING, "/health").status().is_success());
        vendor.run_for(30_000);
        vendor
    }

    /// A machine with its purse.
    pub fn ready(world: &'w World) -> Self {
        let vendor = Self::new(world);
        vendor.command("set-up-purse", &[("iban", GOOD_ACCOUNT.to_owned())]);
        vendor.run_for(120_000);
        assert_eq!(vendor.get("/v1/machine")["state"], "selling");
        vendor
    }

    /// The power comes back: what was in memory is gone.
    pub fn restart(&mut self) {
        self.party = Rc::new(Vending::new(self.machine.clone(), config()));
        self.world.hub.connect(VENDING, self.party.clone());
    }

    /// The dealer sets these sealing keys, the present one and the one of before.
    pub fn set_sealing_keys(&mut self, present: [u8; 32], before: Option<[u8; 32]>) {
        let mut config = config();
        config.settings.sealing_key = SealingKey::new(present);
        config.settings.sealing_key_before = before.map(SealingKey::new);
        self.party = Rc::new(Vending::new(self.machine.clone(), config));
        self.world.hub.connect(VENDING, self.party.clone());
        let now = self.world.clock.now_ms();
        self.machine.database.set_alarm(now).unwrap();
    }

    /// Lets time pass for the machine and everybody else.
    pub fn run_for(&self, milliseconds: u64) {
        let end = self.world.clock.now_ms() + milliseconds;
        for _ in 0..1_000 {
            let now = self.world.clock.now_ms();
            match self.machine.database.alarm().unwrap() {
                Some(at) if at <= end => {
                    self.world.run_for(at.saturating_sub(now));
                    self.machine.database.take_alarm().unwrap();
                    block_on(self.party.wake());
                }
                _ => {
                    self.world.run_for(end - now);
                    return;
                }
            }
        }
        panic!("the machine never comes to rest");
    }

    pub fn get(&self, path: &str) -> Value {
        self.world.get_json(VENDING, path)
    }

    /// Posts, and gives the answer if it is a success, else the name of the problem.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let body = body.to_string().into_bytes();
        let answer = self.world.send("page", VENDING, "POST", path, JSON, body);
        match answer.status().is_success() {
            true => Ok(serde_json::from_slice(answer.body()).unwrap()),
            false => Err(super::world::problem(&answer)),
        }
    }

    /// The dealer commands something.
    pub fn command(&self, command: &str, told: &[(&str, String)]) {
        let page = |path, kind, body| {
            let answer = self.world.send("page", VENDING, "POST", path, kind, body);
            assert!(answer.status().is_success(), "{}", text(&answer));
        };
        page(OPERATORS, JSON, registration());
        let command = Command {
            role: "vending",
            domain: VENDING,
            command,
            arguments: told,
            id: &format!("{command}-{}", self.world.clock.now_ms()),
            at: self.world.now(),
        };
        page(COMMANDS, MEDIA_TYPE, command.signed());
    }

    /// V1: the request for a product.
    pub fn chooses(&self, product: &str) -> String {
        let asks = self.post("/v1/choices", &json!({ "product": product }));
        asks.unwrap()["text"].as_str().unwrap().to_owned()
    }

    /// V1: a request that leaves the amount to the payer.
    pub fn chooses_openly(&self, product: &str) -> String {
        let pressed = json!({ "product": product, "leaves_amount_open": true });
        let asks = self.post("/v1/choices", &pressed).unwrap();
        asks["text"].as_str().unwrap().to_owned()
    }

    /// What comes out of the slot when that is put into it.
    pub fn takes(&self, payment: &str) -> Came {
        self.tries_to_take(payment).unwrap()
    }

    pub fn tries_to_take(&self, payment: &str) -> Result<Came, String> {
        let came = self.post("/v1/payments", &json!({ "text": payment }))?;
        let said = |name: &str| came[name].as_str().map(str::to_owned);
        Ok(Came {
            outcome: said("outcome").unwrap(),
            reason: said("reason"),
            text: said("text"),
        })
    }

    /// A number from its tables.
    pub fn number(&self, sql: &str) -> i64 {
        let rows = self.machine.database.run(sql, &[]).unwrap();
        rows[0].integer(0).unwrap()
    }

    /// How many drinks have fallen.
    pub fn drinks(&self) -> i64 {
        self.number("SELECT count(*) FROM vending_sales")
    }

    /// A table of the dealer's console: its rows.
    pub fn table(&self, name: &str) -> Vec<Value> {
        let console = self.get("/v1/console");
        let tables = console["tables"].as_array().unwrap().clone();
        let found = tables.into_iter().find(|table| table["name"] == name);
        found.unwrap()["rows"].as_array().unwrap().clone()
    }
}

/// Somebody with so much in the purse.
pub fn person(world: &World, minor: u64) -> Holder<'_> {
    // A deposit is named by its amount, and each is another one.
    let others = world.hub.received().len() as u64;
    let holder = with_purse(world, 10_000 + others);
    load(&holder, minor).unwrap();
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    holder
}

/// V2, V3: pays what a request asks for, or so much.
pub fn pays(holder: &Holder<'_>, request: &str, minor: u64) -> String {
    pays_from(holder, &purse(holder).id, request, minor)
}

/// The same from a purse or a prepaid card, by its name.
pub fn pays_from(holder: &Holder<'_>, from: &str, request: &str, minor: u64) -> String {
    let paid = block_on(holder.wallet.pay_purse(from, request, minor, PIN)).unwrap();
    let payments = holder.view().payments;
    let paid = payments.into_iter().find(|one| one.id == paid);
    paid.unwrap().text.unwrap()
}

/// V9: gives the purse what came out of the slot.
pub fn settles(holder: &Holder<'_>, came: &Came) -> LocalState {
    let answer = came.text.as_ref().unwrap();
    let settled = block_on(holder.wallet.settle_payment(answer)).unwrap();
    let payments = holder.view().payments;
    let settled = payments.into_iter().find(|one| one.id == settled);
    settled.unwrap().state
}

/// What is in a purse: what can be spent, and what is set aside.
pub fn inside(holder: &Holder<'_>) -> (u64, u64) {
    let purse = purse(holder);
    (purse.amount_minor, purse.out_minor)
}
