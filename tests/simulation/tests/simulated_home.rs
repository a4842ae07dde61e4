//! Where cards that stay at home are lent: what is true of every run, whoever carries what is said; and that the checks
//! can fail.

use std::collections::BTreeMap;

use tallystick_simulation::cast::{HOME_PROXY, ISSUER};
use tallystick_simulation::{Lending, Options, Outcome, Plant, run};

fn outcome(seed: u64, steps: u32, lending: Lending) -> Outcome {
    run(Options {
        seed,
        steps,
        print: true,
        lending,
        ..Options::default()
    })
}

/// How many lines of a few runs say that.
fn times(runs: &[Outcome], says: impl Fn(&str) -> bool) -> usize {
    let lines = runs.iter().flat_map(|run| &run.lines);
    lines.filter(|line| says(line)).count()
}

#[test]
fn t000_4_what_is_lent_is_signed_once_within_the_loan_and_charged_as_the_log_says_whatever_fails() {
    let held = |seed| {
        let run = outcome(seed, 70, Lending::Honest);
        println!("seed {seed}: {} messages", run.messages);
        assert_eq!(run.violations, [""; 0], "seed {seed}");
        run
    };
    let runs: Vec<_> = (1..=6).map(held).collect();
    for says in [
        "something is lent",
        "more is lent",
        "something lent is stopped",
        "bought away",
        "did not buy away",
        "/requests",
        "/openings",
        "/records",
        "/lent",
        "/stops",
        "the line of ",
        "hearth.localhost: the power fails",
        "hearth.localhost: is evicted",
    ] {
        assert!(times(&runs, |line| line.contains(says)) >= 1, "{says}");
    }
    let bought = times(&runs, |line| line.ends_with(": bought away"));
    println!("{bought} orders were bought away");
    assert!(bought >= 6, "{bought} orders were bought away");
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_with_a_home_proxy_to_the_byte() {
    for lending in [Lending::Honest, Lending::Hostile] {
        assert_eq!(outcome(3, 12, lending), outcome(3, 12, lending));
    }
}

#[test]
fn a_proxy_and_a_home_browser_that_are_both_hostile_have_nothing_signed_and_see_no_secret() {
    let mut tricks: BTreeMap<String, u32> = BTreeMap::new();
    let mut runs = Vec::new();
    for seed in 1..=10 {
        let run = outcome(seed, 40, Lending::Hostile);
        println!("seed {seed}: {} messages", run.messages);
        assert_eq!(run.violations, [""; 0], "seed {seed}");
        for (trick, times) in &run.tricks {
            *tricks.entry(trick.clone()).or_default() += times;
        }
        runs.push(run);
    }
    println!("{tricks:#?}");
    for trick in [
        "repeated an earlier call to release in place of a new one",
        "repeated an earlier call to sign in place of a new one",
        "repeated an earlier call in place of another",
        "asked for another terminal",
        "said an earlier call first",
        "gave an earlier reply",
        "made up a refusal",
        "altered a reply",
        "repeated a call at the card",
        "made up a call",
        "came with a terminal of their own",
        "invented an order",
        "managed the card without the PIN",
        "wanted an order given back",
        "registered anew, or as before",
    ] {
        assert!(tricks.contains_key(trick), "nobody {trick}");
    }
    for kind in ["records", "sessions", "openings", "lent"] {
        let is_of = |trick: &&String| trick.ends_with(&format!(" {kind}"));
        assert!(
            tricks.keys().any(|trick| is_of(&trick)),
            "nothing about {kind}"
        );
    }
    // Not for want of anything to be had: between two tricks the terminal buys.
    let bought = times(&runs, |line| line.ends_with(": bought away"));
    let refused = times(&runs, |line| line.contains(": did not buy away"));
    println!("{bought} orders were bought away, {refused} were not");
    assert!(bought >= 6 && refused >= 20, "{bought}, {refused}");
    let charged = times(&runs, |line| {
        line.contains(&format!("    {ISSUER}")) && line.ends_with("is captured")
    });
    assert!(charged >= 6, "{charged} orders were charged");
    assert!(times(&runs, |line| line.contains(HOME_PROXY)) > 100);
}

/// Whether a run or two with hostile hands show the mistake, in these words.
fn is_noticed(plant: Plant, complaint: &str) -> bool {
    (1..=4).any(|seed| {
        let outcome = run(Options {
            seed,
            steps: 4,
            plant: Some(plant),
            lending: Lending::Hostile,
            ..Options::default()
        });
        let mut found = outcome.violations.iter();
        found.any(|found| found.contains(complaint))
    })
}

#[test]
fn a_card_at_home_that_is_again_as_it_was_before_it_signed_is_noticed() {
    assert!(is_noticed(
        Plant::RestoreHome,
        "what was signed and what is left are not what was lent"
    ));
}

#[test]
fn a_password_that_the_proxy_hears_is_noticed() {
    assert!(is_noticed(Plant::TellPassword, "saw a password"));
}

#[test]
fn a_signature_that_the_terminal_did_not_ask_for_is_noticed() {
    assert!(is_noticed(Plant::ForgetAsking, "did not ask for"));
}
