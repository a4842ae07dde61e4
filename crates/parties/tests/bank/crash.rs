//! The power fails between a decision and its signature, or anywhere else: what was decided is said after all.

use tallystick_parties::ports::Tables as _;
use tallystick_protocol::purse::MovementOutcome;

use super::authority::{deposit, enrolled, world};
use super::purse::{Key, Purse, account, available};
use super::world::BANK;

#[test]
fn what_was_decided_before_a_crash_is_signed_after_it() {
    let mut world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    world.run_for(1_000);
    let request = purse.request(&world, account(&holder), purse.end(), 3_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    let unsigned = "UPDATE bank_statements SET signature = NULL";
    world.machine(BANK).database.run(unsigned, &[]).unwrap();
    world.restart(BANK);
    let again = purse.ask(&world, &mut holder, &request).unwrap().offer();
    assert_eq!(offer, again);
    purse.accept(&offer);
    let reply = purse.reply(&world, offer.transaction, true);
    purse
        .say(&world, &mut holder, "/v1/replies", &reply)
        .unwrap();
    world.machine(BANK).database.run(unsigned, &[]).unwrap();
    world.restart(BANK);
    let verdict = purse.send_reply(&world, &mut holder, offer.transaction, true);
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
    assert_eq!(purse.amount, 3_000);
    assert_eq!(available(&world, "holder 1"), 7_000);
}

#[test]
fn an_offer_that_outlives_a_crash_still_ends() {
    let mut world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    world.run_for(1_000);
    let request = purse.request(&world, account(&holder), purse.end(), 3_000);
    purse.ask(&world, &mut holder, &request).unwrap().offer();
    world.restart(BANK);
    world.run_for(180_000);
    assert_eq!(available(&world, "holder 1"), 10_000);
    let heard = purse.synchronise(&world, &mut holder);
    assert_eq!(heard.outcomes, [MovementOutcome::NotCompleted]);
}
