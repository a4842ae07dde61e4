//! A purse whose history has gaps moves nothing until the window is over; then it is set to the bank's amounts.

use tallystick_protocol::bank::InstructionOutcome;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::purse::{HistoryPolicy, MovementOutcome};
use tallystick_simulation::cast::Cast;

use super::people::{Person, alerts, losses, pay};
use crate::authority::{with, world};
use crate::closing::outcome;
use crate::ordering::order;
use crate::purse::account;
use crate::talk::buy;
use crate::world::{BANK, World};

/// The reconciliation window, in milliseconds.
const WINDOW_MS: u64 = 7 * 86_400_000;

fn loads(world: &World, person: &mut Person) -> Option<String> {
    let ends = (account(&person.holder), person.purse.end());
    let moved = person.purse.moves(world, &mut person.holder, ends, 100);
    moved.err()
}

fn unloads(world: &World, person: &mut Person) -> Option<String> {
    let ends = (person.purse.end(), account(&person.holder));
    let moved = person.purse.moves(world, &mut person.holder, ends, 100);
    moved.err()
}

/// Cards erase their oldest entries, the bank's word or not.
fn erasing() -> World {
    with(Cast {
        purse_policy: HistoryPolicy::EraseOldest,
        ..Cast::default()
    })
}

fn is_frozen(world: &World) -> bool {
    world.number(BANK, "SELECT count(*) FROM bank_frozen") > 0
}

fn two(world: &World) -> [Person; 2] {
    [Person::new(world, 1, 5_000), Person::new(world, 2, 0)]
}

#[test]
fn a_purse_with_gaps_neither_loads_nor_unloads_until_what_is_missing_comes() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    pay(&world, &mut payer, &mut payee, 1, 700);
    pay(&world, &mut payer, &mut payee, 2, 300);
    let refused = payer.reports_what_is_left(&world, 1).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    assert!(is_frozen(&world));
    for moves in [loads, unloads] {
        let refused = moves(&world, &mut payer);
        assert_eq!(refused.as_deref(), Some("history-gap"));
    }
    let closing = outcome(&world, &mut payer.holder, &payer.purse);
    assert_eq!(closing, InstructionOutcome::UnderWay);
    assert_eq!(payer.books(&world), (5_000, 5_000), "nothing is taken over");
    payer.reports(&world);
    assert!(!is_frozen(&world));
    // What was set aside to unload came back to the card.
    assert_eq!((payer.purse.amount, payer.books(&world).0), (4_000, 4_000));
    assert_eq!(loads(&world, &mut payer), None);
    assert_eq!(unloads(&world, &mut payer), None);
    assert_eq!(alerts(&world, "amounts-differ"), 0);
}

#[test]
fn a_purse_with_gaps_pays_no_order_and_takes_no_offer_that_waited() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    pay(&world, &mut payer, &mut payee, 1, 700);
    world.run_for(1_000);
    let (into, from) = (payer.purse.end(), account(&payer.holder));
    let request = payer.purse.request(&world, from, into, 100);
    let offer = payer.purse.ask(&world, &mut payer.holder, &request);
    let offer = offer.unwrap().offer();
    payer.purse.accept(&offer);
    let refused = payer.reports_what_is_left(&world, 1).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    let verdict = payer
        .purse
        .send_reply(&world, &mut payer.holder, offer.transaction, true);
    assert_eq!(verdict.outcome, MovementOutcome::NotCompleted);
    let (order, _) = order(&world, &mut payer.holder, &mut payer.purse);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    assert_eq!(payer.books(&world), (5_000, 5_000));
    payer.reports(&world);
    assert_eq!(payer.books(&world), (4_300, 5_000));
}

#[test]
fn t004_39_both_histories_lost_sets_both_purses_to_the_banks_amounts_when_the_window_is_over() {
    let world = world();
    let mut people = two(&world);
    let [payer, payee] = &mut people;
    pay(&world, payer, payee, 1, 1_200);
    for person in &mut people {
        let refused = person.reports_what_is_left(&world, 1).err();
        assert_eq!(refused.as_deref(), Some("history-gap"));
    }
    world.run_for(WINDOW_MS - 60_000);
    for person in &mut people {
        let refused = person.reports_what_is_left(&world, 1).err();
        assert_eq!(refused.as_deref(), Some("history-gap"), "a minute before");
    }
    world.run_for(120_000);
    for person in &mut people {
        assert_eq!(person.reports_what_is_left(&world, 1), Ok(true));
    }
    let amounts = people.each_ref().map(|person| person.purse.amount);
    assert_eq!(amounts, [5_000, 0]);
    let books = people.each_ref().map(|person| person.books(&world));
    assert_eq!(books, [(5_000, 5_000), (0, 10_000)]);
    assert_eq!(alerts(&world, "amounts-differ"), 2);
    assert_eq!((alerts(&world, "spent-twice"), losses(&world)), (0, 0));
    // And they go on.
    assert!(!is_frozen(&world));
    for person in &mut people {
        assert_eq!(loads(&world, person), None);
        person.reports(&world);
    }
    let [payer, payee] = &mut people;
    pay(&world, payer, payee, 3, 100);
    payee.reports(&world);
    assert_eq!(payee.books(&world).0, 200);
}

#[test]
fn t004_38_a_purse_with_a_gap_is_right_when_the_other_history_has_come_meanwhile() {
    for lost_by in [0, 1] {
        let world = world();
        let mut people = two(&world);
        let [payer, payee] = &mut people;
        pay(&world, payer, payee, 1, 1_200);
        let refused = people[lost_by].reports_what_is_left(&world, 1).err();
        assert_eq!(refused.as_deref(), Some("history-gap"));
        people[1 - lost_by].reports(&world);
        world.run_for(WINDOW_MS + 60_000);
        let forced = people[lost_by].reports_what_is_left(&world, 1);
        assert_eq!(forced, Ok(false), "{lost_by}");
        assert!(!is_frozen(&world));
        let amounts = people.each_ref().map(|person| person.purse.amount);
        assert_eq!(amounts, [3_800, 1_200]);
        let books = people.each_ref().map(|person| person.books(&world).0);
        assert_eq!(books, [3_800, 1_200]);
        assert_eq!(alerts(&world, "amounts-differ"), 0);
    }
}

#[test]
fn what_is_left_of_a_history_with_a_hole_counts_when_the_window_is_over() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    let mut other = Person::new(&world, 3, 1_000);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    pay(&world, &mut other, &mut payee, 2, 400);
    pay(&world, &mut payer, &mut payee, 3, 500);
    // The second of three is lost; what the others signed is still there.
    let hole = |payee: &mut Person| {
        world.run_for(1_000);
        let mut report = payee.purse.report(&world);
        let at = report.entries.len() - 2;
        report.entries.remove(at);
        let answer = payee.purse.send(&world, &mut payee.holder, &report)?;
        Ok::<_, String>(payee.purse.hears(&world, &answer).notice.forces)
    };
    assert_eq!(hole(&mut payee).err().as_deref(), Some("history-gap"));
    world.run_for(WINDOW_MS + 60_000);
    assert_eq!(hole(&mut payee), Ok(true));
    assert_eq!((payee.purse.amount, payee.books(&world).0), (1_700, 1_700));
    // The other payer tells after all: it is the payee's again.
    other.reports(&world);
    payee.reports(&world);
    assert_eq!((payee.purse.amount, payee.books(&world).0), (2_100, 2_100));
    assert_eq!(alerts(&world, "spent-twice"), 0);
}

#[test]
fn an_entry_that_is_altered_or_there_twice_is_refused_after_the_window_too() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    for nonce in 1..4 {
        pay(&world, &mut payer, &mut payee, nonce, 100);
    }
    let refused = payer.reports_what_is_left(&world, 1).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    world.run_for(WINDOW_MS + 60_000);
    let whole = payer.purse.report(&world);
    let newest = whole.entries.len() - 1;
    let mut altered = whole.clone();
    altered.entries[newest].amount += 1;
    let mut doubled = whole.clone();
    doubled.entries.remove(newest - 1);
    doubled.entries.push(whole.entries[newest].clone());
    for (report, expected) in [(altered, "history-altered"), (doubled, "history-gap")] {
        world.run_for(1_000);
        let refused = payer.purse.send(&world, &mut payer.holder, &report).err();
        assert_eq!(refused.as_deref(), Some(expected));
        assert_eq!(payer.books(&world).0, 5_000);
    }
}

#[test]
fn what_is_under_way_behind_a_gap_ends_before_the_purse_is_set_right() {
    let world = world();
    let [mut payer, payee] = two(&world);
    let handed = payer.pays(&world, &payee, 1, 1_200);
    let refused = payer.reports_what_is_left(&world, 1).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    world.run_for(WINDOW_MS + 60_000);
    let mut report = payer.purse.report(&world);
    report.entries.pop();
    let answer = payer.purse.send(&world, &mut payer.holder, &report);
    let heard = payer.purse.hears(&world, &answer.unwrap());
    assert_eq!(heard.outcomes, [MovementOutcome::NotCompleted]);
    assert!(!heard.notice.forces && !payer.waits_for(&handed));
    payer.reports(&world);
    assert_eq!((payer.purse.amount, payer.books(&world).0), (5_000, 5_000));
    assert!(!is_frozen(&world));
}

#[test]
fn a_card_that_erased_what_it_was_paid_is_frozen_and_not_set_to_less_before_the_window_is_over() {
    let world = erasing();
    let [mut payer, mut payee] = two(&world);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    // The card has erased the entry, with what the payer signed.
    let erased = |payee: &mut Person, world: &World| {
        world.run_for(1_000);
        let mut report = payee.purse.report(world);
        report.after = report.state.sequence;
        report.entries.clear();
        let answer = payee.purse.send(world, &mut payee.holder, &report).unwrap();
        payee.purse.hears(world, &answer).notice.forces
    };
    assert!(!erased(&mut payee, &world));
    assert_eq!(payee.purse.amount, 1_200);
    assert!(is_frozen(&world));
    assert_eq!(unloads(&world, &mut payee).as_deref(), Some("history-gap"));
    // The payer's history has it.
    payer.reports(&world);
    payee.reports(&world);
    assert!(!is_frozen(&world));
    assert_eq!((payee.purse.amount, payee.books(&world).0), (1_200, 1_200));
    assert_eq!(unloads(&world, &mut payee), None);
    assert_eq!(alerts(&world, "amounts-differ"), 0);
}

#[test]
fn what_is_under_way_behind_an_erased_entry_does_not_end_the_window() {
    let world = erasing();
    let [mut payer, mut payee] = two(&world);
    let other = Person::new(&world, 3, 0);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    payee.pays(&world, &other, 2, 100);
    // It erased the oldest entry: what it was paid.
    payee.purse.checkpoint.through = payee.purse.state().sequence - 1;
    payee.reports(&world);
    assert!(is_frozen(&world));
    payee.reports(&world);
    assert_eq!((payee.purse.amount, payee.books(&world).0), (1_100, 0));
    assert_eq!(alerts(&world, "amounts-differ"), 0);
    payer.reports(&world);
    world.run_for(WINDOW_MS + 60_000);
    payee.reports(&world);
    payee.reports(&world);
    assert!(!is_frozen(&world));
    assert_eq!((payee.purse.amount, payee.books(&world).0), (1_200, 1_200));
}
