//! Load and unload, and transfers: what a purse asks for is checked, held, offered, and done when the holder says
//! yes (EP 1 221 669, Sa1 to Sa17 and Sd1 to Sd10).

use tallystick_protocol::purse::{Endpoint, MovementOutcome, PurseNumber};
use tallystick_protocol::wire::money::{Currency, Money};

use super::authority::{deposit, enrolled, world};
use super::holder::Holder;
use super::purse::{Key, Purse, account, available, set_aside, yen};
use super::world::{BANK, World};

const KEY: Key = Key::P256([7; 32]);

/// A world with a holder who has 10,000 yen on the account, and an empty purse.
fn start() -> (World, Holder, Purse) {
    let world = world();
    let holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let purse = Purse::open(&world, &holder, KEY);
    (world, holder, purse)
}

fn books(world: &World, purse: &Purse) -> (i64, i64) {
    let inside = format!("purse {}", purse.number);
    (available(world, "holder 1"), available(world, &inside))
}

#[test]
fn t004_1_t004_32_a_purse_is_loaded_and_unloaded_and_the_books_know_what_it_holds() {
    let (world, mut holder, mut purse) = start();
    purse.load(&world, &mut holder, 3_000);
    assert_eq!(purse.amount, 3_000);
    assert_eq!(books(&world, &purse), (7_000, 3_000));
    let ends = (purse.end(), account(&holder));
    let verdict = purse.moves(&world, &mut holder, ends, 1_200).unwrap();
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
    assert_eq!(verdict.checkpoint.purse_amount, 1_800);
    assert_eq!(verdict.checkpoint.account_amount, Some(8_200));
    assert_eq!(books(&world, &purse), (8_200, 1_800));
    let synchronised = purse.synchronise(&world, &mut holder);
    assert!(!synchronised.notice.forces);
    assert_eq!(synchronised.notice.checkpoint.purse_amount, purse.amount);
    assert_eq!(synchronised.notice.checkpoint.through, 2);
    assert_eq!(synchronised.answer.account_available, 8_200);
}

#[test]
fn t004_33_what_is_moved_is_offered_before_it_is_done_and_held_meanwhile() {
    let (world, mut holder, mut purse) = start();
    let request = purse.request(&world, account(&holder), purse.end(), 3_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    assert_eq!((offer.before, offer.after), (10_000, 7_000));
    assert_eq!(offer.checkpoint.purse_amount, 3_000);
    assert_eq!(offer.checkpoint.account_amount, Some(7_000));
    assert_eq!(books(&world, &purse), (7_000, 0));
    assert_eq!(set_aside(&world, "holder 1"), 3_000);
    // Asked again, it is offered again, to the byte.
    let again = purse.ask(&world, &mut holder, &request).unwrap().offer();
    assert_eq!(offer, again);
}

#[test]
fn t004_34_a_no_moves_nothing_and_what_was_signed_is_kept() {
    let (world, mut holder, mut purse) = start();
    purse.load(&world, &mut holder, 3_000);
    world.run_for(1_000);
    let request = purse.request(&world, purse.end(), account(&holder), 1_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    let verdict = purse.send_reply(&world, &mut holder, offer.transaction, false);
    assert_eq!(verdict.outcome, MovementOutcome::NotCompleted);
    assert_eq!(verdict.checkpoint.purse_amount, 3_000);
    assert_eq!(purse.amount, 3_000);
    assert_eq!(books(&world, &purse), (7_000, 3_000));
    let sql = "SELECT count(*) FROM bank_movements WHERE state = 'refused' AND asked IS NOT NULL AND reply IS NOT NULL";
    assert_eq!(world.number(BANK, sql), 1);
}

#[test]
fn t004_35_without_a_reply_the_bank_signs_that_it_was_not_done_with_the_prior_amount() {
    let (world, mut holder, mut purse) = start();
    let request = purse.request(&world, account(&holder), purse.end(), 3_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    purse.accept(&offer);
    let late = purse.reply(&world, offer.transaction, true);
    world.run_for(180_000);
    assert_eq!(books(&world, &purse), (10_000, 0));
    // The reply comes after all: it changes nothing.
    for _ in 0..2 {
        let answer = purse
            .say(&world, &mut holder, "/v1/replies", &late)
            .unwrap();
        let verdict: tallystick_protocol::purse::MovementVerdict =
            tallystick_protocol::trust::keyed::open(&answer, &purse.bank).unwrap();
        assert_eq!(verdict.outcome, MovementOutcome::NotCompleted);
        assert_eq!(verdict.checkpoint.purse_amount, 0);
        purse.take(&world, &verdict);
    }
    assert_eq!(purse.amount, 0);
    assert_eq!(books(&world, &purse), (10_000, 0));
    let again = purse.ask(&world, &mut holder, &request).unwrap().outcome();
    assert_eq!(again, MovementOutcome::NotCompleted);
}

#[test]
fn t004_36_a_purse_that_heard_nothing_learns_the_outcome_when_it_reports() {
    let (world, mut holder, mut purse) = start();
    // The reply arrived and its answer was lost.
    let request = purse.request(&world, account(&holder), purse.end(), 3_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    purse.accept(&offer);
    let reply = purse.reply(&world, offer.transaction, true);
    purse
        .say(&world, &mut holder, "/v1/replies", &reply)
        .unwrap();
    assert_eq!(purse.amount, 0);
    let heard = purse.synchronise(&world, &mut holder);
    assert_eq!(heard.outcomes, [MovementOutcome::Completed]);
    assert_eq!(purse.amount, 3_000);
    // A request never arrived: it is not done, and never will be.
    world.run_for(1_000);
    let lost = purse.request(&world, purse.end(), account(&holder), 500);
    assert_eq!(purse.amount, 2_500);
    let heard = purse.synchronise(&world, &mut holder);
    assert_eq!(heard.outcomes, [MovementOutcome::NotCompleted]);
    assert_eq!(purse.amount, 3_000);
    let late = purse.ask(&world, &mut holder, &lost).unwrap().outcome();
    assert_eq!(late, MovementOutcome::NotCompleted);
    assert_eq!(books(&world, &purse), (7_000, 3_000));
}

#[test]
fn t004_37_one_time_is_good_for_one_request() {
    let (world, mut holder, mut purse) = start();
    let request = purse.request(&world, account(&holder), purse.end(), 1_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    purse.accept(&offer);
    purse.send_reply(&world, &mut holder, offer.transaction, true);
    let other = purse.request(&world, account(&holder), purse.end(), 1_000);
    assert_eq!(other.at, request.at);
    let refused = purse.ask(&world, &mut holder, &other).err().unwrap();
    assert_eq!(refused, "replayed");
    assert_eq!(books(&world, &purse), (9_000, 1_000));
    // The same number with other words is another request.
    world.run_for(1_000);
    let mut altered = request.clone();
    altered.amount = yen(2_000);
    let refused = purse.ask(&world, &mut holder, &altered).err().unwrap();
    assert_eq!(refused, "replayed");
}

#[test]
fn t004_9_a_request_carries_its_time_and_an_old_one_is_refused() {
    let (world, mut holder, mut purse) = start();
    let request = purse.request(&world, account(&holder), purse.end(), 1_000);
    world.run_for(11 * 60_000);
    let refused = purse.ask(&world, &mut holder, &request).err().unwrap();
    assert_eq!(refused, "wrong-clock");
    assert_eq!(books(&world, &purse), (10_000, 0));
}

#[test]
fn t004_42_each_check_fails_for_itself_and_nothing_moves() {
    let (world, mut holder, mut purse) = start();
    purse.load(&world, &mut holder, 3_000);
    let own = account(&holder);
    let nobody = Endpoint::Purse(PurseNumber([9; 16]));
    let cases = [
        ((own.clone(), purse.end()), yen(0), "no-amount"),
        ((own.clone(), purse.end()), yen(1_000_001), "over-limit"),
        ((own.clone(), purse.end()), yen(99_000), "over-limit"),
        (
            (own.clone(), purse.end()),
            Money::new(100, Currency::Usd),
            "other-currency",
        ),
        ((own.clone(), purse.end()), yen(7_001), "short-of-money"),
        ((purse.end(), own.clone()), yen(3_001), "short-of-money"),
        (
            (own.clone(), nobody.clone()),
            yen(100),
            "unknown-destination",
        ),
        (
            (own.clone(), Endpoint::Account(8_999_900_000_000_000)),
            yen(100),
            "unknown-destination",
        ),
        ((nobody, purse.end()), yen(100), "wrong-source"),
        (
            (Endpoint::Account(7), purse.end()),
            yen(100),
            "wrong-source",
        ),
    ];
    for ((source, destination), amount, expected) in cases {
        world.run_for(1_000);
        let mut card = purse.clone();
        let mut request = card.request(&world, source, destination, amount.minor);
        request.amount = amount;
        let refused = card.ask(&world, &mut holder, &request).err();
        assert_eq!(refused.as_deref(), Some(expected), "{request:?}");
        // What was set aside for nothing comes back by the next report.
        purse = card;
        purse.synchronise(&world, &mut holder);
        assert_eq!(purse.amount, 3_000);
        assert_eq!(books(&world, &purse), (7_000, 3_000));
    }
}

#[test]
fn two_loads_at_once_move_once() {
    let (world, mut holder, mut purse) = start();
    let mut copy = purse.clone();
    let one = purse.request(&world, account(&holder), purse.end(), 1_000);
    let offer = purse.ask(&world, &mut holder, &one).unwrap().offer();
    world.run_for(1_000);
    copy.request(&world, account(&holder), copy.end(), 1);
    let other = copy.request(&world, account(&holder), copy.end(), 2_000);
    let refused = copy.ask(&world, &mut holder, &other).err().unwrap();
    assert_eq!(refused, "conflict");
    purse.accept(&offer);
    let verdict = purse.send_reply(&world, &mut holder, offer.transaction, true);
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
    assert_eq!(books(&world, &purse), (9_000, 1_000));
}

#[test]
fn a_purse_of_another_bank_or_holder_moves_nothing() {
    let (world, mut holder, mut purse) = start();
    let mut request = purse.request(&world, account(&holder), purse.end(), 1_000);
    request.bank = super::world::domain("other-bank.localhost");
    let refused = purse.ask(&world, &mut holder, &request).err().unwrap();
    assert_eq!(refused, "wrong-recipient");
    let mut other = enrolled(&world, 2);
    world.run_for(1_000);
    let request = purse.request(&world, account(&other), purse.end(), 1_000);
    let refused = purse.ask(&world, &mut other, &request).err().unwrap();
    assert_eq!(refused, "wrong-sender");
    let mut thief = purse.clone();
    thief.key = Key::P256([8; 32]);
    let refused = thief.ask(&world, &mut holder, &request).err().unwrap();
    assert_eq!(refused, "bad-signature");
    assert_eq!(books(&world, &purse), (10_000, 0));
}
