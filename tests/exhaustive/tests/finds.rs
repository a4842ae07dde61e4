//! What is planted is found, by the shortest way that leads to it. Without it the same scope holds.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach what they share"
)]

use tallystick_exhaustive::{Broken, Command, Counterexample, Found, Move, Plant, Scope, explore};

/// One payment, with the bank in the middle of it.
fn with(plant: Option<Plant>) -> Result<Found, Box<Counterexample>> {
    let scope = Scope {
        plant,
        ..Scope::with_bank(1, 1)
    };
    explore(scope, &mut |_, _| ())
}

fn found(plant: Plant) -> Counterexample {
    *with(Some(plant)).unwrap_err()
}

#[test]
fn without_a_fault_no_value_is_created_and_all_of_it_is_accounted_for() {
    let found = with(None).unwrap();
    assert!(found.states > 400 && found.cuts > 1_000, "{found}");
    assert!(found.reconciled > 100, "{found}");
}

#[test]
fn the_same_scope_has_the_same_states_each_time() {
    let scope = Scope::payments(1);
    let [first, again] = [(); 2].map(|()| explore(scope, &mut |_, _| ()).unwrap());
    assert_eq!(first, again);
}

#[test]
fn a_card_that_sends_a_payment_and_has_not_set_it_aside_is_found() {
    let found = found(Plant::NotSetAside);
    assert!(
        matches!(found.broken, Broken::Created(_, 1_600)),
        "{found:?}"
    );
    let [
        Move::Card(..),
        Move::Card(_, Command::Pay(..)),
        Move::Card(_, Command::Take(_)),
    ] = found.moves[..]
    else {
        panic!("{found:?}");
    };
}

#[test]
fn a_card_that_is_put_back_is_found() {
    // The shortest way: a payee that asked forgets it, and what was set aside for it can never be taken.
    for card in [0, 1] {
        let found = found(Plant::OldPages(card));
        assert_eq!(found.broken, Broken::Stuck, "{found:?}");
        assert_eq!(found.moves.last(), Some(&Move::OldPages(card)));
    }
}

#[test]
fn a_bank_that_books_a_payment_twice_is_found() {
    let found = found(Plant::BookedTwice);
    assert!(
        matches!(found.broken, Broken::BooksDiffer(_) | Broken::Named(_)),
        "{found:?}"
    );
    assert_eq!(found.moves.last(), Some(&Move::BookAgain));
}

#[test]
fn a_bank_that_forgets_is_found() {
    let found = found(Plant::OldDatabase);
    assert!(
        matches!(found.broken, Broken::Refused(_) | Broken::Named(_)),
        "{found:?}"
    );
    assert_eq!(found.moves.last(), Some(&Move::OldDatabase));
}
