//! A long history goes up in requests of 64 entries.

use tallystick_protocol::purse::PurseReport;

use super::people::{Person, alerts, pay};
use crate::authority::world;
use crate::world::World;

/// A payee who was paid so often, 10 yen each time, and of whom the bank has not heard.
fn paid(world: &World, times: u8) -> [Person; 2] {
    let mut payer = Person::new(world, 1, 5_000);
    let mut payee = Person::new(world, 2, 0);
    for nonce in 1..=times {
        pay(world, &mut payer, &mut payee, nonce, 10);
    }
    [payer, payee]
}

/// What a card reports of a history that is longer than a report.
fn first_of(person: &Person, world: &World) -> PurseReport {
    world.run_for(1_000);
    person.purse.report(world)
}

fn sends(world: &World, person: &mut Person, report: &PurseReport) -> Result<bool, String> {
    let answer = person.purse.send(world, &mut person.holder, report)?;
    Ok(person.purse.hears(world, &answer).notice.forces)
}

#[test]
fn a_batch_of_64_entries_is_one_request() {
    let world = world();
    let [_, mut payee] = paid(&world, 64);
    world.run_for(1_000);
    let report = payee.purse.report(&world);
    assert_eq!(report.entries.len(), 64);
    assert_eq!(sends(&world, &mut payee, &report), Ok(false));
    assert_eq!(payee.books(&world).0, 640);
    assert!(payee.purse.report(&world).entries.is_empty());
}

#[test]
fn one_entry_more_is_refused_in_one_request_and_taken_in_two() {
    let world = world();
    let [_, mut payee] = paid(&world, 65);
    let mut report = first_of(&payee, &world);
    report.entries.clone_from(&payee.purse.history);
    assert_eq!(report.entries.len(), 65);
    let refused = sends(&world, &mut payee, &report).err();
    assert_eq!(refused.as_deref(), Some("malformed"));
    let first = first_of(&payee, &world);
    assert_eq!(sends(&world, &mut payee, &first), Ok(false));
    assert_eq!(payee.books(&world).0, 640);
    let rest = first_of(&payee, &world);
    assert_eq!(rest.entries.len(), 1);
    assert_eq!(sends(&world, &mut payee, &rest), Ok(false));
    assert_eq!(payee.books(&world).0, 650);
    assert_eq!(alerts(&world, "history-gap"), 0);
}

#[test]
fn a_history_with_a_hole_that_is_longer_than_a_batch_counts_when_the_window_is_over() {
    let world = world();
    let [mut payer, mut payee] = paid(&world, 70);
    // The second entry is lost.
    payee.purse.history.remove(1);
    let first = first_of(&payee, &world);
    let refused = sends(&world, &mut payee, &first).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    world.run_for(8 * 86_400 * 1_000);
    let first = first_of(&payee, &world);
    assert_eq!(sends(&world, &mut payee, &first), Ok(false));
    assert_eq!(payee.books(&world).0, 640);
    let rest = first_of(&payee, &world);
    assert_eq!(rest.entries.len(), 5);
    assert_eq!(sends(&world, &mut payee, &rest), Ok(true));
    assert_eq!((payee.purse.amount, payee.books(&world).0), (690, 690));
    let told = first_of(&payer, &world);
    assert_eq!(sends(&world, &mut payer, &told), Ok(false));
    payer.reports(&world);
    payee.reports(&world);
    assert_eq!((payee.purse.amount, payee.books(&world).0), (700, 700));
}
