//! What is true of every run with a coupon office, and that its checks can fail.

use tallystick_simulation::cast::COUPONS;
use tallystick_simulation::sought::{self, all_of, until_there};
use tallystick_simulation::{Crash, Options, Outcome, Plant, Sweep, every_step_or, run};

fn outcome(seed: u64, steps: u32, plant: Option<Plant>) -> Outcome {
    run(Options {
        seed,
        steps,
        print: true,
        plant,
        coupons: true,
        ..Options::default()
    })
}

/// Whether one of a few seeds shows the mistake, in these words.
fn is_noticed(plant: Plant, complaint: &str) -> bool {
    is_noticed_from(1, plant, complaint)
}

/// The same from this seed on: those before are known not to show it.
fn is_noticed_from(first: u64, plant: Plant, complaint: &str) -> bool {
    sought::is_noticed(first..=8, complaint, |seed| outcome(seed, 20, Some(plant)))
}

#[test]
fn t001_9_t001_10_each_coupon_has_one_owner_and_every_unit_is_accounted_for_whatever_fails_and_whoever_cheats()
 {
    let sought = all_of(&[
        "/v1/coupon-issues: done",
        "/v1/coupon-issues: exhausted",
        "/v1/coupon-issues: had-enough",
        "/v1/coupon-transfers: done",
        "/v1/coupon-transfers: changed",
        "/v1/coupon-transfers: not-owner",
        "/v1/coupon-transfers: wrong-state",
        "/v1/coupon-requests: waiting",
        "/v1/coupon-requests: done",
        "/v1/coupon-replies: done",
        "/v1/coupon-claims: done",
        "/v1/coupon-redemptions: done",
        "/v1/coupon-redemptions: wrong-claim",
        "the counter: presents ",
        "the counter: take ",
        "the counter: free ",
        "hands one coupon to several",
        "the pocket is what it was",
        "somebody who listens → ",
        "wants what is customer-",
        "all that was said to the office is said again",
        "the coupon office is spread over four shards",
        "warifu.localhost: the power fails",
        "warifu.localhost/shard-0",
        "TALLY-COUPON-GIFT-1",
        "TALLY-COUPON-SHOW-1",
        "  http://warifu, read ",
        "POST /v1/coupon-presentations",
        "POST /v1/coupon-settlements",
    ]);
    until_there(2, &sought, |seed| outcome(seed, 60, None));
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_with_a_coupon_office_to_the_byte() {
    assert_eq!(outcome(3, 12, None), outcome(3, 12, None));
}

#[test]
fn t_u3_a_crash_of_the_coupon_office_at_any_write_leaves_each_coupon_with_one_owner() {
    let sweep = Sweep {
        at: COUPONS,
        lose_answer: false,
        bank: false,
        between: false,
        coupons: true,
        every: every_step_or(100),
    };
    let writes = sweep.run();
    println!("about {writes} writes");
    assert!(writes >= 60, "about {writes} writes");
}

#[test]
fn without_a_crash_coupons_are_bought_given_spent_and_converted() {
    let outcome = run(Options {
        seed: 1,
        crash: Some(Crash {
            at: "nobody",
            after: 0,
            lose_answer: false,
        }),
        print: true,
        coupons: true,
        ..Options::default()
    });
    assert_eq!(outcome.violations, [""; 0]);
    for says in [
        "/v1/coupon-issues: done",
        "/v1/coupon-transfers: done",
        "the counter: take ",
        "/v1/coupon-conversions: done",
    ] {
        let is_there = outcome.lines.iter().any(|line| line.contains(says));
        assert!(is_there, "{says} is never there");
    }
}

#[test]
fn a_transfer_that_counts_twice_is_noticed() {
    assert!(is_noticed(
        Plant::HandOnTwice,
        "a coupon changed its owner another number of times"
    ));
}

#[test]
fn a_shop_that_is_paid_twice_for_what_it_took_is_noticed() {
    assert!(is_noticed(
        Plant::SettleTwice,
        "a shop is not owed what was taken"
    ));
}

#[test]
fn t001_10_a_coupon_that_is_charged_twice_is_noticed() {
    assert!(is_noticed_from(
        2,
        Plant::ChargeCouponTwice,
        "what was charged is not what was signed for"
    ));
}

#[test]
fn an_office_that_moves_a_coupon_by_itself_is_noticed() {
    assert!(is_noticed(Plant::MoveCoupon, "nobody who may signed"));
}

#[test]
fn a_campaign_that_gives_more_than_it_has_is_noticed() {
    assert!(is_noticed(Plant::ForgetLimit, " gave "));
}

#[test]
fn numbers_that_can_be_guessed_are_noticed() {
    assert!(is_noticed(
        Plant::NextNumber,
        "two coupons have almost one number"
    ));
}
