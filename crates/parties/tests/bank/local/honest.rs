//! Nobody honest is ever named (this has gone wrong elsewhere: Tribler/tribler#6306).

use super::people::{Person, alerts, losses, pay};
use crate::authority::world;
use crate::world::{BANK, World};

fn nobody_is_named(world: &World) {
    for alert in [
        "spent-twice",
        "history-altered",
        "old-state",
        "loss",
        "amounts-differ",
    ] {
        assert_eq!(alerts(world, alert), 0, "{alert}");
    }
    assert_eq!(
        world.number(BANK, "SELECT count(*) FROM bank_contradictions"),
        0
    );
    assert_eq!(losses(world), 0);
}

#[test]
fn a_payee_who_was_paid_twice_the_same_is_not_the_cheat() {
    let world = world();
    let mut payer = Person::new(&world, 1, 5_000);
    let mut payee = Person::new(&world, 2, 0);
    pay(&world, &mut payer, &mut payee, 1, 700);
    pay(&world, &mut payer, &mut payee, 2, 700);
    payee.reports(&world);
    payer.reports(&world);
    assert_eq!(
        (payer.books(&world).0, payee.books(&world).0),
        (3_600, 1_400)
    );
    nobody_is_named(&world);
}

#[test]
fn a_payee_of_a_cheat_is_paid_and_goes_on() {
    let world = world();
    let mut cheat = Person::new(&world, 1, 3_000);
    let mut copy = cheat.purse.clone();
    let mut payee = Person::new(&world, 2, 0);
    pay(&world, &mut cheat, &mut payee, 1, 3_000);
    // The same value once more, to the same payee.
    cheat.with_copy(&mut copy, |copy| pay(&world, copy, &mut payee, 2, 3_000));
    payee.reports(&world);
    assert_eq!(payee.books(&world).0, 6_000);
    assert_eq!(alerts(&world, "spent-twice"), 1);
    let mut other = Person::new(&world, 3, 0);
    pay(&world, &mut payee, &mut other, 3, 6_000);
    other.reports(&world);
    payee.reports(&world);
    assert_eq!(other.books(&world).0, 6_000);
}

#[test]
fn t004_38_a_payee_who_lost_his_history_has_the_value_by_the_payers() {
    let world = world();
    let mut payer = Person::new(&world, 1, 5_000);
    let mut payee = Person::new(&world, 2, 0);
    pay(&world, &mut payer, &mut payee, 1, 700);
    payer.reports(&world);
    // Nothing comes of the payee's card any more.
    assert_eq!(payee.books(&world).0, 700);
    nobody_is_named(&world);
}

#[test]
fn t004_40_a_report_with_something_that_the_partner_never_signed_changes_nothing_and_is_noted() {
    let world = world();
    let mut payer = Person::new(&world, 1, 5_000);
    let mut payee = Person::new(&world, 2, 0);
    let mut handed = payer.pays(&world, &payee, 1, 700);
    let mut forged = handed.payment.clone();
    forged.amount.minor = 7_000;
    handed.evidence.signed = payee.purse.key.sign(&forged);
    handed.payment = forged;
    payee.takes(&world, &handed);
    let refused = payee.tries_to_report(&world);
    assert_eq!(refused.as_deref(), Some("bad-signature"));
    assert_eq!(alerts(&world, "bad-partner"), 1);
    assert_eq!((payer.books(&world).0, payee.books(&world).0), (5_000, 0));
}
