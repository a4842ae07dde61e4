//! Where cards that stay at home are lent: what is true of every run, whoever carries what is said; and that the checks
//! can fail.

use tallystick_simulation::cast::{HOME_PROXY, ISSUER};
use tallystick_simulation::sought::{self, Sought, all_of, until_there};
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

#[test]
fn t000_4_what_is_lent_is_signed_once_within_the_loan_and_charged_as_the_log_says_whatever_fails() {
    let mut sought = all_of(&[
        "something is lent",
        "more is lent",
        "something lent is stopped",
        "did not buy away",
        "/requests",
        "/openings",
        "/records",
        "/lent",
        "/stops",
        "the line of ",
        "hearth.localhost: the power fails",
        "hearth.localhost: is evicted",
    ]);
    sought.push(bought_away(4));
    until_there(4, &sought, |seed| outcome(seed, 70, Lending::Honest));
}

/// At least so many orders that were bought away.
fn bought_away(least: usize) -> Sought {
    Sought::lines(least, "bought away", |line| line.ends_with(": bought away"))
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_with_a_home_proxy_to_the_byte() {
    for lending in [Lending::Honest, Lending::Hostile] {
        assert_eq!(outcome(3, 12, lending), outcome(3, 12, lending));
    }
}

#[test]
fn a_proxy_and_a_home_browser_that_are_both_hostile_have_nothing_signed_and_see_no_secret() {
    let mut sought: Vec<_> = [
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
    ]
    .map(|name| trick(name, move |trick| trick == name))
    .into();
    for kind in [" records", " sessions", " openings", " lent"] {
        sought.push(trick(kind, move |trick| trick.ends_with(kind)));
    }
    // Not for want of anything to be had: between two tricks the terminal buys.
    sought.push(bought_away(4));
    sought.push(Sought::lines(10, "did not buy", |line| {
        line.contains(": did not buy away")
    }));
    sought.push(Sought::lines(4, "orders are charged", |line| {
        line.contains(&format!("    {ISSUER}")) && line.ends_with("is captured")
    }));
    sought.push(Sought::lines(100, "of the proxy", |line| {
        line.contains(HOME_PROXY)
    }));
    until_there(4, &sought, |seed| outcome(seed, 40, Lending::Hostile));
}

/// A trick that was tried.
fn trick(name: &str, is_it: impl Fn(&str) -> bool + Send + Sync + 'static) -> Sought {
    Sought::so(format!("nobody {name}"), move |runs| {
        let mut tricks = runs.iter().flat_map(|run| run.tricks.keys());
        tricks.any(|trick| is_it(trick))
    })
}

/// Whether a run or two with hostile hands show the mistake, in these words.
fn is_noticed(plant: Plant, complaint: &str) -> bool {
    sought::is_noticed(1..=4, complaint, |seed| {
        run(Options {
            seed,
            steps: 4,
            plant: Some(plant),
            lending: Lending::Hostile,
            ..Options::default()
        })
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
