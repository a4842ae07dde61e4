use alloc::vec::Vec;

use tallystick_protocol::purse::{
    HISTORY_START, HistoryPolicy, MovementOutcome, PENDING_MAX, require_chain,
};

use super::holder::Holder;
use crate::applets::purse::HISTORY_MAX;
use crate::host::CardError;
use crate::host::purse;

/// A purse of that policy whose history is full.
fn full(policy: HistoryPolicy) -> Holder {
    let mut holder = Holder::holding(5_000);
    holder.bank.checkpoint.policy = policy;
    let notice = holder.bank.notice(false);
    let now = holder.now;
    holder.ok(purse::take_notice(0, &notice, now));
    let known = holder.history().len();
    for _ in known..HISTORY_MAX {
        holder.unload(1).unwrap();
    }
    assert_eq!(holder.history().len(), HISTORY_MAX);
    holder
}

fn refuses_all(holder: &mut Holder) {
    assert!(holder.view().is_full);
    let before = holder.amounts();
    assert_eq!(holder.give(1).map(|_| ()), Err(CardError::HistoryFull));
    assert_eq!(holder.ask(1).map(|_| ()), Err(CardError::HistoryFull));
    assert_eq!(holder.pay(1, 1).map(|_| ()), Err(CardError::HistoryFull));
    assert_eq!(holder.amounts(), before);
}

#[test]
fn t004_3_t004_20_a_full_history_stops_all_value_until_its_holder_empties_it() {
    let mut holder = full(HistoryPolicy::Stop);
    refuses_all(&mut holder);
    holder.upload();
    refuses_all(&mut holder);
    let head = holder.state().head;
    holder.ok(purse::clear_history(0));
    assert_eq!(holder.history(), []);
    holder.unload(1).unwrap();
    let next = holder.history().pop().unwrap();
    assert_eq!((next.sequence, next.previous), (33, head));
}

#[test]
fn t004_4_t004_21_the_oldest_entry_is_erased_for_the_next_payment() {
    let mut holder = full(HistoryPolicy::EraseOldest);
    assert!(!holder.view().is_full);
    holder.pay(1, 1).unwrap();
    let history = holder.history();
    assert_eq!(history.len(), HISTORY_MAX);
    assert_eq!(history[0].sequence, 2);
    // A report says after which entry its own begin: the bank sees that one is missing.
    let report = holder.report(Some(0));
    assert_eq!((report.after, report.entries.len()), (1, HISTORY_MAX));
    let refused = holder.tried(purse::clear_history(0));
    assert_eq!(refused, Err(CardError::Refused(0x6985)));
}

#[test]
fn t004_5_t004_22_only_what_the_bank_has_verified_is_erased() {
    let mut holder = full(HistoryPolicy::UploadFirst);
    refuses_all(&mut holder);
    let report = holder.report(None);
    assert_eq!((report.after, report.entries.len()), (0, HISTORY_MAX));
    let (known, head) = ((0, HISTORY_START), report.state.head);
    require_chain(&report.entries, known, head).unwrap();
    // The bank verified all but the last two.
    holder.bank.checkpoint.through = 30;
    let notice = holder.bank.notice(false);
    let now = holder.now;
    holder.ok(purse::take_notice(0, &notice, now));
    for _ in 0..30 {
        holder.unload(1).unwrap();
    }
    let history = holder.history();
    assert_eq!(history[0].sequence, 31, "the two are still there");
    refuses_all(&mut holder);
    let refused = holder.tried(purse::clear_history(0));
    assert_eq!(refused, Err(CardError::Refused(0x6985)));
}

#[test]
fn what_is_under_way_ends_even_when_the_history_is_full() {
    for policy in [HistoryPolicy::Stop, HistoryPolicy::UploadFirst] {
        let mut holder = full(policy);
        match policy {
            HistoryPolicy::Stop => drop(holder.ok(purse::clear_history(0))),
            _ => holder.upload(),
        }
        for _ in 0..16 {
            holder.unload(1).unwrap();
        }
        let amount = holder.amounts().0;
        let given: Vec<_> = (0..PENDING_MAX).map(|_| holder.give(1).unwrap()).collect();
        refuses_all(&mut holder);
        for request in &given {
            holder.end(request.transaction, MovementOutcome::NotCompleted);
        }
        assert_eq!(holder.amounts(), (amount, 0, 0));
        // One report carries all of them.
        let report = holder.report(None);
        assert_eq!(report.entries.len(), HISTORY_MAX + PENDING_MAX);
        let before = report.entries[0].previous;
        require_chain(&report.entries, (report.after, before), report.state.head).unwrap();
        crate::Card::restore(&holder.bench.card.state()).unwrap();
    }
}

#[test]
fn every_entry_says_what_can_be_spent_after_it() {
    let mut holder = Holder::holding(5_000);
    let given = holder.give(700).unwrap();
    holder.pay(1, 300).unwrap();
    holder.end(given.transaction, MovementOutcome::NotCompleted);
    holder.load(50).unwrap();
    let history = holder.history();
    let balances: Vec<u64> = history.iter().map(|entry| entry.balance).collect();
    assert_eq!(balances, [5_000, 4_300, 4_000, 4_700, 4_750]);
    let state = holder.state();
    require_chain(&history, (0, HISTORY_START), state.head).unwrap();
    assert_eq!((state.sequence, state.amount), (5, 4_750));
}
