//! What is true of every run in which purses pay each other without a bank, and that its checks can fail.

use tallystick_simulation::sought::{self, Sought, all_of, until_there};
use tallystick_simulation::{Counts, Crash, Options, Outcome, Plant, Sweep, every_step_or, run};

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

/// Whether a seed from this one on shows the mistake, in these words: those before are known not to.
fn is_noticed_from(first: u64, plant: Plant, complaint: &str) -> bool {
    sought::is_noticed(first..=12, complaint, |seed| outcome(seed, 40, Some(plant)))
}

#[test]
fn t004_2_t004_38_many_purses_pay_each_other_and_value_is_neither_made_nor_lost_whatever_fails() {
    let mut sought = all_of(&[
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
    ]);
    sought.push(payments(20, "are settled", |counts| counts.settled));
    sought.push(payments(4, "are refused", |counts| counts.refused));
    sought.push(payments(2, "are taken by nobody", |counts| counts.lost));
    sought.push(payments(1, "name a copied purse", |counts| counts.named));
    until_there(2, &sought, |seed| outcome(seed, 60, None));
}

/// At least so many payments of all runs together of which this is the count.
fn payments(least: u64, name: &str, of: impl Fn(Counts) -> u64 + Send + Sync + 'static) -> Sought {
    Sought::so(name, move |runs| {
        runs.iter().map(|run| of(run.between)).sum::<u64>() >= least
    })
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_between_purses_to_the_byte() {
    assert_eq!(outcome(3, 8, None), outcome(3, 8, None));
}

#[test]
fn t_u3_a_crash_of_a_wallet_that_pays_or_is_paid_offline_loses_and_creates_no_value() {
    let sweep = Sweep {
        at: "holder-1",
        lose_answer: false,
        bank: true,
        between: true,
        coupons: false,
        every: every_step_or(4),
    };
    let writes = sweep.run();
    println!("about {writes} writes or calls");
    assert!(writes >= 8, "about {writes} writes or calls");
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
    assert!(is_noticed_from(
        4,
        Plant::CreditPaymentTwice,
        "an account is not what was decided about it: purse "
    ));
}

#[test]
fn a_bank_that_forgets_who_spent_twice_is_noticed() {
    assert!(is_noticed_from(
        5,
        Plant::ForgetProof,
        "was spent twice, and is not named"
    ));
}

#[test]
fn a_card_that_is_put_back_and_spent_twice_is_noticed_if_it_is_taken_to_be_honest() {
    assert!(is_noticed_from(
        4,
        Plant::SpendTwice,
        "an honest card is named by a proof"
    ));
}
