use tallystick_protocol::purse::{CheckpointNotice, MovementOutcome, PurseNumber};

use super::holder::Holder;
use crate::host::CardError;
use crate::host::purse;

#[test]
fn t004_44_an_amount_that_disagrees_is_forced_to_the_banks_when_nothing_is_under_way() {
    let mut holder = Holder::holding(5_000);
    let now = holder.now;
    let given = holder.give(1_000).unwrap();
    holder.bank.checkpoint.through = 2;
    holder.bank.checkpoint.purse_amount = 3_210;
    let notice = holder.bank.notice(true);
    let refused = holder.tried(purse::take_notice(0, &notice, now));
    assert_eq!(refused, Err(CardError::NotSettled), "something is pending");
    holder.end(given.transaction, MovementOutcome::NotCompleted);
    let notice = holder.bank.notice(true);
    let refused = holder.tried(purse::take_notice(0, &notice, now));
    assert_eq!(
        refused,
        Err(CardError::Refused(0x6985)),
        "the bank does not know all"
    );
    assert_eq!(holder.amounts(), (5_000, 0, 0));
    holder.bank.checkpoint.through = 3;
    let notice = holder.bank.notice(true);
    holder.ok(purse::take_notice(0, &notice, now));
    assert_eq!(holder.amounts(), (3_210, 0, 0));
    holder.unload(210).unwrap();
    let again = holder.tried(purse::take_notice(0, &notice, now));
    assert_eq!(again, Err(CardError::OlderCheckpoint), "it forces once");
    assert_eq!(holder.amounts(), (3_000, 0, 0));
}

#[test]
fn a_notice_that_does_not_force_changes_no_amount() {
    let mut holder = Holder::holding(5_000);
    holder.bank.checkpoint.purse_amount = 1;
    holder.upload();
    assert_eq!(holder.amounts(), (5_000, 0, 0));
}

#[test]
fn an_older_checkpoint_is_refused_and_the_newest_one_twice_is_once() {
    let mut holder = Holder::new();
    let now = holder.now;
    let older = holder.bank.notice(false);
    let newer = holder.bank.notice(false);
    holder.ok(purse::take_notice(0, &newer, now));
    let refused = holder.tried(purse::take_notice(0, &older, now));
    assert_eq!(refused, Err(CardError::OlderCheckpoint));
    let before = holder.bench.card.state();
    holder.ok(purse::take_notice(0, &newer, now));
    assert_eq!(*holder.bench.card.state(), *before);
    let view = holder.view();
    assert_eq!(view.checkpoint, Some(holder.bank.checkpoint.clone()));
    assert_eq!(view.checkpoint_message, Some(newer));
    let mut same_number = holder.bank.checkpoint.clone();
    same_number.purse_amount = 9;
    let other = holder.bank.sign(&CheckpointNotice {
        checkpoint: same_number,
        forces: true,
    });
    let refused = holder.tried(purse::take_notice(0, &other, now));
    assert_eq!(refused, Err(CardError::OlderCheckpoint));
}

#[test]
fn a_checkpoint_of_another_purse_is_refused() {
    let mut holder = Holder::new();
    holder.bank.checkpoint.purse = PurseNumber([8; 16]);
    let notice = holder.bank.notice(false);
    let now = holder.now;
    let refused = holder.tried(purse::take_notice(0, &notice, now));
    assert_eq!(refused, Err(CardError::NotForThisPurse));
}

#[test]
fn a_limit_changes_with_the_next_checkpoint() {
    let mut holder = Holder::new();
    holder.bank.checkpoint.limits.holding = 50;
    let notice = holder.bank.notice(false);
    let now = holder.now;
    holder.ok(purse::take_notice(0, &notice, now));
    assert_eq!(holder.ask(51).map(|_| ()), Err(CardError::LimitExceeded));
    holder.ask(50).unwrap();
}
