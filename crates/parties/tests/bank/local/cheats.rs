//! Who spent twice is named by two of his own signatures; the payees are paid.

use tallystick_protocol::purse::local::Contradiction;
use tallystick_protocol::wire::cbor::decode;

use super::people::{Copied, Person, alerts, losses, pay, proof_against, spend_twice};
use crate::authority::world;
use crate::world::{BANK, World, domain};

/// Whether the bank shows a proof that a third party takes, with the bank's key alone.
fn named(world: &World, person: &Person) -> bool {
    let proof = proof_against(world, person).unwrap();
    let proof: Contradiction = decode(&proof).unwrap();
    let verified = proof.verify((&domain(BANK), &person.purse.bank), world.now());
    verified == Ok(person.purse.number)
}

#[test]
fn a_purse_that_was_copied_and_spent_twice_is_named_and_its_account_pays() {
    let world = world();
    let Copied {
        mut cheat,
        mut payees,
        ..
    } = spend_twice(&world, 3_000, [3_000, 3_000]);
    for payee in &mut payees {
        payee.reports(&world);
    }
    assert_eq!(alerts(&world, "spent-twice"), 1);
    assert!(named(&world, &cheat));
    assert_eq!(
        payees.each_ref().map(|payee| payee.books(&world).0),
        [3_000, 3_000]
    );
    assert_eq!(cheat.books(&world), (0, 4_000));
    assert_eq!(losses(&world), 0);
    let refused = cheat.tries_to_report(&world);
    assert_eq!(refused.as_deref(), Some("purse-blocked"));
}

#[test]
fn a_payment_that_the_own_report_hides_names_the_purse_whichever_comes_first() {
    for report_first in [true, false] {
        let world = world();
        let Copied {
            mut cheat,
            mut copy,
            mut payees,
        } = spend_twice(&world, 3_000, [2_000, 1_000]);
        if report_first {
            cheat.with_copy(&mut copy, |copy| copy.reports(&world));
            payees[0].reports(&world);
        } else {
            payees[0].reports(&world);
            cheat.with_copy(&mut copy, |copy| copy.tries_to_report(&world));
        }
        assert_eq!(alerts(&world, "spent-twice"), 1, "{report_first}");
        assert!(named(&world, &cheat), "{report_first}");
        payees[1].reports(&world);
        assert_eq!(
            payees.each_ref().map(|payee| payee.books(&world).0),
            [2_000, 1_000]
        );
        assert_eq!(cheat.books(&world), (0, 7_000), "{report_first}");
    }
}

#[test]
fn what_an_account_cannot_pay_the_bank_bears_and_says_so() {
    let world = world();
    let Copied {
        cheat, mut payees, ..
    } = spend_twice(&world, 9_000, [9_000, 9_000]);
    for payee in &mut payees {
        payee.reports(&world);
    }
    assert_eq!(cheat.books(&world), (0, 0));
    assert_eq!(losses(&world), 8_000);
    assert_eq!(alerts(&world, "loss"), 1);
}

#[test]
fn a_purse_whose_gift_is_never_covered_is_short_when_the_window_is_over() {
    let world = world();
    let mut cheat = Person::new(&world, 1, 1_000);
    // A card that was doctored: it holds what nobody gave it.
    cheat.purse.amount += 2_000;
    let mut payee = Person::new(&world, 2, 0);
    pay(&world, &mut cheat, &mut payee, 1, 3_000);
    payee.reports(&world);
    assert_eq!(payee.books(&world).0, 3_000);
    assert_eq!(cheat.books(&world), (0, 9_000));
    world.run_for(8 * 86_400 * 1_000);
    assert_eq!(cheat.books(&world), (0, 7_000));
}
