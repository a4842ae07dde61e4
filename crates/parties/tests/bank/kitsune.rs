//! An ordinary bank outside, and the line to it, which loses what it is told to lose.

use core::cell::Cell;
use std::rc::Rc;

use http::{Request, Response};
use serde_json::{Value, json};
use tallystick_parties::Party;
use tallystick_parties::banking_system::{BankingConfig, BankingSystem, Client};
use tallystick_parties::native::Machine;
use tallystick_protocol::bank::Registration;
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::banking::TOKEN;
use tallystick_simulation::cast::{BANKING_SYSTEM, Cast, settings};
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::authority::{offer_in, opening, registration as registered, with};
use super::holder::{Holder, JSON};
use super::world::{BANK, World, domain, text};

/// What a new account outside has on it, in yen.
pub const OPENING: u64 = 100_000;
/// The name of the account's owner, and of the electronic account's holder.
const OWNER: &str = "Hanako Yamada";

/// What becomes of what the bank says to the bank outside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It is heard and answered.
    Good,
    /// It does not arrive.
    Cut,
    /// It arrives, and its answer does not.
    LosesAnswers,
}

struct Between {
    bank: Rc<BankingSystem<Machine>>,
    line: Rc<Cell<Line>>,
}

impl Party for Between {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let lost = || {
            let mut answer = Response::new(Vec::new());
            *answer.status_mut() = http::StatusCode::BAD_GATEWAY;
            answer
        };
        let line = self.line.get();
        if line == Line::Cut {
            return lost();
        }
        let answer = self.bank.serve(request).await;
        if line == Line::Good { answer } else { lost() }
    }

    async fn wake(&self) {
        self.bank.wake().await;
    }
}

/// The bank outside.
pub struct Kitsune {
    line: Rc<Cell<Line>>,
    /// The number of the customer's account (IBAN).
    pub iban: String,
    /// What the customer's page drew when it opened it.
    pub key: String,
    machine: Machine,
}

/// A world whose bank asks an ordinary bank outside, where the holder-to-be has an account.
pub fn world() -> (World, Kitsune) {
    world_of(Cast::default())
}

pub fn world_of(cast: Cast) -> (World, Kitsune) {
    let world = with(Cast {
        has_ordinary_bank: true,
        ..cast
    });
    let machine = Machine::new(&world.hub, BANKING_SYSTEM, &world.clock).unwrap();
    let mut config = BankingConfig::new(settings(Role::BankingSystem, BANKING_SYSTEM));
    config.clients = vec![Client::new(domain(BANK), TOKEN).unwrap()];
    config.opening_minor = OPENING;
    config.opens_accounts = true;
    let line = Rc::new(Cell::new(Line::Good));
    let between = Between {
        bank: Rc::new(BankingSystem::new(machine.clone(), config)),
        line: line.clone(),
    };
    world.hub.connect(BANKING_SYSTEM, Rc::new(between));
    let key = "drawn by the page".to_owned();
    let body = json!({ "name": OWNER, "currency": "JPY", "key": key });
    let answer = world.post(
        BANKING_SYSTEM,
        "/v1/accounts",
        JSON,
        body.to_string().into_bytes(),
    );
    assert!(answer.status().is_success(), "{}", text(&answer));
    let opened: Value = serde_json::from_slice(answer.body()).unwrap();
    let kitsune = Kitsune {
        line,
        iban: opened["iban"].as_str().unwrap().to_owned(),
        key,
        machine,
    };
    (world, kitsune)
}

impl Kitsune {
    pub fn set(&self, line: Line) {
        self.line.set(line);
    }

    /// A registration that names the customer's account.
    pub fn registration(&self, seed: u64) -> Registration {
        let mut registration = registered(seed);
        registration.outside_account.clone_from(&self.iban);
        registration
    }

    /// The customer opens an account at the bank, and enrols.
    pub fn enrolled(&self, world: &World) -> Holder {
        let answer = opening(world, &self.registration(1));
        Holder::enrol_with(world, 1, offer_in(world, &answer))
    }

    /// Something that its books say.
    pub fn number(&self, sql: &str) -> i64 {
        use tallystick_parties::ports::Tables as _;
        let rows = self.machine.database.run(sql, &[]).unwrap();
        rows[0].integer(0).unwrap()
    }

    /// What the customer has on the account there.
    pub fn balance(&self) -> i64 {
        let sql = format!(
            "SELECT credits_posted - debits_posted FROM accounts WHERE name =
                (SELECT 'holder ' || account FROM banking_accounts WHERE iban = '{}')",
            self.iban
        );
        self.number(&sql)
    }

    /// Its operator does something with the customer's account.
    pub fn command(&self, world: &World, command: &'static str) {
        let sql = format!(
            "SELECT account FROM banking_accounts WHERE iban = '{}'",
            self.iban
        );
        let account = self.number(&sql).to_string();
        self.obeys(world, command, &[("account", account)]);
    }

    /// So much comes onto the bank's own account.
    pub fn pay_in_for_the_bank(&self, world: &World, minor: u64) {
        let sql =
            "SELECT account FROM banking_accounts WHERE client IS NOT NULL AND currency = 'JPY'";
        let account = self.number(sql).to_string();
        if minor > 0 {
            let told = [("account", account), ("amount", minor.to_string())];
            self.obeys(world, "pay-in", &told);
        }
    }

    /// The customer pays so much to the bank's own account, for this.
    pub fn pays(
        &self,
        world: &World,
        minor: u64,
        text: &str,
        reference: &str,
    ) -> Response<Vec<u8>> {
        let paying_in = world.get_json(BANK, "/v1/paying-in");
        let body = json!({
            "iban": self.iban,
            "key": self.key,
            "to": paying_in[0]["iban"],
            "amount": minor,
            "text": text,
            "reference": reference,
        });
        world.post(
            BANKING_SYSTEM,
            "/v1/transfers",
            JSON,
            body.to_string().into_bytes(),
        )
    }

    /// Somebody who has the bank's token has money paid from its account there to the customer's.
    pub fn takes_from_the_bank(&self, world: &World, minor: u64) {
        use tallystick_parties::iso20022::{Batch, Date, Holding, Instruction, Name, Order};
        use tallystick_parties::native::block_on;
        use tallystick_parties::ports::banking::{BankApi, Banking as _};
        use tallystick_protocol::wire::money::{Currency, Money};
        let network = world.hub.network(BANK);
        let at = domain(BANKING_SYSTEM);
        let api = BankApi {
            network: &network,
            bank: &at,
            token: TOKEN,
        };
        let batch = Batch {
            message: "THEFT".parse().unwrap(),
            made_at: world.now(),
            on: Date::of(world.now()),
            own: block_on(api.own_account(Currency::Jpy)).unwrap(),
            instructions: vec![Instruction {
                end_to_end: "THEFT".parse().unwrap(),
                money: Money::new(minor, Currency::Jpy),
                other: Holding {
                    name: Name::new(OWNER).unwrap(),
                    iban: self.iban.parse().unwrap(),
                },
                mandate: None,
                remittance: None,
            }],
        };
        let statuses = block_on(api.order(Order::Transfers, &batch)).unwrap();
        assert_eq!(statuses[0].outcome, Ok(()));
    }

    fn obeys(&self, world: &World, command: &'static str, told: &[(&'static str, String)]) {
        world.post(BANKING_SYSTEM, OPERATORS, JSON, registration());
        world.run_for(1_000);
        let command = Command {
            role: "banking-system",
            domain: BANKING_SYSTEM,
            command,
            arguments: told,
            id: &format!("{command}-{}", world.now().0),
            at: world.now(),
        };
        let answer = world.post(BANKING_SYSTEM, COMMANDS, MEDIA_TYPE, command.signed());
        assert!(answer.status().is_success(), "{}", text(&answer));
    }
}
