//! Purses that are lost, or closed, when what they paid or were paid becomes known.

use tallystick_protocol::bank::InstructionOutcome;

use super::people::{Person, alerts, apart, losses, pay};
use crate::auditing::requires_clean_audit;
use crate::authority::world;
use crate::closing;
use crate::lost::WINDOW_MS;
use crate::lost::blocking::instruct;
use crate::world::World;

fn two(world: &World) -> [Person; 2] {
    [Person::new(world, 1, 5_000), Person::new(world, 2, 0)]
}

/// Its holder blocks it as lost, and what it held by the books is paid back.
fn is_lost_and_paid_back(world: &World, person: &mut Person) {
    let blocked = instruct(world, &mut person.holder, person.purse.number);
    assert_eq!(blocked.outcome, InstructionOutcome::Done);
    world.run_for(WINDOW_MS + 60_000);
}

#[test]
fn what_a_lost_purse_paid_is_taken_from_what_it_held_while_the_window_runs() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    instruct(&world, &mut payer.holder, payer.purse.number);
    payee.reports(&world);
    assert_eq!(payee.books(&world).0, 1_200);
    world.run_for(WINDOW_MS + 60_000);
    assert_eq!(payer.books(&world), (0, 8_800));
    assert_eq!(losses(&world), 0);
    requires_clean_audit(&world);
}

#[test]
fn a_receipt_that_comes_after_a_lost_purse_was_paid_back_is_taken_from_its_account_at_once() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    is_lost_and_paid_back(&world, &mut payer);
    assert_eq!(payer.books(&world), (0, 10_000));
    payee.reports(&world);
    assert_eq!(payee.books(&world).0, 1_200);
    assert_eq!(payer.books(&world), (0, 8_800));
    assert_eq!((losses(&world), alerts(&world, "spent-twice")), (0, 0));
    payee.reports(&world);
    assert_eq!(payer.books(&world), (0, 8_800), "once");
    requires_clean_audit(&world);
}

#[test]
fn what_a_lost_purse_was_paid_is_the_accounts_whenever_its_payer_tells() {
    for is_late in [false, true] {
        let world = world();
        let [mut payer, mut payee] = two(&world);
        pay(&world, &mut payer, &mut payee, 1, 1_200);
        if is_late {
            is_lost_and_paid_back(&world, &mut payee);
            assert_eq!(payee.books(&world), (0, 10_000));
            payer.reports(&world);
            world.run_for(60_000);
        } else {
            payer.reports(&world);
            is_lost_and_paid_back(&world, &mut payee);
        }
        assert_eq!(payee.books(&world), (0, 11_200), "{is_late}");
        assert_eq!(payer.books(&world), (3_800, 5_000));
        requires_clean_audit(&world);
    }
}

#[test]
fn what_a_closed_purse_was_paid_is_the_accounts_when_its_payer_tells() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    let closed = closing::outcome(&world, &mut payee.holder, &payee.purse);
    assert_eq!(closed, InstructionOutcome::Done);
    for _ in 0..2 {
        payer.reports(&world);
        assert_eq!(payee.books(&world), (0, 11_200));
    }
    requires_clean_audit(&world);
}

#[test]
fn a_lost_purse_that_paid_on_what_it_was_paid_ends_the_same_whichever_history_comes_first() {
    for first in [0, 1] {
        let world = world();
        let mut ann = Person::new(&world, 1, 5_000);
        let [mut ben, mut cleo] = [2, 3].map(|seed| Person::new(&world, seed, 0));
        pay(&world, &mut ann, &mut ben, 1, 2_000);
        pay(&world, &mut ben, &mut cleo, 2, 1_500);
        is_lost_and_paid_back(&world, &mut ben);
        let told = [&mut ann, &mut cleo];
        told[first].reports(&world);
        told[1 - first].reports(&world);
        world.run_for(60_000);
        let all = [&ann, &ben, &cleo].map(|person| person.books(&world));
        assert_eq!(
            all,
            [(3_000, 5_000), (0, 10_500), (1_500, 10_000)],
            "{first}"
        );
        assert_eq!((losses(&world), alerts(&world, "spent-twice")), (0, 0));
        requires_clean_audit(&world);
    }
}

#[test]
fn lost_purses_at_two_objects_end_as_at_one() {
    for payer_is_lost in [true, false] {
        let mut world = world();
        world.spread_bank(4);
        let mut people = apart(&world);
        let [payer, payee] = &mut people;
        pay(&world, payer, payee, 1, 1_200);
        let (lost, told) = if payer_is_lost {
            (payer, payee)
        } else {
            (payee, payer)
        };
        is_lost_and_paid_back(&world, lost);
        told.reports(&world);
        world.run_for(60_000);
        let expected = match payer_is_lost {
            true => [(0, 8_800), (1_200, 10_000)],
            false => [(3_800, 5_000), (0, 11_200)],
        };
        let books = people.each_ref().map(|person| person.books(&world));
        assert_eq!(books, expected, "{payer_is_lost}");
        assert_eq!((losses(&world), alerts(&world, "spent-twice")), (0, 0));
        requires_clean_audit(&world);
    }
}
