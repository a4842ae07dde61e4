//! What is true of every run with a bank, and that its checks can fail.

use tallystick_simulation::cast::{AUTHORITY, BANK, DIRECTORY};
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

/// How many lines of a few runs say that.
fn times(runs: &[Outcome], says: impl Fn(&str) -> bool) -> usize {
    let lines = runs.iter().flat_map(|run| &run.lines);
    lines.filter(|line| says(line)).count()
}

/// Whether one of a few seeds shows the mistake, in these words.
fn is_noticed(plant: Plant, complaint: &str) -> bool {
    (1..=20).any(|seed| {
        let violations = outcome(seed, 40, Some(plant)).violations;
        let is_noticed = violations.iter().any(|found| found.contains(complaint));
        println!("{plant:?}, seed {seed}: {is_noticed}");
        is_noticed
    })
}

#[test]
fn random_runs_with_a_bank_move_value_every_way_and_every_amount_is_where_it_was_decided_to_be() {
    let runs: Vec<_> = (1..=8).map(|seed| outcome(seed, 60, None)).collect();
    for (seed, run) in (1..).zip(&runs) {
        println!("seed {seed}: {} messages", run.messages);
        assert_eq!(run.violations, [""; 0], "seed {seed}");
    }
    let completed = times(&runs, |line| {
        line.contains(": movement ") && line.ends_with(" is Completed")
    });
    let undone = times(&runs, |line| {
        line.contains(": movement ") && line.ends_with(" is NotCompleted")
    });
    println!("{completed} movements were done, {undone} were not");
    assert!(completed >= 20, "{completed} movements were done");
    assert!(undone >= 5, "{undone} movements came to nothing");
    for says in [
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
    ] {
        assert!(times(&runs, |line| line.contains(says)) >= 1, "{says}");
    }
    for party in [BANK, AUTHORITY, DIRECTORY] {
        let fails = times(&runs, |line| {
            line.contains(&format!("{party}: the power fails"))
        });
        assert!(fails >= 1, "the power of {party} never fails");
        let says = ["[lost]", "[doubled]", "[delayed "];
        let said =
            says.map(|says| times(&runs, |line| line.contains(party) && line.contains(says)));
        // Beside the bank there are few messages: of these a fault of any kind has to be there.
        let suffers = if party == BANK {
            said.iter().all(|&said| said >= 1)
        } else {
            said.iter().any(|&said| said >= 1)
        };
        assert!(suffers, "{party}: {says:?} {said:?} times");
    }
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_with_a_bank_to_the_byte() {
    let (once, again) = (outcome(3, 30, None), outcome(3, 30, None));
    assert_eq!(once, again);
    let without = run(Options {
        seed: 3,
        steps: 30,
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
    assert!(is_noticed(
        Plant::HoldUnanswered,
        "something is set aside and nothing is under way"
    ));
}

#[test]
fn a_bank_that_credits_a_waiting_transfer_twice_is_noticed() {
    assert!(is_noticed(
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
