//! Nobody honest is ever named (this has gone wrong elsewhere: Tribler/tribler#6306).

use super::people::{Copied, Person, alerts, losses, pay, proof_against, spend_twice};
use crate::auditing::requires_clean_audit;
use crate::authority::world;
use crate::world::{BANK, World};

fn nobody_is_named(world: &World) {
    nobody_spent_twice(world);
    assert_eq!(alerts(world, "amounts-differ"), 0);
}

fn nobody_spent_twice(world: &World) {
    for alert in ["spent-twice", "history-altered", "old-state", "loss"] {
        assert_eq!(alerts(world, alert), 0, "{alert}");
    }
    for table in ["bank_contradictions", "bank_purses WHERE blocked_at > 0"] {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(world.number(BANK, &sql), 0, "{table}");
    }
    assert_eq!(losses(world), 0);
}

/// Whether the bank names this one, and blocks the purse.
fn is_named(world: &World, person: &Person) -> bool {
    let sql = format!(
        "SELECT count(*) FROM bank_purses WHERE lower(hex(number)) = '{}' AND blocked_at > 0",
        person.purse.number
    );
    let has_proof = proof_against(world, person).is_some();
    assert_eq!(has_proof, world.number(BANK, &sql) == 1);
    has_proof
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
fn a_payee_to_whom_a_payment_was_replayed_has_it_once_and_is_not_the_cheat() {
    let world = world();
    let mut payer = Person::new(&world, 1, 5_000);
    let mut payee = Person::new(&world, 2, 0);
    let handed = payer.pays(&world, &payee, 1, 700);
    let receipt = payee.takes(&world, &handed);
    payee.reports(&world);
    // A card that has forgotten it takes the same payment once more, and signs so.
    payee.takes(&world, &handed);
    payee.reports(&world);
    payer.settles(&handed, &receipt);
    payer.reports(&world);
    for person in [&payer, &payee] {
        assert!(!is_named(&world, person));
    }
    assert_eq!((payer.books(&world).0, payee.books(&world).0), (4_300, 700));
    assert_eq!(payee.purse.amount, 700, "the bank's amount (T004-44)");
    nobody_spent_twice(&world);
    // And it goes on.
    pay(&world, &mut payer, &mut payee, 2, 700);
    payee.reports(&world);
    assert_eq!(payee.books(&world).0, 1_400);
}

#[test]
fn a_payer_who_shows_one_receipt_twice_pays_once_and_names_no_payee() {
    let world = world();
    let mut payer = Person::new(&world, 1, 5_000);
    let mut payee = Person::new(&world, 2, 0);
    let handed = payer.pays(&world, &payee, 1, 700);
    let receipt = payee.takes(&world, &handed);
    payer.settles(&handed, &receipt);
    // The same once more, as if it had been another payment.
    let ends = (payer.purse.end(), payee.purse.end());
    let number = handed.payment.transaction();
    payer
        .purse
        .set_aside(world.now(), number, (&ends.0, &ends.1), 700);
    payer.settles(&handed, &receipt);
    payer.reports(&world);
    payee.reports(&world);
    assert_eq!((payer.books(&world).0, payee.books(&world).0), (4_300, 700));
    assert_eq!(payer.purse.amount, 4_300);
    nobody_spent_twice(&world);
}

#[test]
fn a_report_that_comes_twice_names_nobody() {
    let world = world();
    let mut payer = Person::new(&world, 1, 5_000);
    let mut payee = Person::new(&world, 2, 0);
    pay(&world, &mut payer, &mut payee, 1, 700);
    world.run_for(1_000);
    let said = payee.purse.report(&world);
    for _ in 0..2 {
        let answer = payee.purse.send(&world, &mut payee.holder, &said);
        assert!(answer.is_ok());
    }
    // Something newer overtakes the third.
    pay(&world, &mut payer, &mut payee, 2, 300);
    payee.reports(&world);
    let late = payee.purse.send(&world, &mut payee.holder, &said).err();
    assert_eq!(late.as_deref(), Some("replayed"));
    assert_eq!(payee.books(&world).0, 1_000);
    nobody_is_named(&world);
}

#[test]
fn a_payee_of_a_cheat_who_lost_his_history_is_paid_and_not_named() {
    let world = world();
    let Copied {
        mut cheat,
        mut copy,
        mut payees,
    } = spend_twice(&world, 3_000, [2_000, 1_000]);
    payees[0].reports(&world);
    let refused = payees[1].reports_what_is_left(&world, 1).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    // The copy's own report has what the second payee signed.
    cheat.with_copy(&mut copy, |copy| copy.tries_to_report(&world));
    world.run_for(8 * 86_400 * 1_000);
    assert_eq!(payees[1].reports_what_is_left(&world, 1), Ok(false));
    assert!(is_named(&world, &cheat));
    for (payee, minor) in payees.iter().zip([2_000, 1_000]) {
        assert!(!is_named(&world, payee));
        assert_eq!(payee.books(&world), (minor, 10_000));
    }
    assert_eq!(alerts(&world, "spent-twice"), 1);
}

#[test]
fn who_paid_on_what_he_was_paid_and_lost_his_history_as_his_payer_did_is_not_named() {
    let world = world();
    let mut ann = Person::new(&world, 1, 5_000);
    let [mut ben, mut cleo] = [2, 3].map(|seed| Person::new(&world, seed, 0));
    pay(&world, &mut ann, &mut ben, 1, 2_000);
    pay(&world, &mut ben, &mut cleo, 2, 1_500);
    cleo.reports(&world);
    let refused = ben.reports_what_is_left(&world, 2).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    world.run_for(8 * 86_400 * 1_000);
    // Nobody knows that he held it: it is taken from his account.
    assert_eq!(ben.reports_what_is_left(&world, 2), Ok(true));
    assert_eq!(ben.books(&world), (0, 8_500));
    nobody_spent_twice(&world);
    // His payer tells after all: it comes back.
    ann.reports(&world);
    ben.reports(&world);
    let all = [&ann, &ben, &cleo].map(|person| person.books(&world));
    assert_eq!(all, [(3_000, 5_000), (500, 10_000), (1_500, 10_000)]);
    assert_eq!(ben.purse.amount, 500);
    nobody_spent_twice(&world);
    requires_clean_audit(&world);
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
