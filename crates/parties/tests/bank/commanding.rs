//! What the bank's operator commands, and what the console shows.

use http::Response;
use serde_json::{Value as Json, json};
use tallystick_protocol::purse::MovementOutcome;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::authority::{deposit, enrolled, world};
use super::holder::JSON;
use super::purse::{Key, Purse, account, available};
use super::world::{BANK, World, problem, text};

/// A command of the operator, who is registered first.
pub fn command(world: &World, name: &str, arguments: &[(&str, &str)]) -> Response<Vec<u8>> {
    world.post(BANK, OPERATORS, JSON, registration());
    world.run_for(1_000);
    let told: Vec<_> = arguments
        .iter()
        .map(|(name, text)| (*name, (*text).to_owned()))
        .collect();
    let command = Command {
        role: "issuer",
        domain: BANK,
        command: name,
        arguments: &told,
        id: &format!("{name}-{}", world.now().0),
        at: world.now(),
    };
    world.post(BANK, COMMANDS, MEDIA_TYPE, command.signed())
}

pub fn done(answer: &Response<Vec<u8>>) {
    assert!(answer.status().is_success(), "{}", text(answer));
}

#[test]
fn a_locked_account_and_a_blocked_purse_move_nothing() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    purse.load(&world, &mut holder, 1_000);
    let number = purse.number.to_string();
    let account_argument = [("account", "1")];
    let purse_argument = [("purse", number.as_str())];
    let refused = |purse: &mut Purse, holder: &mut super::holder::Holder| {
        world.run_for(1_000);
        let request = purse.request(&world, account(holder), purse.end(), 100);
        purse.ask(&world, holder, &request).err()
    };
    done(&command(&world, "lock-account", &account_argument));
    assert_eq!(
        refused(&mut purse, &mut holder).as_deref(),
        Some("unauthorised")
    );
    done(&command(&world, "unlock-account", &account_argument));
    done(&command(&world, "block-purse", &purse_argument));
    assert_eq!(
        refused(&mut purse, &mut holder).as_deref(),
        Some("purse-blocked")
    );
    done(&command(&world, "unblock-purse", &purse_argument));
    done(&command(
        &world,
        "book-deposit",
        &[("account", "1"), ("amount", "500")],
    ));
    assert_eq!(available(&world, "holder 1"), 9_500);
    let limits = [
        ("purse", number.as_str()),
        ("payment", "1"),
        ("total", "2"),
        ("count", "3"),
        ("holding", "1050"),
    ];
    done(&command(&world, "set-purse-limits", &limits));
    assert_eq!(
        refused(&mut purse, &mut holder).as_deref(),
        Some("over-limit")
    );
    let heard = purse.synchronise(&world, &mut holder);
    assert_eq!(heard.outcomes, [MovementOutcome::NotCompleted; 3]);
    assert_eq!(heard.notice.checkpoint.limits.holding, 1_050);
    let unknown = [("purse", "00000000000000000000000000000000")];
    assert_eq!(
        problem(&command(&world, "block-purse", &unknown)),
        "not-found"
    );
    assert_eq!(
        problem(&command(
            &world,
            "change-limit",
            &[("account", "1"), ("amount", "5")]
        )),
        "malformed",
        "a bank gives no credit"
    );
}

#[test]
fn the_console_shows_what_purses_should_hold_and_what_they_say() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    purse.load(&world, &mut holder, 1_000);
    purse.amount += 1;
    purse.synchronise(&world, &mut holder);
    let console = world.get_json(BANK, "/v1/console");
    let table = |name: &str| -> Json {
        let tables = console["tables"].as_array().unwrap();
        let table = tables.iter().find(|table| table["name"] == name);
        table.unwrap()["rows"][0].clone()
    };
    let purses = table("purses");
    assert_eq!(
        purses[2],
        json!({ "money": { "minor": 1000, "currency": "JPY" } })
    );
    assert_eq!(
        purses[3],
        json!({ "money": { "minor": 1001, "currency": "JPY" } })
    );
    assert_eq!(table("alerts")[1], json!({ "word": "amounts-differ" }));
    assert_eq!(table("movements")[4], json!({ "word": "completed" }));
    assert_eq!(console["counters"]["purses"], 1);
    let shown = console.to_string();
    assert!(
        !shown.contains(holder.card.number.as_str()),
        "no account number"
    );
}
