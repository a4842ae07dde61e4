//! What is true of every run: it can be repeated, and its checks can fail.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach their helpers"
)]

use std::sync::LazyLock;

use tallystick_simulation::cast::{COURIER, ISSUER, OTHER_COURIER, OTHER_ISSUER};
use tallystick_simulation::sought::{self, Sought, all_of, assert_there, runs_until};
use tallystick_simulation::{Options, Outcome, Plant, run};

fn outcome(seed: u64, steps: u32, plant: Option<Plant>) -> Outcome {
    let print = true;
    run(Options {
        seed,
        steps,
        print,
        plant,
        ..Options::default()
    })
}

/// Steps of the runs at which several tests look.
const STEPS: u32 = 60;

/// The runs from seed 1 on at which several tests look, made once: as many as it takes to see what they look for.
static RUNS: LazyLock<Vec<Outcome>> = LazyLock::new(|| {
    let sought = [accounts(), faults(), shards(), stock()]
        .into_iter()
        .flatten();
    let sought: Vec<_> = sought.collect();
    runs_until(8, &sought, |seed| outcome(seed, STEPS, None))
});

/// One of them.
fn of_runs(seed: u64) -> &'static Outcome {
    &RUNS[usize::try_from(seed).unwrap() - 1]
}

#[test]
fn the_same_seed_and_steps_give_the_same_run_to_the_byte() {
    for seed in [3, 7] {
        let (once, again) = (of_runs(seed), outcome(seed, STEPS, None));
        assert_eq!(*once, again, "seed {seed}");
        assert!(once.lines.len() > 100, "seed {seed} does next to nothing");
        assert_ne!(once.digest, of_runs(seed + 1).digest);
    }
}

#[test]
fn nobody_changes_a_run_by_reading_it() {
    let read = of_runs(5);
    let unread = run(Options {
        seed: 5,
        steps: STEPS,
        ..Options::default()
    });
    assert_eq!(read.digest, unread.digest);
    assert!(unread.lines.is_empty());
}

#[test]
fn fewer_steps_are_the_beginning_of_the_same_run() {
    let (short, long) = (outcome(11, 10, None), outcome(11, 30, None));
    let heals = |outcome: &Outcome| {
        let mut lines = outcome.lines.iter();
        lines
            .position(|line| line.ends_with("everything heals"))
            .unwrap()
    };
    let end = heals(&short);
    assert!(end < heals(&long));
    assert_eq!(short.lines[..end], long.lines[..end]);
}

#[test]
fn holders_have_cards_of_both_issuers_choose_between_both_couriers_and_move_their_accounts() {
    assert_there(&accounts(), &RUNS);
}

fn accounts() -> Vec<Sought> {
    let order_at = |domain: &str, end: &'static str| {
        // At the office or at one of its shards.
        let at = format!("    {domain}");
        Sought::lines(3, format!("{domain}: an order {end}"), move |line| {
            line.contains(&at) && line.contains(": order ") && line.ends_with(end)
        })
    };
    let ends =
        |least, end: &'static str| Sought::lines(least, end, move |line| line.ends_with(end));
    vec![
        order_at(ISSUER, "is captured"),
        order_at(OTHER_ISSUER, "is captured"),
        order_at(COURIER, "is confirmed"),
        order_at(OTHER_COURIER, "is confirmed"),
        ends(6, " moves here"),
        ends(3, " is gone"),
        ends(3, " are here from a backup"),
        Sought::lines(1, "a moved account pays", |line| {
            line.contains("-new: order") && line.contains(" is delivering ")
        }),
    ]
}

/// Whether one of a few seeds shows the mistake, in these words.
fn is_noticed(plant: Plant, complaint: &str) -> bool {
    is_noticed_from(1, plant, complaint)
}

/// The same from this seed on: those before are known not to show it.
fn is_noticed_from(first: u64, plant: Plant, complaint: &str) -> bool {
    sought::is_noticed(first..=20, complaint, |seed| outcome(seed, 30, Some(plant)))
}

#[test]
fn an_issuer_that_captures_twice_is_noticed() {
    assert!(is_noticed(Plant::CaptureTwice, "captured more than once"));
}

#[test]
fn money_from_nowhere_is_noticed() {
    assert!(is_noticed(
        Plant::MintMoney,
        "what can be spent is not the limit"
    ));
}

#[test]
fn a_forgotten_reservation_is_noticed() {
    assert!(is_noticed_from(
        2,
        Plant::ForgetReservation,
        "what is set aside"
    ));
}

#[test]
fn lost_goods_are_noticed() {
    assert!(is_noticed(Plant::LoseGoods, "an order holds goods"));
}

#[test]
fn goods_that_are_put_back_twice_are_noticed() {
    assert!(is_noticed_from(5, Plant::PutBackTwice, "for orders"));
}

#[test]
fn a_shop_that_hears_the_holders_name_is_noticed() {
    assert!(is_noticed(Plant::TellName, "knows \"Hanako Yamada\""));
}

#[test]
fn a_courier_that_hears_of_orders_it_has_no_part_in_is_noticed() {
    assert!(is_noticed(Plant::TellOrders, "tsubame.localhost knows"));
}

#[test]
fn an_issuer_that_hears_of_another_issuers_card_is_noticed() {
    assert!(is_noticed(Plant::TellCard, "ume-card.localhost knows"));
}

#[test]
fn an_issuer_that_lets_a_revoked_device_pay_is_noticed() {
    assert!(is_noticed(Plant::PayRevoked, "nobody approved order"));
}

#[test]
fn an_order_that_stays_open_is_noticed() {
    assert!(is_noticed(Plant::NeverAnswer, "something never ends"));
}

#[test]
fn a_parcel_that_leaves_by_an_unsigned_answer_is_noticed() {
    assert!(is_noticed(Plant::ConfirmUnsigned, "a parcel left before"));
}

#[test]
fn a_courier_that_accepts_and_refuses_one_order_is_noticed() {
    assert!(is_noticed(
        Plant::SayBoth,
        "an acceptance and a refusal of one order"
    ));
}

#[test]
fn a_wallet_that_was_told_of_no_charge_and_was_charged_is_noticed() {
    assert!(is_noticed_from(
        9,
        Plant::ChargeReleased,
        "the wallet says of the money"
    ));
}

#[test]
fn an_account_that_is_not_what_its_transfers_say_is_noticed() {
    assert!(is_noticed(
        Plant::BendAccount,
        "the trial balance of the night does not hold"
    ));
}

#[test]
fn an_alarm_that_is_lost_and_not_set_again_is_noticed() {
    assert!(is_noticed(
        Plant::LoseAlarm,
        "something that is due was forgotten"
    ));
}

#[test]
fn two_objects_that_decide_about_one_order_are_noticed() {
    assert!(is_noticed(
        Plant::TakeTwice,
        "two objects decided about one order"
    ));
}

#[test]
fn an_issuer_whose_objects_take_in_twice_what_crossed_is_noticed() {
    assert!(is_noticed(Plant::CreditTwice, "came and was not sent"));
}

#[test]
fn something_stuck_that_nobody_sees_to_is_noticed() {
    assert!(is_noticed(Plant::HideStuck, "something is stuck"));
}

#[test]
fn an_issuer_that_gives_back_twice_is_noticed() {
    assert!(is_noticed_from(
        3,
        Plant::RefundTwice,
        "what was given back is not what was decided"
    ));
}

#[test]
fn money_that_the_shop_did_not_ask_to_be_given_back_is_noticed() {
    assert!(is_noticed(Plant::ForgetRefund, "and the shop has None"));
}

#[test]
fn random_runs_have_worthless_answers_parties_that_hang_disowned_orders_and_evictions() {
    assert_there(&faults(), &RUNS);
}

fn faults() -> Vec<Sought> {
    all_of(&[
        "[somebody else: a page]",
        "[somebody else: nothing]",
        "[somebody else: heard before]",
        "[somebody else: a bare ",
        "[somebody else: a problem, ",
        "[hangs]",
        "[lie: it came to nothing]",
        "[lie: heard before]",
        ": is evicted",
        "POST /v1/refunds",
        "POST /v1/cancellations",
        "the operator says cancel",
    ])
}

#[test]
fn random_runs_have_shards_that_die_lose_what_they_say_to_each_other_and_are_made_while_orders_are_open()
 {
    assert_there(&shards(), &RUNS);
}

fn shards() -> Vec<Sought> {
    let mut sought = all_of(&[
        "/shard-01: the power fails",
        "the courier is spread over four shards",
        "/siblings/known/v1/",
    ]);
    sought.extend(suffers(
        |line| line.matches(COURIER).count() == 2,
        "the courier’s objects",
    ));
    sought.push(Sought::lines(10, "shards confirm", |line| {
        line.contains("/shard-0") && line.ends_with("is confirmed")
    }));
    sought
}

#[test]
fn random_runs_have_a_shop_whose_stock_is_asked_doubly_lately_and_in_vain_and_that_is_spread_meanwhile()
 {
    assert_there(&stock(), &RUNS);
}

fn stock() -> Vec<Sought> {
    let mut sought = all_of(&[
        "/stock: the power fails",
        "kiso-tea.localhost/shard-01: the power fails",
        "the shop is spread over four shards",
        "/siblings/stock/put-back",
        "/siblings/goods",
    ]);
    sought.extend(suffers(|line| line.contains("/stock  #"), "the stock"));
    sought.push(Sought::lines(10, "shards sell", |line| {
        line.contains("kiso-tea.localhost/shard-0") && line.ends_with("is accepted")
    }));
    sought
}

/// Each fault of the network in such messages.
fn suffers(is_one: fn(&str) -> bool, name: &'static str) -> impl Iterator<Item = Sought> {
    let faults = ["[lost]", "[doubled]", "[delayed "];
    faults.into_iter().map(move |fault| {
        Sought::lines(1, format!("{name}: {fault}"), move |line| {
            is_one(line) && line.contains(fault)
        })
    })
}

#[test]
fn eight_hundred_days_with_a_purchase_every_few_weeks_end_with_everybody_in_business() {
    let outcome = run(Options {
        seed: 1,
        days: 800,
        ..Options::default()
    });
    assert_eq!(outcome.violations, [""; 0]);
    assert!(outcome.delivered >= 14, "{} purchases", outcome.delivered);
    assert_eq!(outcome.ended, 0, "orders came to nothing");
}

#[test]
fn with_the_degrees_of_real_key_spaces_everything_holds() {
    let mut delivered = 0;
    for seed in 1..=2 {
        let outcome = run(Options {
            seed,
            steps: 20,
            real_degrees: true,
            ..Options::default()
        });
        assert_eq!(outcome.violations, [""; 0], "seed {seed}");
        delivered += outcome.delivered;
    }
    assert!(delivered >= 1, "nothing was bought");
}
