//! Accounts are opened at a registration authority's request (EP 1 221 669, SZ1 to SZ3), and money comes onto them
//! from outside.

use tallystick_protocol::bank::OpeningOutcome;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::Currency;
use tallystick_simulation::banking::{
    ACCOUNT_OF_ANOTHER, POOR_ACCOUNT, SILENT_ACCOUNT, UNKNOWN_ACCOUNT,
};

use super::authority::{
    deposit, enrolled, offer_in, opening, opening_request, registration, world,
};
use super::holder::COSE;
use super::world::{BANK, World, domain, problem, text};

/// How many accounts the bank has.
fn accounts(world: &World) -> i64 {
    world.number(BANK, "SELECT count(*) FROM issuer_accounts")
}

#[test]
fn an_account_is_opened_until_it_expires_and_a_wallet_enrols_for_it() {
    let world = world();
    let answer = opening(&world, &registration(1));
    let offer = offer_in(&world, &answer);
    assert_eq!(offer.instrument, Some(Instrument::BankAccount));
    assert_eq!(offer.limit, None, "a bank gives no credit");
    let number = answer.account.unwrap();
    assert_eq!(number.to_string(), offer.card.number.as_str());
    let lasts = answer.expires_at.unwrap().seconds_since(world.now());
    assert!((365..=400).contains(&(lasts / 86_400)), "{lasts}");

    let holder = enrolled(&world, 1);
    assert_eq!(holder.card.number.as_str(), number.to_string());
    let sql = "SELECT credits_posted + debits_posted FROM accounts WHERE name = 'holder 1'";
    assert_eq!(world.number(BANK, sql), 0);
}

#[test]
fn the_same_registration_again_is_the_same_account() {
    let world = world();
    let first = opening(&world, &registration(1));
    world.run_for(60_000);
    let again = opening(&world, &registration(1));
    assert_eq!(first, again);
    assert_eq!(accounts(&world), 1);
    let mut other = registration(1);
    other.name = "Taro Yamada".to_owned();
    let body = opening_request(&world, Role::RegistrationAuthority, &other);
    let answer = world.post(BANK, "/v1/openings", COSE, body);
    assert_eq!(problem(&answer), "replayed");
    assert_eq!(accounts(&world), 1);
}

#[test]
fn t004_43_what_the_bank_outside_refuses_opens_no_account() {
    let world = world();
    let cases = [
        (UNKNOWN_ACCOUNT, OpeningOutcome::UnknownAccount),
        (ACCOUNT_OF_ANOTHER, OpeningOutcome::NameDiffers),
        (POOR_ACCOUNT, OpeningOutcome::NotSolvent),
    ];
    for (seed, (account, expected)) in (1..).zip(cases) {
        let mut asked = registration(seed);
        asked.outside_account = account.to_owned();
        for _ in 0..2 {
            let answer = opening(&world, &asked);
            assert_eq!(answer.outcome, expected);
            assert_eq!((answer.account, answer.offer), (None, None));
        }
    }
    let mut asked = registration(9);
    asked.currency = Currency::Usd;
    let answer = opening(&world, &asked);
    assert_eq!(answer.outcome, OpeningOutcome::OtherCurrency);
    assert_eq!(accounts(&world), 0);
}

#[test]
fn while_the_bank_outside_is_silent_nothing_is_decided() {
    let world = world();
    let mut asked = registration(1);
    asked.outside_account = SILENT_ACCOUNT.to_owned();
    let body = opening_request(&world, Role::RegistrationAuthority, &asked);
    let answer = world.post(BANK, "/v1/openings", COSE, body);
    assert_eq!(problem(&answer), "unreachable");
    assert_eq!(
        world.number(BANK, "SELECT count(*) FROM commands WHERE what = 'open'"),
        0
    );
}

#[test]
fn only_a_registration_authority_has_accounts_opened_and_only_here() {
    let world = world();
    for role in [Role::Shop, Role::Issuer, Role::Ca] {
        let body = opening_request(&world, role, &registration(1));
        let answer = world.post(BANK, "/v1/openings", COSE, body);
        assert_eq!(problem(&answer), "untrusted-certificate", "{role}");
    }
    let mut elsewhere = registration(1);
    elsewhere.bank = domain("other-bank.localhost");
    let body = opening_request(&world, Role::RegistrationAuthority, &elsewhere);
    let answer = world.post(BANK, "/v1/openings", COSE, body);
    assert_eq!(problem(&answer), "wrong-recipient");
    let answer = world.post(BANK, "/v1/accounts", super::holder::JSON, b"{}".to_vec());
    assert_eq!(problem(&answer), "unauthorised");
    assert_eq!(accounts(&world), 0);
}

#[test]
fn a_deposit_comes_onto_the_account_once() {
    let world = world();
    let holder = enrolled(&world, 1);
    for _ in 0..2 {
        let answer = deposit(&world, &holder, 5_000, "one");
        assert!(answer.status().is_success(), "{}", text(&answer));
    }
    assert_eq!(problem(&deposit(&world, &holder, 6_000, "one")), "conflict");
    assert_eq!(problem(&deposit(&world, &holder, 0, "two")), "malformed");
    let sql = "SELECT credits_posted FROM accounts WHERE name = 'holder 1'";
    assert_eq!(world.number(BANK, sql), 5_000);
}

#[test]
fn t004_43_an_ordinary_bank_is_asked_by_its_own_interface() {
    use http::{Request, Response};
    use tallystick_parties::Party;
    use tallystick_parties::bank::banking_system::{
        BankingSystem as _, OrdinaryBank, OutsideAccount, Solvency,
    };
    use tallystick_parties::native::block_on;

    struct Says(&'static str);
    impl Party for Says {
        async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
            assert_eq!(request.headers()["authorization"], "Bearer a-token");
            assert_eq!(request.uri().path(), "/v1/checks");
            let answer = Response::builder().header("content-type", "application/json");
            answer.body(self.0.as_bytes().to_vec()).unwrap()
        }
        async fn wake(&self) {}
    }

    let world = world();
    let bank = OrdinaryBank {
        domain: domain("outside.localhost"),
        token: "a-token".to_owned().into(),
    };
    let machine = world.machine(BANK);
    let asked = registration(1);
    let check = |name: &str, iban: &str| {
        let account = OutsideAccount {
            name,
            iban,
            currency: Currency::Jpy,
        };
        block_on(bank.check(machine, &account)).map_err(|fault| fault.kind.as_str())
    };
    let (name, iban) = (asked.name.as_str(), asked.outside_account.as_str());
    assert_eq!(check(name, iban), Err("unreachable"));
    let cases = [
        (r#"{"outcome":"ok"}"#, Solvency::Good),
        (
            r#"{"outcome":"refused","reason":"AC01"}"#,
            Solvency::UnknownAccount,
        ),
        (
            r#"{"outcome":"refused","reason":"BE01"}"#,
            Solvency::NameDiffers,
        ),
        (
            r#"{"outcome":"refused","reason":"AM04"}"#,
            Solvency::NotSolvent,
        ),
    ];
    for (said, expected) in cases {
        let outside = std::rc::Rc::new(Says(said));
        world.hub.connect("outside.localhost", outside);
        assert_eq!(check(name, iban), Ok(expected));
    }
    assert_eq!(check(name, "no number"), Ok(Solvency::UnknownAccount));
    assert_eq!(check("\u{5c71}\u{7530}", iban), Ok(Solvency::NameDiffers));
}

#[test]
fn a_bank_that_books_money_for_whoever_asks_starts_in_a_demo_alone() {
    use tallystick_parties::bank::BankConfig;
    use tallystick_parties::office::settings::UnsafeSetting;
    let mut config = BankConfig::new(super::world::settings(Role::Issuer, BANK), [0; 32]);
    config.is_sandbox = true;
    assert_eq!(config.require_safe(), Ok(()));
    config.settings.domain = domain("midori-bank.example");
    assert_eq!(config.require_safe(), Err(UnsafeSetting::OpenDeposits));
    let closed = BankConfig::new(config.settings, [0; 32]);
    assert_ne!(closed.require_safe(), Err(UnsafeSetting::OpenDeposits));
}
