//! A party is brought back to an hour ago while everybody goes on.

use tallystick_simulation::{Back, Forgetful, Options, Outcome, run};

fn outcome(seed: u64, who: Forgetful, back: Back) -> Outcome {
    run(Options {
        seed,
        back: Some((who, back)),
        print: true,
        ..Options::default()
    })
}

#[test]
fn a_courier_that_is_brought_back_by_an_hour_contradicts_nothing_and_no_value_is_made_or_lost() {
    for seed in 1..=2 {
        let outcome = outcome(seed, Forgetful::Courier, Back::ByTheBook);
        assert_eq!(outcome.violations, [""; 0], "seed {seed}");
        assert!(outcome.delivered >= 8, "seed {seed}: {}", outcome.delivered);
        let asked = |line: &&String| line.contains("POST /v1/recollections");
        let asked = outcome.lines.iter().filter(asked).count();
        assert!(asked >= 2, "seed {seed}: asked {asked} times");
    }
}

#[test]
fn a_courier_whose_storage_is_simply_put_back_is_noticed() {
    let is_it =
        |what: &String| what.contains("contradicts itself") || what.contains("its parcel unknown");
    let mut seeds = 1..=2;
    assert!(seeds.any(|seed| {
        outcome(seed, Forgetful::Courier, Back::Simply)
            .violations
            .iter()
            .any(is_it)
    }));
}

#[test]
fn an_issuer_that_is_brought_back_by_an_hour_contradicts_nothing_and_no_value_is_made_or_lost() {
    for seed in 1..=2 {
        let outcome = outcome(seed, Forgetful::Issuer, Back::ByTheBook);
        assert_eq!(outcome.violations, [""; 0], "seed {seed}");
        assert!(outcome.delivered >= 8, "seed {seed}: {}", outcome.delivered);
        let asked = |line: &&String| line.contains("POST /v1/recollections");
        let asked = outcome.lines.iter().filter(asked).count();
        assert!(asked >= 2, "seed {seed}: asked {asked} times");
    }
}

#[test]
fn an_issuer_whose_storage_is_simply_put_back_is_noticed() {
    let is_it = |what: &String| {
        what.contains("contradicts itself") || what.contains("never") || what.contains("its money")
    };
    let mut seeds = 1..=2;
    assert!(seeds.any(|seed| {
        let outcome = outcome(seed, Forgetful::Issuer, Back::Simply);
        outcome.violations.iter().any(is_it)
    }));
}

#[test]
fn a_shop_that_is_brought_back_by_an_hour_contradicts_nothing_and_its_wallets_show_it_what_it_forgot()
 {
    for seed in 1..=2 {
        let outcome = outcome(seed, Forgetful::Shop, Back::ByTheBook);
        assert_eq!(outcome.violations, [""; 0], "seed {seed}");
        assert!(outcome.delivered >= 8, "seed {seed}: {}", outcome.delivered);
        let counted = |what: &str| {
            let lines = outcome.lines.iter();
            lines.filter(|line| line.contains(what)).count()
        };
        assert!(counted("POST /v1/recollections") >= 2, "seed {seed}");
        assert!(counted("POST /v1/orders/again") >= 2, "seed {seed}");
    }
}

#[test]
fn a_shop_whose_storage_is_simply_put_back_is_noticed() {
    let is_it =
        |what: &String| what.contains("contradicts itself") || what.contains("does not know order");
    let mut seeds = 1..=2;
    assert!(seeds.any(|seed| {
        let violations = outcome(seed, Forgetful::Shop, Back::Simply).violations;
        violations.iter().any(is_it)
    }));
}
