//! A bank that books by both histories: not before they agree, or the window is over.

use tallystick_parties::bank::Reconcile;
use tallystick_protocol::bank::InstructionOutcome;
use tallystick_protocol::purse::MovementOutcome;
use tallystick_simulation::cast::Cast;

use super::people::{Copied, Person, alerts, apart, losses, pay, spend_twice};
use crate::authority::with;
use crate::closing::outcome;
use crate::purse::account;
use crate::world::{BANK, World};

/// The reconciliation window, in milliseconds.
const WINDOW_MS: u64 = 7 * 86_400_000;

fn world() -> World {
    with(Cast {
        reconcile: Reconcile::Both,
        ..Cast::default()
    })
}

fn two(world: &World) -> [Person; 2] {
    [Person::new(world, 1, 5_000), Person::new(world, 2, 0)]
}

fn books(world: &World, people: &[Person; 2]) -> [(i64, i64); 2] {
    people.each_ref().map(|person| person.books(world))
}

/// The bank corrects nobody, and bears nothing.
fn nothing_is_wrong(world: &World) {
    for alert in ["amounts-differ", "spent-twice", "loss"] {
        assert_eq!(alerts(world, alert), 0, "{alert}");
    }
    assert_eq!(losses(world), 0);
}

#[test]
fn nothing_is_booked_before_both_histories_agree() {
    for first in [0, 1] {
        let world = world();
        let mut people = two(&world);
        let [payer, payee] = &mut people;
        pay(&world, payer, payee, 1, 1_200);
        for _ in 0..2 {
            people[first].reports(&world);
            let before = books(&world, &people);
            assert_eq!(before, [(5_000, 5_000), (0, 10_000)], "{first}");
        }
        // Neither card is set to what is booked meanwhile.
        assert_eq!([0, 1].map(|one| people[one].purse.amount), [3_800, 1_200]);
        people[1 - first].reports(&world);
        let after = books(&world, &people);
        assert_eq!(after, [(3_800, 5_000), (1_200, 10_000)], "{first}");
        for person in &mut people {
            person.reports(&world);
        }
        assert_eq!(books(&world, &people), after);
        nothing_is_wrong(&world);
    }
}

#[test]
fn t004_38_one_history_suffices_when_the_window_is_over() {
    for told in [0, 1] {
        let world = world();
        let mut people = two(&world);
        let [payer, payee] = &mut people;
        pay(&world, payer, payee, 1, 1_200);
        people[told].reports(&world);
        world.run_for(WINDOW_MS - 60_000);
        assert_eq!(books(&world, &people), [(5_000, 5_000), (0, 10_000)]);
        world.run_for(120_000);
        assert_eq!(books(&world, &people), [(3_800, 5_000), (1_200, 10_000)]);
        nothing_is_wrong(&world);
    }
}

#[test]
fn a_payer_whose_receipt_was_lost_agrees_by_the_entry_that_it_signed() {
    for payer_first in [true, false] {
        let world = world();
        let mut people = two(&world);
        let [payer, payee] = &mut people;
        let handed = payer.pays(&world, payee, 1, 1_200);
        payee.takes(&world, &handed);
        if payer_first {
            payer.reports(&world);
            payee.reports(&world);
        } else {
            payee.reports(&world);
            assert_eq!(payee.books(&world).0, 0);
        }
        world.run_for(1_000);
        let heard = payer.purse.synchronise(&world, &mut payer.holder);
        assert_eq!(heard.outcomes, [MovementOutcome::Completed]);
        assert!(!payer.waits_for(&handed));
        assert_eq!(books(&world, &people), [(3_800, 5_000), (1_200, 10_000)]);
        nothing_is_wrong(&world);
    }
}

#[test]
fn what_waits_for_the_other_history_is_no_shortfall_of_whoever_paid_it_on() {
    let world = world();
    let [mut ann, mut ben] = two(&world);
    let mut cleo = Person::new(&world, 3, 0);
    pay(&world, &mut ann, &mut ben, 1, 2_000);
    pay(&world, &mut ben, &mut cleo, 2, 1_500);
    cleo.reports(&world);
    ben.reports(&world);
    // Ben's payment is agreed on and booked; what Ann paid him is not yet.
    assert_eq!(cleo.books(&world).0, 1_500);
    assert_eq!(ben.books(&world), (0, 10_000));
    ann.reports(&world);
    let all = [&ann, &ben, &cleo].map(|person| person.books(&world));
    assert_eq!(all, [(3_000, 5_000), (500, 10_000), (1_500, 10_000)]);
    nothing_is_wrong(&world);
}

#[test]
fn what_waits_cannot_be_unloaded_and_keeps_its_purse_open() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    payee.reports(&world);
    let ends = (payee.purse.end(), account(&payee.holder));
    let unloaded = payee
        .purse
        .moves(&world, &mut payee.holder, ends.clone(), 1_200);
    assert_eq!(unloaded.err().as_deref(), Some("short-of-money"));
    payee.reports(&world);
    let closing = outcome(&world, &mut payee.holder, &payee.purse);
    assert_eq!(closing, InstructionOutcome::UnderWay);
    payer.reports(&world);
    payee
        .purse
        .moves(&world, &mut payee.holder, ends, 1_200)
        .unwrap();
    payee.reports(&world);
    let closing = outcome(&world, &mut payee.holder, &payee.purse);
    assert_eq!(closing, InstructionOutcome::Done);
    nothing_is_wrong(&world);
}

#[test]
fn whoever_spent_twice_is_named_at_once_and_his_payees_are_paid_when_the_window_is_over() {
    let world = world();
    let Copied {
        cheat, mut payees, ..
    } = spend_twice(&world, 3_000, [3_000, 3_000]);
    for payee in &mut payees {
        payee.reports(&world);
    }
    assert_eq!(alerts(&world, "spent-twice"), 1);
    world.run_for(WINDOW_MS + 60_000);
    let paid = payees.each_ref().map(|payee| payee.books(&world).0);
    assert_eq!(paid, [3_000, 3_000]);
    assert_eq!(cheat.books(&world), (0, 4_000));
    assert_eq!(losses(&world), 0);
}

#[test]
fn a_bank_of_several_objects_books_by_both_histories_too() {
    for first in [0, 1] {
        for settled in [true, false] {
            let mut world = world();
            world.spread_bank(4);
            let mut people = apart(&world);
            let [payer, payee] = &mut people;
            let handed = payer.pays(&world, payee, 1, 1_200);
            let receipt = payee.takes(&world, &handed);
            if settled {
                payer.settles(&handed, &receipt);
            }
            people[first].reports(&world);
            world.run_for(5_000);
            assert_eq!(books(&world, &people), [(5_000, 5_000), (0, 10_000)]);
            people[1 - first].reports(&world);
            world.run_for(5_000);
            let after = books(&world, &people);
            assert_eq!(
                after,
                [(3_800, 5_000), (1_200, 10_000)],
                "{first} {settled}"
            );
            people[0].reports(&world);
            nothing_is_wrong(&world);
            assert_eq!(
                world.number(
                    BANK,
                    "SELECT count(*) FROM due WHERE stuck_at_ms IS NOT NULL"
                ),
                0
            );
        }
    }
}
