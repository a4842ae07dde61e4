//! The banking system outside: what a bank that is its client gets to hear, and that money moves once.

mod clients;
mod payments;
mod refusing;
mod statements;

use crate::support::{World, domain, problem};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use std::rc::Rc;
use tallystick_parties::Party as _;
use tallystick_parties::banking_system::{BankingConfig, BankingSystem, Client};
use tallystick_parties::iso20022::camt053::{Booked, Direction, Statement};
use tallystick_parties::iso20022::pain002::{Reason, Status};
use tallystick_parties::iso20022::{
    Batch, Date, Holding, Instruction, Mandate, Name, Order, Reference, Remittance, pain001,
};
use tallystick_parties::ledger::{balance, trial_balance};
use tallystick_parties::native::{InProcessNetwork, Machine, block_on};
use tallystick_parties::office::http::{JSON, request_to};
use tallystick_parties::office::settings::UnsafeSetting;
use tallystick_parties::ports::Network as _;
use tallystick_parties::ports::banking::{BankApi, Banking, BankingError, Solvency, import};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::problem::ProblemKind;

pub(super) const BANK: &str = "kitsune-bank.localhost";

pub(super) const CLIENT: &str = "sakura-bank.localhost";

pub(super) const TOKEN: &str = "a token that the sandbox gave its client";

pub(super) const OPENING: u64 = 200_000;

/// A sandbox bank, with a bank that is its client.
pub(super) struct Outside {
    world: World,
    machine: Machine,
    bank: Rc<BankingSystem<Machine>>,
    network: InProcessNetwork,
    at: Domain,
}

impl Outside {
    fn open() -> Self {
        let mut world = World::new();
        let machine = world.machine(BANK);
        let bank = Rc::new(BankingSystem::new(machine.clone(), config()));
        world.hub.connect(BANK, bank.clone());
        let network = world.hub.network(CLIENT);
        Self {
            world,
            machine,
            bank,
            network,
            at: domain(BANK),
        }
    }

    fn api(&self) -> BankApi<'_, InProcessNetwork> {
        BankApi {
            network: &self.network,
            bank: &self.at,
            token: TOKEN,
        }
    }

    /// Opens an account, with play money on it.
    fn customer(&self, name: &str, currency: Currency) -> Holding {
        let application = json!({ "name": name, "currency": currency.code() });
        let body = serde_json::to_vec(&application).unwrap();
        let answer = self.world.post(BANK, "/v1/accounts", JSON, body);
        let opened: Value = serde_json::from_slice(answer.body()).unwrap();
        Holding {
            name: Name::new(name).unwrap(),
            iban: opened["iban"].as_str().unwrap().parse().unwrap(),
        }
    }

    /// A customer who lets the client collect, and the mandate.
    fn customer_with_mandate(&self, name: &str, currency: Currency) -> (Holding, Mandate) {
        let account = self.customer(name, currency);
        let mandate = Mandate {
            id: Reference::new(&format!("MANDATE-{}", account.iban)).unwrap(),
            signed_on: "2026-09-01".parse().unwrap(),
        };
        let lodged = block_on(self.api().lodge(&account, &mandate)).unwrap();
        assert_eq!(lodged, Solvency::Good);
        (account, mandate)
    }

    fn today(&self) -> Date {
        Date::of(self.bank.office().now())
    }

    fn batch(&self, message: &str, instructions: Vec<Instruction>) -> Batch {
        let currency = instructions[0].money.currency;
        Batch {
            message: Reference::new(message).unwrap(),
            made_at: self.bank.office().now(),
            on: self.today(),
            own: block_on(self.api().own_account(currency)).unwrap(),
            instructions,
        }
    }

    fn order(&self, order: Order, batch: &Batch) -> Vec<Status> {
        block_on(self.api().order(order, batch)).unwrap()
    }

    /// What became of one instruction.
    fn order_one(
        &self,
        order: Order,
        message: &str,
        instruction: &Instruction,
    ) -> Result<(), Reason> {
        let batch = self.batch(message, vec![instruction.clone()]);
        let statuses = self.order(order, &batch);
        assert_eq!(statuses.len(), 1);
        assert_eq!(statuses[0].end_to_end, instruction.end_to_end);
        statuses[0].outcome
    }

    fn statement(&self, currency: Currency, from: &str, page: u32) -> Statement {
        block_on(self.api().statement(currency, from.parse().unwrap(), page)).unwrap()
    }

    /// What is on the client's own account.
    fn own_minor(&self, currency: Currency) -> i64 {
        self.statement(currency, "1970-01-01", 1).closing.minor
    }

    /// Whether the account has exactly so much, as a check answers it.
    fn has_exactly(&self, account: &Holding, minor: u64, currency: Currency) -> bool {
        let has = |minor| {
            let asked = block_on(self.api().check(account, Some(Money::new(minor, currency))));
            asked.unwrap() == Solvency::Good
        };
        has(minor) && !has(minor + 1)
    }

    fn check(&self, account: &Holding, amount: Option<Money>) -> Solvency {
        block_on(self.api().check(account, amount)).unwrap()
    }

    /// Sends bytes as they are.
    fn post_raw(
        &self,
        path: &str,
        media_type: &'static str,
        body: Vec<u8>,
    ) -> http::Response<Vec<u8>> {
        let request = request_to(BANK, Method::POST, path, Some(media_type), body).unwrap();
        self.send(request, Some(TOKEN))
    }

    fn send(&self, mut request: Request<Vec<u8>>, token: Option<&str>) -> http::Response<Vec<u8>> {
        if let Some(token) = token {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        block_on(self.network.send(request)).unwrap()
    }
}

pub(super) fn config() -> BankingConfig {
    let mut config = BankingConfig::new(World::settings(Role::BankingSystem, BANK));
    config.clients = vec![
        Client::new(domain("momo-bank.localhost"), "another bank's token").unwrap(),
        Client::new(domain(CLIENT), TOKEN).unwrap(),
    ];
    config.opening_minor = OPENING;
    config.opens_accounts = true;
    config
}

pub(super) fn instruction(name: &str, money: Money, other: &Holding) -> Instruction {
    Instruction {
        end_to_end: Reference::new(name).unwrap(),
        money,
        other: other.clone(),
        mandate: None,
        remittance: Some(Remittance::new("Account management charge 2026").unwrap()),
    }
}

pub(super) fn collection(
    name: &str,
    money: Money,
    (other, mandate): &(Holding, Mandate),
) -> Instruction {
    Instruction {
        mandate: Some(mandate.clone()),
        ..instruction(name, money, other)
    }
}

pub(super) fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

pub(super) const REFUSED: fn(Reason) -> Solvency = Solvency::Refused;

impl Outside {
    fn own_account_number(&self, currency: Currency) -> i64 {
        let own = block_on(self.api().own_account(currency)).unwrap();
        own.iban.as_str().get(8..).unwrap().parse().unwrap()
    }
}
