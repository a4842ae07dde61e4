//! What comes in from the bank outside, and that what the bank ordered there is what was booked.

use serde_json::{Value as Json, json};
use tallystick_simulation::cast::Cast;

use super::commanding::{command, done};
use super::holder::Holder;
use super::kitsune::{self, Kitsune, Line, OPENING};
use super::purse::available;
use super::world::{BANK, World, problem, text};

/// Until the statement was read, in milliseconds.
const READ_MS: u64 = 1_000_000;

fn start() -> (World, Kitsune, Holder) {
    let (world, kitsune) = kitsune::world();
    let holder = kitsune.enrolled(&world);
    (world, kitsune, holder)
}

fn pay(kitsune: &Kitsune, world: &World, minor: u64, text_of: &str, reference: &str) {
    let answer = kitsune.pays(world, minor, text_of, reference);
    assert!(answer.status().is_success(), "{}", text(&answer));
}

fn states(world: &World, state: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM bank_outside_bookings WHERE state = '{state}'");
    world.number(BANK, &sql)
}

fn alerts(world: &World, alert: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM bank_outside_alerts WHERE alert = '{alert}'");
    world.number(BANK, &sql)
}

fn left(minor: u64) -> i64 {
    i64::try_from(OPENING - minor).unwrap()
}

#[test]
fn a_transfer_that_names_the_account_comes_onto_it_once() {
    let (world, kitsune, holder) = start();
    let number = holder.card.number.as_str().to_owned();
    let grouped = format!(
        "Savings {} {}-{}",
        &number[..4],
        &number[4..8],
        &number[8..]
    );
    pay(&kitsune, &world, 5_000, &grouped, "one");
    pay(&kitsune, &world, 5_000, &grouped, "one");
    pay(&kitsune, &world, 700, &number, "two");
    kitsune.set(Line::Cut);
    world.run_for(READ_MS);
    assert_eq!(available(&world, "holder 1"), 0);
    kitsune.set(Line::Good);
    world.run_for(2 * READ_MS);
    assert_eq!(available(&world, "holder 1"), 5_700);
    // Read again, today and on later days, it stays what it is.
    world.run_for(3 * 86_400_000);
    assert_eq!(available(&world, "holder 1"), 5_700);
    assert_eq!(kitsune.balance(), left(5_700));
    assert_eq!(states(&world, "credited"), 2);
    let all = world.number(BANK, "SELECT count(*) FROM bank_outside_alerts");
    assert_eq!(all, 0);
}

#[test]
fn more_than_a_page_of_transfers_comes_in_and_the_next_day_goes_on() {
    let (world, kitsune, holder) = start();
    let number = holder.card.number.as_str().to_owned();
    for count in 0..130 {
        pay(&kitsune, &world, 10, &number, &format!("number {count}"));
    }
    world.run_for(READ_MS);
    assert_eq!(available(&world, "holder 1"), 1_300);
    world.run_for(86_400_000);
    pay(&kitsune, &world, 7, &number, "tomorrow");
    world.run_for(READ_MS);
    assert_eq!(available(&world, "holder 1"), 1_307);
    assert_eq!(states(&world, "credited"), 131);
}

#[test]
fn money_that_names_no_account_waits_until_an_operator_says_whose_it_is() {
    let (world, kitsune, _holder) = start();
    pay(&kitsune, &world, 300, "for Hanako", "one");
    pay(&kitsune, &world, 200, "8999900000000007 or so", "two");
    world.run_for(READ_MS);
    assert_eq!(
        (
            available(&world, "holder 1"),
            available(&world, "unassigned")
        ),
        (0, 500)
    );
    assert_eq!(alerts(&world, "outside-unassigned"), 2);
    let console = world.get_json(BANK, "/v1/console");
    let tables = console["tables"].as_array().unwrap();
    let booked = tables
        .iter()
        .find(|table| table["name"] == "outside-bookings");
    let row: Json = booked.unwrap()["rows"][1].clone();
    assert_eq!(row[4], json!({ "word": "unassigned" }));
    assert_eq!(console["counters"]["outside_bookings_unassigned"], 2);
    done(&command(
        &world,
        "assign-money",
        &[("booking", "1"), ("account", "1")],
    ));
    assert_eq!(
        (
            available(&world, "holder 1"),
            available(&world, "unassigned")
        ),
        (300, 200)
    );
    let again = command(
        &world,
        "assign-money",
        &[("booking", "1"), ("account", "1")],
    );
    assert_eq!(problem(&again), "conflict");
    let unknown = command(
        &world,
        "assign-money",
        &[("booking", "9"), ("account", "1")],
    );
    assert_eq!(problem(&unknown), "not-found");
    let unknown = command(
        &world,
        "assign-money",
        &[("booking", "2"), ("account", "9")],
    );
    assert_eq!(problem(&unknown), "not-found");
}

#[test]
fn money_that_is_sent_back_is_back_once_and_waits_again_if_it_is_rejected() {
    let (world, kitsune, _holder) = start();
    pay(&kitsune, &world, 300, "for nobody", "one");
    world.run_for(READ_MS);
    kitsune.command(&world, "lock-account");
    done(&command(&world, "return-money", &[("booking", "1")]));
    world.run_for(5_000);
    assert_eq!(
        (
            states(&world, "unassigned"),
            alerts(&world, "outside-rejected")
        ),
        (1, 1)
    );
    assert_eq!(available(&world, "unassigned"), 300);
    kitsune.command(&world, "unlock-account");
    kitsune.set(Line::LosesAnswers);
    done(&command(&world, "return-money", &[("booking", "1")]));
    world.run_for(60_000);
    assert_eq!(
        (states(&world, "returning"), available(&world, "unassigned")),
        (1, 0)
    );
    let again = command(&world, "return-money", &[("booking", "1")]);
    assert_eq!(problem(&again), "conflict");
    kitsune.set(Line::Good);
    world.run_for(2 * READ_MS);
    assert_eq!(
        (states(&world, "returned"), kitsune.balance()),
        (1, left(0))
    );
    assert_eq!(
        states(&world, "ordered"),
        1,
        "the statement agrees with what was ordered"
    );
    assert_eq!(available(&world, "outside"), 0);
}

#[test]
fn what_the_bank_did_not_order_raises_an_alert() {
    let (world, kitsune, _holder) = start();
    kitsune.pay_in_for_the_bank(&world, 1_000);
    kitsune.takes_from_the_bank(&world, 400);
    world.run_for(READ_MS);
    assert_eq!(
        (
            states(&world, "unordered"),
            alerts(&world, "outside-unordered")
        ),
        (1, 1)
    );
    assert_eq!(alerts(&world, "outside-unassigned"), 1);
}

#[test]
fn only_who_opened_an_account_outside_pays_from_it_and_no_more_than_there_is() {
    let (world, mut kitsune, holder) = start();
    let number = holder.card.number.as_str().to_owned();
    assert_eq!(
        problem(&kitsune.pays(&world, OPENING + 1, &number, "all")),
        "short-of-money"
    );
    assert_eq!(
        problem(&kitsune.pays(&world, 0, &number, "none")),
        "no-amount"
    );
    pay(&kitsune, &world, 10, &number, "one");
    assert_eq!(
        problem(&kitsune.pays(&world, 11, &number, "one")),
        "replayed"
    );
    kitsune.key = "another key".to_owned();
    assert_eq!(
        problem(&kitsune.pays(&world, 10, &number, "two")),
        "unauthorised"
    );
    assert_eq!(kitsune.balance(), left(10));
}

#[test]
fn money_for_an_account_at_a_shard_arrives_there() {
    let (mut world, kitsune) = kitsune::world_of(Cast::default());
    world.spread_bank(4);
    let holder = kitsune.enrolled(&world);
    pay(&kitsune, &world, 5_000, holder.card.number.as_str(), "one");
    world.run_for(READ_MS + 60_000);
    assert_eq!(available(&world, "holder 1"), 5_000);
    let at_office = "SELECT credits_posted - debits_posted FROM accounts WHERE name = 'holder 1'";
    assert_eq!(world.number(BANK, at_office), 0);
}
