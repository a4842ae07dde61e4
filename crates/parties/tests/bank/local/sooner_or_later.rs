//! Either history suffices, and each payment counts once.

use tallystick_protocol::purse::MovementOutcome;

use super::people::{Person, alerts, losses, pay};
use crate::authority::world;
use crate::world::World;

fn two(world: &World) -> [Person; 2] {
    [Person::new(world, 1, 5_000), Person::new(world, 2, 0)]
}

#[test]
fn t004_2_either_purses_history_moves_the_value_and_the_other_changes_nothing_more() {
    for first in [0, 1] {
        let world = world();
        let mut people = two(&world);
        let [payer, payee] = &mut people;
        pay(&world, payer, payee, 1, 1_200);
        people[first].reports(&world);
        let after_one = people.each_ref().map(|person| person.books(&world));
        assert_eq!(after_one, [(3_800, 5_000), (1_200, 10_000)], "{first}");
        people[1 - first].reports(&world);
        for person in &mut people {
            person.reports(&world);
        }
        let after_all = people.each_ref().map(|person| person.books(&world));
        assert_eq!(after_all, after_one, "{first}");
        assert_eq!(people[0].purse.amount, 3_800);
        assert_eq!(people[1].purse.amount, 1_200);
        assert_eq!(alerts(&world, "amounts-differ"), 0);
        assert_eq!(losses(&world), 0);
    }
}

#[test]
fn t004_38_a_payer_whose_receipt_was_lost_hears_from_the_bank_that_it_was_paid() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    let handed = payer.pays(&world, &payee, 1, 1_200);
    payee.takes(&world, &handed);
    // The payer is first: the bank knows nothing yet, and what is set aside stays so.
    payer.reports(&world);
    assert!(payer.waits_for(&handed));
    assert_eq!(payer.books(&world).0, 5_000);
    payee.reports(&world);
    world.run_for(1_000);
    let heard = payer.purse.synchronise(&world, &mut payer.holder);
    assert_eq!(heard.outcomes, [MovementOutcome::Completed]);
    assert!(!payer.waits_for(&handed));
    assert_eq!((payer.purse.amount, payer.books(&world).0), (3_800, 3_800));
}

#[test]
fn t004_38_a_receipt_that_came_after_the_payer_had_reported_is_told_and_nothing_is_set_right() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    let handed = payer.pays(&world, &payee, 1, 1_200);
    // It is still set aside when the bank hears of it first; then the receipt comes.
    payer.reports(&world);
    let receipt = payee.takes(&world, &handed);
    payer.settles(&handed, &receipt);
    payer.reports(&world);
    assert_eq!(payer.purse.amount, 3_800);
    let books = |payer: &Person, payee: &Person| (payer.books(&world).0, payee.books(&world).0);
    assert_eq!(
        books(&payer, &payee),
        (3_800, 1_200),
        "the payee has lost his"
    );
    payee.reports(&world);
    payer.reports(&world);
    assert_eq!(books(&payer, &payee), (3_800, 1_200));
    assert_eq!((payer.purse.amount, payee.purse.amount), (3_800, 1_200));
    assert_eq!(alerts(&world, "amounts-differ"), 0);
    let known = "SELECT count(*) FROM bank_told_again";
    assert_eq!(world.number(crate::world::BANK, known), 0);
}

#[test]
fn t004_38_a_receipt_that_comes_between_two_reports_of_a_long_history_is_told_in_the_next() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    let handed = payer.pays(&world, &payee, 1, 1_200);
    payer.reports(&world);
    for nonce in 2..=70 {
        pay(&world, &mut payer, &mut payee, nonce, 1);
    }
    // What it tells again fills a report, and the rest follows nevertheless.
    payer.reports(&world);
    let receipt = payee.takes(&world, &handed);
    payer.settles(&handed, &receipt);
    for _ in 0..4 {
        payer.reports(&world);
        assert_eq!(payer.purse.amount, 5_000 - 1_200 - 69);
    }
    assert_eq!(payer.books(&world).0, 5_000 - 1_200 - 69);
    assert_eq!(alerts(&world, "amounts-differ"), 0);
    let end = payer.purse.state().sequence;
    assert_eq!(payer.purse.checkpoint.through, end);
}

#[test]
fn t004_44_a_report_that_a_payment_overtook_is_not_held_against_the_purse() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    let late = [&payer, &payee].map(|person| person.purse.report(&world));
    world.run_for(1_000);
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    payee.reports(&world);
    for (person, late) in [&mut payer, &mut payee].into_iter().zip(&late) {
        // The payee has said more itself meanwhile; of the payer the payee has.
        let _ = person.purse.send(&world, &mut person.holder, late);
    }
    assert_eq!(alerts(&world, "amounts-differ"), 0);
    payer.reports(&world);
    let books = [&payer, &payee].map(|person| person.books(&world).0);
    assert_eq!(books, [3_800, 1_200]);
    assert_eq!((payer.purse.amount, payee.purse.amount), (3_800, 1_200));
}

#[test]
fn t004_44_a_purse_that_was_put_back_and_reports_what_it_was_has_what_the_books_say() {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    let mut before = payer.purse.clone();
    pay(&world, &mut payer, &mut payee, 1, 1_200);
    payee.reports(&world);
    payer.with_copy(&mut before, |payer| payer.reports(&world));
    assert_eq!(before.amount, 3_800);
    assert_eq!(alerts(&world, "amounts-differ"), 1);
}

#[test]
fn a_payment_that_nobody_ever_took_comes_back_when_the_window_is_over_and_a_late_payee_is_paid_all_the_same()
 {
    let world = world();
    let [mut payer, mut payee] = two(&world);
    let handed = payer.pays(&world, &payee, 1, 1_200);
    payee.takes(&world, &handed);
    payer.reports(&world);
    world.run_for(8 * 86_400 * 1_000);
    let heard = payer.purse.synchronise(&world, &mut payer.holder);
    assert_eq!(heard.outcomes, [MovementOutcome::NotCompleted]);
    assert_eq!(payer.purse.amount, 5_000);
    // The payee's history comes after all: whoever was paid is paid.
    payee.reports(&world);
    assert_eq!(payee.books(&world).0, 1_200);
    assert_eq!(payer.books(&world).0, 3_800);
    payer.reports(&world);
    assert_eq!(payer.purse.amount, 3_800, "the bank's amount (T004-44)");
}

#[test]
fn what_was_taken_is_spent_on_before_any_bank_hears_of_it() {
    let world = world();
    let [mut ann, mut ben] = two(&world);
    let mut cleo = Person::new(&world, 3, 0);
    pay(&world, &mut ann, &mut ben, 1, 2_000);
    pay(&world, &mut ben, &mut cleo, 2, 1_500);
    cleo.reports(&world);
    // Ben holds nothing by the books yet, and Cleo is paid.
    assert_eq!(cleo.books(&world).0, 1_500);
    assert_eq!(ben.books(&world).0, 0);
    ben.reports(&world);
    assert_eq!(ben.books(&world).0, 500);
    ann.reports(&world);
    let all = [&ann, &ben, &cleo].map(|person| person.books(&world));
    assert_eq!(all, [(3_000, 5_000), (500, 10_000), (1_500, 10_000)]);
    assert_eq!(losses(&world), 0);
}
