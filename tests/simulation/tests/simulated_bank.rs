//! What is true of every run with a bank, and that its checks can fail.

use tallystick_simulation::cast::{AUTHORITY, BANK, DIRECTORY};
use tallystick_simulation::sought::{self, Sought, all_of, until_there};
use tallystick_simulation::{Options, Outcome, Plant, run};

fn outcome(seed: u64, steps: u32, plant: Option<Plant>) -> Outcome {
    run(Options {
        seed,
        steps,
        print: true,
        plant,
        bank: true,
        ..Options::default()
    })
}

/// How the network says what it does to a message.
static FAULTS: [&str; 3] = ["[lost]", "[doubled]", "[delayed "];

/// Whether one of a few seeds shows the mistake, in these words.
fn is_noticed(plant: Plant, complaint: &str) -> bool {
    is_noticed_from(1, plant, complaint)
}

/// The same from this seed on: those before are known not to show it.
fn is_noticed_from(first: u64, plant: Plant, complaint: &str) -> bool {
    sought::is_noticed(first..=20, complaint, |seed| outcome(seed, 40, Some(plant)))
}

#[test]
fn random_runs_with_a_bank_move_value_every_way_and_every_amount_is_where_it_was_decided_to_be() {
    let mut sought = all_of(&[
        "POST /v1/registrations",
        "POST /v1/openings",
        "POST /v1/checks",
        "POST /v1/purse-applications",
        "POST /v1/deposits",
        "POST /v1/movements",
        "POST /v1/replies",
        "POST /v1/reports",
        "GET /v1/verdicts/",
        "is Paying",
        "the card will be pulled out",
        "the card’s power will fail",
        "the bank is spread over four shards",
        "/siblings/ends",
        "/siblings/purse-key",
    ]);
    sought.push(movements(10, "Completed"));
    sought.push(movements(5, "NotCompleted"));
    for party in [BANK, AUTHORITY, DIRECTORY] {
        sought.push(Sought::says(format!("{party}: the power fails")));
    }
    for fault in &FAULTS {
        sought.push(suffers(&[BANK], std::slice::from_ref(fault)));
    }
    // Beside the bank there are few messages: of these a fault of any kind has to be there.
    sought.push(suffers(&[AUTHORITY, DIRECTORY], &FAULTS));
    until_there(2, &sought, |seed| outcome(seed, 60, None));
}

/// At least so many movements that ended like this.
fn movements(least: usize, end: &str) -> Sought {
    let ends = format!(" is {end}");
    Sought::lines(least, format!("movements: {end}"), move |line| {
        line.contains(": movement ") && line.ends_with(&ends)
    })
}

/// One of these faults in what is said to or by one of these parties.
fn suffers(parties: &'static [&'static str], faults: &'static [&'static str]) -> Sought {
    Sought::lines(1, format!("{parties:?}: {faults:?}"), move |line| {
        let says = |word: &&str| line.contains(word);
        parties.iter().any(says) && faults.iter().any(says)
    })
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_with_a_bank_to_the_byte() {
    let (once, again) = (outcome(3, 12, None), outcome(3, 12, None));
    assert_eq!(once, again);
    let without = run(Options {
        seed: 3,
        steps: 12,
        ..Options::default()
    });
    assert_ne!(once.digest, without.digest);
}

#[test]
fn a_bank_that_posts_a_load_twice_is_noticed() {
    assert!(is_noticed(Plant::LoadTwice, "the card explains"));
}

#[test]
fn a_bank_that_forgets_to_give_back_what_an_unanswered_offer_held_is_noticed() {
    assert!(is_noticed_from(
        2,
        Plant::HoldUnanswered,
        "something is set aside and nothing is under way"
    ));
}

#[test]
fn a_bank_that_credits_a_waiting_transfer_twice_is_noticed() {
    assert!(is_noticed_from(
        5,
        Plant::WaitTwice,
        "what waits is not on the account of what waits"
    ));
}

#[test]
fn a_bank_that_books_a_deposit_twice_is_noticed() {
    assert!(is_noticed(
        Plant::DepositTwice,
        "an account is not what was decided about it: outside"
    ));
}

#[test]
fn a_card_that_has_again_what_it_gave_away_is_noticed() {
    assert!(is_noticed(Plant::RestoreCard, "the card explains"));
}
