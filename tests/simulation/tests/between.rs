//! What is true of every run in which purses pay each other without a bank, and that its checks can fail.

use tallystick_simulation::{Crash, Options, Outcome, Plant, Sweep, run};

fn outcome(seed: u64, steps: u32, plant: Option<Plant>) -> Outcome {
    run(Options {
        seed,
        steps,
        print: true,
        plant,
        bank: true,
        between: true,
        ..Options::default()
    })
}

/// How many lines of a few runs say that.
fn times(runs: &[Outcome], says: &str) -> usize {
    let lines = runs.iter().flat_map(|run| &run.lines);
    lines.filter(|line| line.contains(says)).count()
}

/// Whether one of a few seeds shows the mistake, in these words.
fn is_noticed(plant: Plant, complaint: &str) -> bool {
    (4..=12).any(|seed| {
        let violations = outcome(seed, 40, Some(plant)).violations;
        let is_noticed = violations.iter().any(|found| found.contains(complaint));
        println!("{plant:?}, seed {seed}: {is_noticed}");
        is_noticed
    })
}

#[test]
fn t004_2_t004_38_many_purses_pay_each_other_and_value_is_neither_made_nor_lost_whatever_fails() {
    let runs: Vec<_> = (1..=6).map(|seed| outcome(seed, 60, None)).collect();
    for (seed, run) in (1..).zip(&runs) {
        println!("seed {seed}: {:?}", run.between);
        assert_eq!(run.violations, [""; 0], "seed {seed}");
    }
    let all = runs.iter().map(|run| run.between);
    let all = all.reduce(|all, one| all + one).unwrap_or_default();
    assert!(
        all.settled >= 60 && all.refused >= 10 && all.lost >= 5 && all.named >= 1,
        "{all:?}"
    );
    for says in [
        "TALLY-ASK-1",
        "TALLY-PAY-1",
        "TALLY-GOT-1",
        "[not read]",
        "[again]",
        "[read after ",
        " reads it]",
        "is in the mountains",
        "the card is lost",
        "the card is what it was before it paid",
        "payment-done",
        "payment-not-asked",
    ] {
        assert!(times(&runs, says) >= 1, "{says}");
    }
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_between_purses_to_the_byte() {
    assert_eq!(outcome(3, 20, None), outcome(3, 20, None));
}

#[test]
fn t_u3_a_crash_of_a_wallet_that_pays_or_is_paid_offline_loses_and_creates_no_value() {
    let sweep = Sweep {
        at: "holder-1",
        lose_answer: false,
        bank: true,
        between: true,
        coupons: false,
        every: 1,
    };
    let writes = sweep.run();
    println!("about {writes} writes or calls");
    assert!(writes >= 9, "about {writes} writes or calls");
}

#[test]
fn without_a_crash_both_purses_are_paid_with_no_bank_in_reach() {
    let outcome = run(Options {
        seed: 1,
        crash: Some(Crash {
            at: "nobody",
            after: 0,
            lose_answer: false,
        }),
        bank: true,
        between: true,
        ..Options::default()
    });
    assert_eq!(outcome.violations, [""; 0]);
    assert_eq!((outcome.between.paid, outcome.between.settled), (3, 3));
}

#[test]
fn a_bank_that_credits_a_payment_between_purses_twice_is_noticed() {
    assert!(is_noticed(
        Plant::CreditPaymentTwice,
        "an account is not what was decided about it: purse "
    ));
}

#[test]
fn a_bank_that_forgets_who_spent_twice_is_noticed() {
    assert!(is_noticed(
        Plant::ForgetProof,
        "was spent twice, and is not named"
    ));
}

#[test]
fn a_card_that_is_put_back_and_spent_twice_is_noticed_if_it_is_taken_to_be_honest() {
    assert!(is_noticed(
        Plant::SpendTwice,
        "an honest card is named by a proof"
    ));
}
