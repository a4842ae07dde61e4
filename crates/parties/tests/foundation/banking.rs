//! The banking system outside: what a bank that is its client gets to hear, and that money moves once.

use std::rc::Rc;

use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
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

use crate::support::{World, domain, problem};

const BANK: &str = "kitsune-bank.localhost";
const CLIENT: &str = "sakura-bank.localhost";
const TOKEN: &str = "a token that the sandbox gave its client";
const OPENING: u64 = 200_000;

/// A sandbox bank, with a bank that is its client.
struct Outside {
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

fn config() -> BankingConfig {
    let mut config = BankingConfig::new(World::settings(Role::BankingSystem, BANK));
    config.clients = vec![
        Client::new(domain("momo-bank.localhost"), "another bank's token").unwrap(),
        Client::new(domain(CLIENT), TOKEN).unwrap(),
    ];
    config.opening_minor = OPENING;
    config.opens_accounts = true;
    config
}

fn instruction(name: &str, money: Money, other: &Holding) -> Instruction {
    Instruction {
        end_to_end: Reference::new(name).unwrap(),
        money,
        other: other.clone(),
        mandate: None,
        remittance: Some(Remittance::new("Account management charge 2026").unwrap()),
    }
}

fn collection(name: &str, money: Money, (other, mandate): &(Holding, Mandate)) -> Instruction {
    Instruction {
        mandate: Some(mandate.clone()),
        ..instruction(name, money, other)
    }
}

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

const REFUSED: fn(Reason) -> Solvency = Solvency::Refused;

#[test]
fn t004_43_the_banking_system_refuses_an_account_that_is_not_there() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    assert_eq!(outside.check(&aiko, None), Solvency::Good);
    let nobody = Holding {
        iban: "DE89370400440532013000".parse().unwrap(),
        ..aiko
    };
    let refused = REFUSED(Reason::IncorrectAccountNumber);
    assert_eq!(outside.check(&nobody, None), refused);
    // Not of the form at all: the same answer.
    let body = br#"{"iban":"four","name":"Aiko Tanaka"}"#.to_vec();
    let answer = outside.post_raw("/v1/checks", JSON, body);
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(answer, json!({ "outcome": "refused", "reason": "AC01" }));
}

#[test]
fn t004_43_the_banking_system_refuses_an_account_that_is_anothers_and_does_not_say_whose() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let claimed = Holding {
        name: Name::new("Mallory Stone").unwrap(),
        ..aiko.clone()
    };
    let refused = REFUSED(Reason::InconsistentWithEndCustomer);
    assert_eq!(outside.check(&claimed, None), refused);
    let said = outside.world.hub.received();
    let heard = said
        .iter()
        .filter(|said| said.by == CLIENT && said.what == "POST /v1/checks");
    assert!(heard.clone().count() > 0);
    for answer in heard {
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("Aiko"));
    }
    // Capitals and spaces do not make another person.
    let shouted = Holding {
        name: Name::new("AIKO  TANAKA").unwrap(),
        ..aiko
    };
    assert_eq!(outside.check(&shouted, None), Solvency::Good);
}

#[test]
fn t004_43_the_banking_system_refuses_who_cannot_pay() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let of = |minor| outside.check(&aiko, Some(yen(minor)));
    assert_eq!(of(OPENING), Solvency::Good);
    assert_eq!(of(OPENING + 1), REFUSED(Reason::InsufficientFunds));
    let euros = Money::new(1, Currency::Eur);
    let refused = REFUSED(Reason::NotAllowedCurrency);
    assert_eq!(outside.check(&aiko, Some(euros)), refused);
    // Without an amount something must be there.
    let client = block_on(outside.api().own_account(Currency::Jpy)).unwrap();
    let refused = REFUSED(Reason::InsufficientFunds);
    assert_eq!(outside.check(&client, None), refused);
}

#[test]
fn a_fee_is_collected_from_the_real_account_by_the_mandate_and_stands_in_the_statement() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-2026-0001", yen(500), &aiko);
    assert_eq!(
        outside.order_one(Order::Collections, "FEES-1", &fee),
        Ok(())
    );
    assert!(outside.has_exactly(&aiko.0, OPENING - 500, Currency::Jpy));
    let statement = outside.statement(Currency::Jpy, "2026-09-01", 1);
    let [
        Booked {
            end_to_end,
            money,
            direction,
            other,
            remittance,
            ..
        },
    ] = statement.entries.as_slice()
    else {
        panic!("one entry");
    };
    assert_eq!(end_to_end.as_ref(), Some(&fee.end_to_end));
    assert_eq!((*money, *direction), (yen(500), Direction::In));
    assert_eq!(other.as_deref(), Some("Aiko Tanaka"));
    assert_eq!(
        remittance.as_deref(),
        Some("Account management charge 2026")
    );
    assert_eq!((statement.opening.minor, statement.closing.minor), (0, 500));
}

#[test]
fn without_the_owners_mandate_nothing_is_collected() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let yuki = outside.customer_with_mandate("Yuki Mori", Currency::Jpy);
    let of_another = (aiko.clone(), yuki.1.clone());
    let fee = collection("FEE-1", yen(500), &of_another);
    let outcome = outside.order_one(Order::Collections, "FEES-1", &fee);
    assert_eq!(outcome, Err(Reason::NoMandate));
    let mut mandate = yuki.1.clone();
    mandate.signed_on = mandate.signed_on.next();
    let fee = collection("FEE-2", yen(500), &(yuki.0.clone(), mandate));
    let outcome = outside.order_one(Order::Collections, "FEES-2", &fee);
    assert_eq!(outcome, Err(Reason::NoMandate));
    assert!(outside.has_exactly(&aiko, OPENING, Currency::Jpy));
    assert!(outside.has_exactly(&yuki.0, OPENING, Currency::Jpy));
    assert_eq!(outside.own_minor(Currency::Jpy), 0);
}

#[test]
fn the_same_payment_twice_is_one_in_the_same_message_and_in_another() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-1", yen(500), &aiko);
    for message in ["FEES-1", "FEES-1", "FEES-2"] {
        let outcome = outside.order_one(Order::Collections, message, &fee);
        assert_eq!(outcome, Ok(()), "{message}");
    }
    // Written later, the message says another time of its making, and is the same message.
    outside.world.clock.advance(90_000);
    let batch = Batch {
        on: Date::of(outside.bank.office().now().minus_seconds(90)),
        ..outside.batch("FEES-1", vec![fee])
    };
    assert_eq!(outside.order(Order::Collections, &batch)[0].outcome, Ok(()));
    assert!(outside.has_exactly(&aiko.0, OPENING - 500, Currency::Jpy));
    assert_eq!(outside.own_minor(Currency::Jpy), 500);
}

#[test]
fn another_payment_under_a_used_name_is_refused_and_another_message_too() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-1", yen(500), &aiko);
    assert_eq!(
        outside.order_one(Order::Collections, "FEES-1", &fee),
        Ok(())
    );
    let dearer = collection("FEE-1", yen(501), &aiko);
    let outcome = outside.order_one(Order::Collections, "FEES-2", &dearer);
    assert_eq!(outcome, Err(Reason::DuplicateEndToEndId));
    let batch = outside.batch("FEES-1", vec![collection("FEE-3", yen(1), &aiko)]);
    let refused = block_on(outside.api().order(Order::Collections, &batch)).unwrap_err();
    assert!(matches!(
        refused,
        BankingError::Problem(_, Some(ProblemKind::Replayed))
    ));
    assert!(!refused.is_temporary());
    assert_eq!(outside.own_minor(Currency::Jpy), 500);
}

#[test]
fn a_rejected_payment_moves_nothing_and_stays_rejected() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let nobody = Holding {
        iban: "GB29NWBK60161331926819".parse().unwrap(),
        ..aiko.clone()
    };
    let another = Holding {
        name: Name::new("Mallory Stone").unwrap(),
        ..aiko.clone()
    };
    let cases = [
        ("TO-NOBODY", yen(1), &nobody, Reason::IncorrectAccountNumber),
        (
            "TO-ANOTHER",
            yen(1),
            &another,
            Reason::InconsistentWithEndCustomer,
        ),
        ("TOO-MUCH", yen(1), &aiko, Reason::InsufficientFunds),
        ("NOTHING", yen(0), &aiko, Reason::InvalidAmount),
        (
            "IN-EUROS",
            Money::new(1, Currency::Eur),
            &aiko,
            Reason::NotAllowedCurrency,
        ),
    ];
    for (name, money, other, reason) in cases {
        let payment = instruction(name, money, other);
        for message in [name.to_owned(), format!("{name}-AGAIN")] {
            let outcome = outside.order_one(Order::Transfers, &message, &payment);
            assert_eq!(outcome, Err(reason), "{message}");
        }
    }
    let tomorrow = Batch {
        on: outside.today().next(),
        ..outside.batch("TOMORROW", vec![instruction("EARLY", yen(1), &aiko)])
    };
    let outcome = outside.order(Order::Transfers, &tomorrow)[0].outcome;
    assert_eq!(outcome, Err(Reason::InvalidDate));
    assert!(outside.has_exactly(&aiko, OPENING, Currency::Jpy));
    let statement = outside.statement(Currency::Jpy, "1970-01-01", 1);
    assert_eq!((statement.entries.len(), statement.closing.minor), (0, 0));
}

#[test]
fn a_statement_adds_up_over_many_payments_days_and_pages() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let mut expected = Vec::new();
    for day in 0..5_u64 {
        for kind in [Order::Collections, Order::Transfers] {
            let name = |number: u64| format!("{}-{day}-{number}", kind.message_kind());
            let of = |number: u64| match kind {
                Order::Collections => collection(&name(number), yen(100 + number), &aiko),
                Order::Transfers => instruction(&name(number), yen(10 + number), &aiko.0),
            };
            let instructions: Vec<_> = (0..30).map(of).collect();
            let sign = if kind == Order::Collections { 1 } else { -1 };
            let signed = instructions
                .iter()
                .map(|one| sign * i64::try_from(one.money.minor).unwrap());
            expected.extend(signed.map(|minor| (day, minor)));
            let batch = outside.batch(&format!("M-{day}-{sign}"), instructions);
            let statuses = outside.order(kind, &batch);
            assert!(statuses.iter().all(|status| status.outcome == Ok(())));
        }
        outside.world.clock.advance(86_400_000);
    }
    let total: i64 = expected.iter().map(|(_, minor)| minor).sum();
    for first_day in 0..6 {
        let from = Date::of(
            outside
                .bank
                .office()
                .now()
                .minus_seconds((5 - first_day) * 86_400),
        );
        let (mut page, mut minor, mut seen) = (1, None, Vec::new());
        loop {
            let statement = outside.statement(Currency::Jpy, &from.to_string(), page);
            statement.require_sum().unwrap();
            assert!(minor.is_none_or(|minor| minor == statement.opening.minor));
            minor = Some(statement.closing.minor);
            seen.extend(statement.entries.iter().map(|entry| match entry.direction {
                Direction::In => i64::try_from(entry.money.minor).unwrap(),
                Direction::Out => -i64::try_from(entry.money.minor).unwrap(),
            }));
            if statement.is_last_page {
                break;
            }
            page += 1;
        }
        let since: Vec<i64> = expected
            .iter()
            .filter(|(day, _)| *day >= first_day)
            .map(|(_, minor)| *minor)
            .collect();
        assert_eq!(seen, since);
        assert_eq!(minor, Some(total));
    }
    // Behind the last page nothing comes, and nothing is lost.
    let beyond = outside.statement(Currency::Jpy, "1970-01-01", 9);
    assert_eq!((beyond.entries.len(), beyond.closing.minor), (0, total));
    // The ledger says the same, and every account agrees with its transfers.
    let tables = &outside.machine.database;
    assert_eq!(trial_balance(tables, 0).unwrap().wrong, 0);
    let own = outside.own_account_number(Currency::Jpy);
    let held = balance(tables, &format!("holder {own}"), Currency::Jpy).unwrap();
    assert_eq!(held.available(), total);
}

impl Outside {
    fn own_account_number(&self, currency: Currency) -> i64 {
        let own = block_on(self.api().own_account(currency)).unwrap();
        own.iban.as_str().get(8..).unwrap().parse().unwrap()
    }
}

#[test]
fn yen_have_no_decimals_and_euros_and_dollars_two_all_the_way() {
    let outside = Outside::open();
    for (currency, written) in [
        (Currency::Jpy, "1205"),
        (Currency::Eur, "12.05"),
        (Currency::Usd, "12.05"),
    ] {
        let customer = outside.customer_with_mandate("Aiko Tanaka", currency);
        let money = Money::new(1205, currency);
        let fee = collection(&format!("FEE-{currency}"), money, &customer);
        let outcome = outside.order_one(Order::Collections, &format!("M-{currency}"), &fee);
        assert_eq!(outcome, Ok(()));
        assert_eq!(outside.own_minor(currency), 1205);
        let said = outside.world.hub.received();
        let statement = said
            .iter()
            .rev()
            .find(|said| said.what == "GET /v1/statements" && said.by == CLIENT);
        let statement = String::from_utf8_lossy(&statement.unwrap().bytes).into_owned();
        assert!(statement.contains(&format!("<Amt Ccy=\"{currency}\">{written}</Amt>")));
    }
}

#[test]
fn only_a_client_with_its_token_is_answered_and_only_about_its_own_account() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let batch = outside.batch("M-1", vec![instruction("P-1", yen(1), &aiko)]);
    let body = pain001::write(&batch).unwrap();
    let request = || {
        request_to(
            BANK,
            Method::POST,
            "/v1/payments",
            Some("application/xml"),
            body.clone(),
        )
        .unwrap()
    };
    for token in [
        None,
        Some(""),
        Some("a token that the sandbox gave its clienT"),
    ] {
        let answer = outside.send(request(), token);
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(problem(&answer), "unauthorised");
    }
    for path in ["/v1/settlement-accounts", "/v1/statements?from=2026-01-01"] {
        let request = request_to(BANK, Method::GET, path, None, Vec::new()).unwrap();
        assert_eq!(problem(&outside.send(request, None)), "unauthorised");
    }
    let answer = outside.send(request(), Some("another bank's token"));
    assert_eq!(problem(&answer), "wrong-sender");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[test]
fn a_message_that_cannot_be_read_is_refused_with_a_sentence_and_changes_nothing() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let batch = outside.batch("M-1", vec![instruction("P-1", yen(1), &aiko)]);
    let whole = String::from_utf8(pain001::write(&batch).unwrap()).unwrap();
    let deep = format!(
        "{}{}",
        whole.replace("</Document>", ""),
        "<a>".repeat(100_000 / 4)
    );
    let broken = [
        Vec::new(),
        b"hello".to_vec(),
        whole.as_bytes()[..whole.len() / 2].to_vec(),
        whole
            .replace("pain.001.001.09", "pain.001.001.03")
            .into_bytes(),
        whole
            .replace("<Document", "<!DOCTYPE a [<!ENTITY b \"c\">]><Document")
            .into_bytes(),
        whole.replace("P-1", "&b;").into_bytes(),
        deep.into_bytes(),
        vec![0xff; 64],
    ];
    for body in broken {
        let answer = outside.post_raw("/v1/payments", "application/xml", body);
        assert_eq!(problem(&answer), "malformed");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    let huge = outside.post_raw("/v1/payments", "application/xml", vec![b' '; 300_000]);
    assert_eq!(problem(&huge), "too-large");
    let other = outside.post_raw("/v1/payments", "text/plain", whole.into_bytes());
    assert_eq!(problem(&other), "unsupported-media-type");
    for query in [
        "",
        "from=yesterday",
        "from=2026-01-01&page=0",
        "from=2026-01-01&currency=XXX",
        "from=2026-01-01&colour=red",
        "from",
    ] {
        let request = request_to(
            BANK,
            Method::GET,
            &format!("/v1/statements?{query}"),
            None,
            Vec::new(),
        )
        .unwrap();
        assert_eq!(
            problem(&outside.send(request, Some(TOKEN))),
            "malformed",
            "{query}"
        );
    }
    let before = outside.world.get_json(BANK, "/v1/console");
    assert_eq!(before["counters"]["booked"], 0);
    assert_eq!(before["counters"]["rejected"], 0);
}

#[test]
fn the_sandbox_starts_outside_a_demo_only_if_its_operator_says_that_it_keeps_no_money() {
    let mut config = config();
    assert_eq!(config.require_safe(), Ok(()));
    config.settings.domain = domain("bank.example");
    assert_eq!(config.require_safe(), Err(UnsafeSetting::Sandbox));
    config.is_no_real_money = true;
    assert_eq!(config.require_safe(), Err(UnsafeSetting::ShortClientToken));
    config.clients.remove(0);
    // The rest is what every party must set.
    assert_eq!(config.require_safe(), Err(UnsafeSetting::OpenConsole));
}

#[test]
fn a_bank_that_is_down_is_unreachable_and_what_was_ordered_is_done_once_afterwards() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let batch = outside.batch("M-1", vec![collection("P-1", yen(500), &aiko)]);
    outside.world.hub.cut(BANK, true);
    let error = block_on(outside.api().order(Order::Collections, &batch)).unwrap_err();
    assert!(matches!(error, BankingError::Unreachable(_)) && error.is_temporary());
    outside.world.hub.cut(BANK, false);
    // The bank restarts on what it stored.
    let again = Rc::new(BankingSystem::new(outside.machine.clone(), config()));
    outside.world.hub.connect(BANK, again.clone());
    block_on(again.wake());
    for _ in 0..2 {
        assert_eq!(outside.order(Order::Collections, &batch)[0].outcome, Ok(()));
    }
    assert_eq!(outside.own_minor(Currency::Jpy), 500);
}

#[test]
fn what_was_booked_is_imported_from_the_file_that_the_bank_wrote() {
    let outside = Outside::open();
    let aiko = outside.customer_with_mandate("Aiko Tanaka", Currency::Jpy);
    let fee = collection("FEE-1", yen(500), &aiko);
    assert_eq!(
        outside.order_one(Order::Collections, "FEES-1", &fee),
        Ok(())
    );
    let request = request_to(
        BANK,
        Method::GET,
        "/v1/statements?from=2026-01-01",
        None,
        Vec::new(),
    )
    .unwrap();
    let file = outside.send(request, Some(TOKEN)).into_body();
    let booked = import(&file).unwrap();
    assert_eq!(booked.len(), 1);
    assert_eq!(booked[0].end_to_end.as_ref(), Some(&fee.end_to_end));
    assert_eq!(
        booked[0].bank_reference.as_deref(),
        Some("KTSN000000000001")
    );
    // One unit more in one entry, and the file is none.
    let altered = String::from_utf8(file).unwrap().replacen(
        "<Amt Ccy=\"JPY\">500<",
        "<Amt Ccy=\"JPY\">501<",
        1,
    );
    assert!(import(altered.as_bytes()).is_err());
}
