//! What an operator commands: signed, done once, noted.

use std::collections::BTreeMap;
use std::rc::Rc;

use data_encoding::BASE64;
use http::Response;
use tallystick_parties::issuer::{Issuer, IssuerConfig};
use tallystick_parties::office::settings::{ConsoleAccess, Operator};
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::test_keys::test_spki;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::operators::{
    COMMANDS, Command, MEDIA_TYPE, OPERATOR, OPERATORS, registration,
};

use super::holder::Holder;
use super::talk::{buy, send_order, state};
use super::world::{CA, COURIER, ISSUER, SHOP, World, problem, settings, text};

const STRANGER: usize = 6;

struct Said<'a> {
    by: usize,
    to: &'a str,
    command: &'a str,
    arguments: &'a str,
    id: &'a str,
    at: u64,
}

impl<'a> Said<'a> {
    fn new(world: &World, command: &'a str, arguments: &'a str, id: &'a str) -> Self {
        let at = world.now().0;
        Self {
            by: OPERATOR,
            to: ISSUER,
            command,
            arguments,
            id,
            at,
        }
    }

    fn send(&self, world: &World) -> Response<Vec<u8>> {
        let told: BTreeMap<String, String> =
            serde_json::from_str(&format!("{{{}}}", self.arguments)).unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone()))
            .collect();
        let signed = Command {
            role: role_of(self.to),
            domain: self.to,
            command: self.command,
            arguments: &told,
            id: self.id,
            at: Timestamp(self.at),
        };
        // What is for nobody here is brought to the issuer.
        let brought_to = [SHOP, COURIER].into_iter().find(|party| *party == self.to);
        let brought_to = brought_to.unwrap_or(ISSUER);
        world.post(brought_to, COMMANDS, MEDIA_TYPE, signed.signed_by(self.by))
    }
}

fn role_of(party: &str) -> &'static str {
    match party {
        SHOP => "shop",
        CA => "ca",
        COURIER => "courier",
        _ => "issuer",
    }
}

/// The party's operator registers, if that was not done, and commands.
pub fn command(
    world: &World,
    to: &str,
    what: &str,
    told: &[(&str, String)],
    id: &str,
) -> Response<Vec<u8>> {
    command_of(world, to, what, told, id, world.now())
}

/// As [`command`], signed at that time: the page sends what it signed once more.
pub fn command_of(
    world: &World,
    to: &str,
    what: &str,
    told: &[(&str, String)],
    id: &str,
    at: Timestamp,
) -> Response<Vec<u8>> {
    command_at(world, (to, COMMANDS), what, told, id, at)
}

/// As [`command_of`], sent to another path.
pub fn command_at(
    world: &World,
    (to, path): (&str, &str),
    what: &str,
    told: &[(&str, String)],
    id: &str,
    at: Timestamp,
) -> Response<Vec<u8>> {
    assert_eq!(register(world, to).status(), 200);
    said_at(world, (to, path), what, told, id, at)
}

/// As [`command_of`], by an operator who has registered.
pub fn said(
    world: &World,
    to: &str,
    what: &str,
    told: &[(&str, String)],
    id: &str,
    at: Timestamp,
) -> Response<Vec<u8>> {
    said_at(world, (to, COMMANDS), what, told, id, at)
}

fn said_at(
    world: &World,
    (to, path): (&str, &str),
    what: &str,
    told: &[(&str, String)],
    id: &str,
    at: Timestamp,
) -> Response<Vec<u8>> {
    let signed = Command {
        role: role_of(to),
        domain: to,
        command: what,
        arguments: told,
        id,
        at,
    };
    world.post(to, path, MEDIA_TYPE, signed.signed())
}

fn say(world: &World, command: &str, arguments: &str, id: &str) -> Response<Vec<u8>> {
    Said::new(world, command, arguments, id).send(world)
}

fn done(world: &World, command: &str, arguments: &str, id: &str) {
    let answer = say(world, command, arguments, id);
    assert_eq!(answer.status(), 200, "{command}: {}", text(&answer));
}

fn register(world: &World, at: &str) -> Response<Vec<u8>> {
    world.post(at, OPERATORS, "application/json", registration())
}

/// A world with an account and somebody who may command.
fn world() -> (World, Holder) {
    let world = World::new();
    let holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    for party in [ISSUER, SHOP] {
        assert_eq!(register(&world, party).status(), 200);
        assert_eq!(
            register(&world, party).status(),
            200,
            "again, it is the same"
        );
    }
    (world, holder)
}

fn table(world: &World, name: &str) -> Vec<serde_json::Value> {
    table_at(world, ISSUER, name)
}

fn table_at(world: &World, of: &str, name: &str) -> Vec<serde_json::Value> {
    let console = world.get_json(of, "/v1/console");
    let tables = console["tables"].as_array().unwrap();
    let found = tables.iter().find(|table| table["name"] == name);
    found.unwrap()["rows"].as_array().unwrap().clone()
}

fn journal(world: &World) -> Vec<String> {
    let rows = table(world, "journal");
    let line = |row: &serde_json::Value| {
        let (by, command) = (&row[1]["text"], &row[2]["word"]);
        format!("{} {}", by.as_str().unwrap(), command.as_str().unwrap())
    };
    rows.iter().map(line).collect()
}

#[test]
fn an_operators_command_is_done_once_and_noted() {
    let (world, _) = world();
    let limit = r#""account":"1","amount":"60000""#;
    let said = Said::new(&world, "change-limit", limit, "1");
    for _ in 0..3 {
        assert_eq!(
            said.send(&world).status(),
            200,
            "also when it is stale by then"
        );
        world.run_for(400_000);
    }
    assert_eq!(world.balance("holder 1 available"), 60_000);
    assert_eq!(journal(&world), ["Aiko change-limit"]);
}

#[test]
fn what_is_not_signed_or_stale_or_said_to_another_or_in_other_words_is_refused() {
    let (world, _) = world();
    let pay = r#""account":"1","amount":"100""#;
    let said = |id| Said::new(&world, "book-repayment", pay, id);
    let stranger = Said {
        by: STRANGER,
        ..said("1")
    };
    assert_eq!(problem(&stranger.send(&world)), "unauthorised");
    let stale = Said {
        at: world.now().0 - 301,
        ..said("2")
    };
    assert_eq!(problem(&stale.send(&world)), "expired");
    let early = Said {
        at: world.now().0 + 301,
        ..said("3")
    };
    assert_eq!(problem(&early.send(&world)), "expired");
    let elsewhere = Said {
        to: "ume-card.localhost",
        ..said("4")
    };
    assert_eq!(problem(&elsewhere.send(&world)), "wrong-recipient");
    for (command, arguments) in [
        ("book-repayment", r#""account":"1""#),
        ("book-repayment", r#""account":"1","amount":"0""#),
        ("book-repayment", r#""account":"one","amount":"1""#),
        ("print-money", ""),
    ] {
        let answer = say(&world, command, arguments, "5");
        assert_eq!(problem(&answer), "malformed", "{command} {arguments}");
    }
    let unsigned = world.post(
        ISSUER,
        "/v1/console/commands",
        MEDIA_TYPE,
        b"a.b.c".to_vec(),
    );
    assert_eq!(problem(&unsigned), "malformed");
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert!(journal(&world).is_empty());
    done(&world, "book-repayment", pay, "6");
    let more = r#""account":"1","amount":"200""#;
    assert_eq!(
        problem(&say(&world, "book-repayment", more, "6")),
        "replayed"
    );
    assert_eq!(world.balance("holder 1 available"), 50_100);
}

#[test]
fn an_issuers_operator_locks_limits_repays_pays_out_and_blocks() {
    let (world, mut holder) = world();
    let mut bought = |world: &World| {
        let order = holder.usual_order(world, &[("sencha-100", 1)]);
        buy(world, &order);
        state(world, &order)
    };
    assert_eq!(bought(&world), ShopState::Accepted);
    let one = r#""account":"1""#;
    done(&world, "lock-account", one, "1");
    assert_eq!(table(&world, "accounts")[0][4]["word"], "locked");
    assert_eq!(bought(&world), ShopState::Refused);
    done(&world, "unlock-account", one, "2");
    assert_eq!(bought(&world), ShopState::Accepted);
    let shop = format!(r#""party":"{SHOP}""#);
    done(&world, "block-party", &shop, "3");
    assert_eq!(table(&world, "blocked")[0][0]["party"], SHOP);
    assert_eq!(bought(&world), ShopState::Refused);
    done(&world, "unblock-party", &shop, "4");
    assert_eq!(
        problem(&say(&world, "unblock-party", &shop, "5")),
        "not-found"
    );

    let owed = world.balance("payable to kiso-tea.localhost");
    let all = format!(r#"{shop},"amount":"{owed}""#);
    done(&world, "pay-out", &all, "6");
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 0);
    let once_more = say(&world, "pay-out", &all, "7");
    assert_eq!(problem(&once_more), "conflict", "no more than is owed");

    let spent = 50_000 - world.balance("holder 1 available");
    let low = format!(r#"{one},"amount":"{}""#, spent - 1);
    assert!(
        say(&world, "change-limit", &low, "8")
            .status()
            .is_client_error()
    );
    done(
        &world,
        "change-limit",
        &format!(r#"{one},"amount":"{spent}""#),
        "9",
    );
    assert_eq!(world.balance("holder 1 available"), 0);
    assert_eq!(bought(&world), ShopState::Refused, "nothing is left");
    let repaid = format!(r#"{one},"amount":"{spent}""#);
    done(&world, "book-repayment", &repaid, "10");
    assert_eq!(bought(&world), ShopState::Accepted);
    assert_eq!(
        problem(&say(&world, "withdraw-code", one, "11")),
        "not-found"
    );
    assert_eq!(
        problem(&say(&world, "lock-account", r#""account":"99""#, "12")),
        "not-found"
    );
    assert_eq!(journal(&world).len(), 7);
    let books = world.post(ISSUER, "/v1/console/trial-balance", "", Vec::new());
    assert!(text(&books).contains(r#""frozen":[]"#), "{}", text(&books));
}

#[test]
fn every_party_has_what_is_stuck_tried_again() {
    let (world, _) = world();
    let stuck = "INSERT INTO due (kind, reference, at_ms, since_ms, stuck_at_ms) VALUES ('gone', 'x', 1, 1, 1)";
    world.machine(SHOP).database.run(stuck, &[]).unwrap();
    let said = Said {
        to: SHOP,
        ..Said::new(&world, "retry", "", "1")
    };
    assert_eq!(said.send(&world).status(), 200);
    let left = "SELECT count(*) FROM due WHERE stuck_at_ms IS NOT NULL";
    assert_eq!(world.number(SHOP, left), 0);
}

#[test]
fn where_the_console_has_a_token_operators_are_those_of_the_settings() {
    let (world, _) = world();
    let mut config = IssuerConfig::new(settings(Role::Issuer, ISSUER));
    config.settings.console = ConsoleAccess::Token("an operator's own token".to_owned().into());
    let with = |config: IssuerConfig| {
        let issuer = Issuer::new(world.machine(ISSUER).clone(), config);
        world.hub.connect(ISSUER, Rc::new(issuer));
    };
    with(config.clone());
    assert_eq!(problem(&register(&world, ISSUER)), "unauthorised");
    assert_eq!(problem(&say(&world, "retry", "", "1")), "unauthorised");
    let spelled = format!("Aiko = {}", BASE64.encode(&test_spki(OPERATOR)));
    config.settings.operators = vec![Operator::parse(&spelled).unwrap()];
    with(config);
    assert_eq!(
        problem(&say(&world, "retry", "", "2")),
        "unauthorised",
        "the signature does not take the token's place"
    );
    assert!(Operator::parse("Aiko").is_none() && Operator::parse("=AAAA").is_none());
}

#[test]
fn a_shops_operator_gives_back_what_was_charged_and_cancels_what_is_not_dispatched() {
    let (world, mut holder) = world();
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let charged = 50_000 - world.balance("holder 1 available");
    let say = |command, arguments: &str, id| {
        let said = Said {
            to: SHOP,
            ..Said::new(&world, command, arguments, id)
        };
        said.send(&world)
    };
    let about = format!(r#""order":"{}""#, order.id);
    assert_eq!(
        problem(&say("cancel", &about, "1")),
        "conflict",
        "it is accepted"
    );
    let part = format!(r#"{about},"amount":"500""#);
    assert_eq!(say("refund", &part, "2").status(), 200);
    world.run_for(60_000);
    assert_eq!(world.balance("holder 1 available"), 50_500 - charged);
    world.hub.cut(ISSUER, true);
    let other = holder.usual_order(&world, &[("hojicha-100", 1)]);
    send_order(&world, &other);
    let about = format!(r#""order":"{}""#, other.id);
    assert_eq!(say("cancel", &about, "3").status(), 200);
    world.hub.cut(ISSUER, false);
    world.run_for(60_000);
    assert_eq!(state(&world, &other), ShopState::Refused);
    assert_eq!(world.balance("holder 1 available"), 50_500 - charged);
}

#[test]
fn a_command_to_a_party_of_many_objects_is_done_by_each_and_shown_once() {
    let mut world = World::new();
    world.spread_courier(4);
    assert_eq!(register(&world, COURIER).status(), 200);
    let said = Said {
        to: COURIER,
        ..Said::new(&world, "retry", "", "1")
    };
    for _ in 0..2 {
        assert_eq!(said.send(&world).status(), 200);
    }
    assert_eq!(table_at(&world, COURIER, "journal").len(), 1);
}
