//! What a purse reports is held to its own past and to the books (EP 1 221 669, Sc1 to Sc3; T004-44).

use tallystick_protocol::purse::{CheckpointNotice, HistoryPolicy, MovementOutcome, PurseReport};
use tallystick_protocol::trust::keyed;

use super::authority::{deposit, enrolled, world};
use super::holder::Holder;
use super::purse::{Key, Purse, account, available};
use super::world::{BANK, World};

const KEY: Key = Key::P256([7; 32]);

/// A holder with 5,000 yen in a purse that has a history of four entries.
fn start() -> (World, Holder, Purse) {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, KEY);
    for _ in 0..4 {
        purse.load(&world, &mut holder, 1_250);
    }
    world.run_for(1_000);
    (world, holder, purse)
}

fn alerts(world: &World, alert: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM bank_alerts WHERE alert = '{alert}'");
    world.number(BANK, &sql)
}

fn known(world: &World) -> i64 {
    world.number(BANK, "SELECT known_sequence FROM bank_purses")
}

#[test]
fn a_whole_history_is_known_from_then_on_and_may_be_erased() {
    let (world, mut holder, mut purse) = start();
    let report = purse.report(&world);
    let heard = purse.synchronise(&world, &mut holder);
    assert_eq!(heard.notice.checkpoint.through, 4);
    assert_eq!(known(&world), 4);
    // The answer was lost, and the same is said again; then only what is new.
    world.run_for(1_000);
    assert!(purse.send(&world, &mut holder, &report).is_ok());
    assert_eq!(known(&world), 4);
    purse.load(&world, &mut holder, 100);
    assert_eq!(purse.report(&world).entries.len(), 1);
    let heard = purse.synchronise(&world, &mut holder);
    assert_eq!(heard.notice.checkpoint.through, 5);
    assert_eq!(world.number(BANK, "SELECT count(*) FROM bank_history"), 5);
}

#[test]
fn a_gap_a_doubled_and_an_altered_entry_are_told_apart_and_nothing_moves() {
    let (world, mut holder, purse) = start();
    let report = purse.report(&world);
    let mut gap = report.clone();
    gap.entries.remove(1);
    let mut doubled = report.clone();
    doubled.entries.insert(1, report.entries[0].clone());
    let mut altered = report.clone();
    altered.entries[1].amount += 1;
    let mut short = report.clone();
    short.entries.pop();
    let cases = [
        (gap, "history-gap"),
        (doubled, "history-gap"),
        (altered, "history-altered"),
        (short, "history-gap"),
    ];
    for (bad, expected) in cases {
        let refused = purse.send(&world, &mut holder, &bad).err();
        assert_eq!(refused.as_deref(), Some(expected));
        assert_eq!(known(&world), 0);
    }
    assert!(alerts(&world, "history-gap") > 0 && alerts(&world, "history-altered") > 0);
    assert!(purse.send(&world, &mut holder, &report).is_ok());
    assert_eq!(known(&world), 4);
}

#[test]
fn a_card_restored_from_an_old_copy_is_noticed_and_blocked() {
    let (world, mut holder, mut purse) = start();
    let mut old = purse.clone();
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 2_000).unwrap();
    purse.synchronise(&world, &mut holder);
    world.run_for(60_000);
    let refused = old.send(&world, &mut holder, &old.report(&world)).err();
    assert_eq!(refused.as_deref(), Some("old-state"));
    assert_eq!(alerts(&world, "old-state"), 1);
    world.run_for(1_000);
    old.request(&world, account(&holder), old.end(), 1);
    let request = old.request(&world, old.end(), account(&holder), 5_000);
    let refused = old.ask(&world, &mut holder, &request).err();
    assert_eq!(refused.as_deref(), Some("purse-blocked"));
    let inside = format!("purse {}", purse.number);
    assert_eq!(available(&world, &inside), 3_000);
}

#[test]
fn two_cards_with_one_past_are_noticed() {
    let (world, mut holder, mut purse) = start();
    let mut copy = purse.clone();
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends.clone(), 100).unwrap();
    world.run_for(1_000);
    copy.set_aside(
        world.now(),
        tallystick_protocol::wire::identifier::TransactionId([9; 32]),
        (&ends.0, &ends.1),
        200,
    );
    let refused = copy.send(&world, &mut holder, &copy.report(&world)).err();
    assert_eq!(refused.as_deref(), Some("history-altered"));
    assert_eq!(alerts(&world, "history-altered"), 1);
}

#[test]
fn a_report_that_something_newer_overtook_is_only_late() {
    let (world, mut holder, mut purse) = start();
    let late = purse.report(&world);
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 100).unwrap();
    let refused = purse.send(&world, &mut holder, &late).err();
    assert_eq!(refused.as_deref(), Some("replayed"));
    assert_eq!(alerts(&world, "old-state"), 0);
    purse.synchronise(&world, &mut holder);
    assert_eq!(purse.amount, 4_900);
}

#[test]
fn t004_44_amounts_that_disagree_with_the_books_are_set_right_with_an_alert() {
    let (world, mut holder, mut purse) = start();
    purse.amount += 1;
    let heard = purse.synchronise(&world, &mut holder);
    assert!(heard.notice.forces);
    assert_eq!(purse.amount, 5_000);
    assert_eq!(alerts(&world, "amounts-differ"), 1);
    let sql = "SELECT reported - expected FROM bank_alerts";
    assert_eq!(world.number(BANK, sql), 1);
    let heard = purse.synchronise(&world, &mut holder);
    assert!(!heard.notice.forces);
}

#[test]
fn t004_10_t004_23_what_another_key_signed_or_an_ended_one_moves_nothing() {
    let (world, mut holder, purse) = start();
    let mut other = purse.clone();
    other.key = Key::P256([8; 32]);
    let refused = other.send(&world, &mut holder, &purse.report(&world)).err();
    assert_eq!(refused.as_deref(), Some("bad-signature"));
    assert!(
        purse
            .send(&world, &mut holder, &purse.report(&world))
            .is_ok()
    );
}

#[test]
fn the_document_s_own_form_signs_with_rsa() {
    use tallystick_parties::bank::PurseKeyKind;
    use tallystick_simulation::cast::Cast;
    let world = super::authority::with(Cast {
        purse_key: PurseKeyKind::Rsa,
        ..Cast::default()
    });
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    world
        .machine(BANK)
        .signing
        .prepare(tallystick_protocol::test_keys::TEST_KEYS[3]);
    let mut purse = Purse::open(&world, &holder, Key::Rsa(4));
    purse.load(&world, &mut holder, 1_000);
    let ends = (purse.end(), account(&holder));
    let verdict = purse.moves(&world, &mut holder, ends, 400).unwrap();
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
    purse.synchronise(&world, &mut holder);
    assert_eq!(purse.amount, 600);
}

#[test]
fn nobody_hears_of_another_s_movement_or_bars_it() {
    let (world, mut holder, mut purse) = start();
    let mut other = enrolled(&world, 2);
    deposit(&world, &other, 1_000, "two");
    let mut theirs = Purse::open(&world, &other, Key::P256([8; 32]));
    theirs.load(&world, &mut other, 500);
    // What is over, and what has not begun.
    let over = world.number(
        BANK,
        "SELECT count(*) FROM bank_movements WHERE state = 'completed'",
    );
    assert_eq!(over, 5);
    let ahead = purse.request(&world, account(&holder), purse.end(), 100);
    let mut report = theirs.report(&world);
    report.pending = vec![purse.history[0].transaction, ahead.transaction];
    let answer = theirs.send(&world, &mut other, &report).unwrap();
    assert_eq!(answer.verdicts.len(), 2, "that it is not theirs");
    for verdict in &answer.verdicts {
        let said: tallystick_protocol::purse::MovementVerdict =
            tallystick_protocol::trust::keyed::open(verdict, &theirs.bank).unwrap();
        assert_eq!(said.outcome, MovementOutcome::NotCompleted);
        assert_eq!(said.purse, theirs.number);
        assert_eq!(said.checkpoint.purse_amount, 500);
    }
    world.run_for(1_000);
    let offer = purse.ask(&world, &mut holder, &ahead).unwrap().offer();
    assert_eq!(offer.amount.minor, 100);
}

#[test]
fn t004_37_a_time_that_is_still_to_come_is_not_noted() {
    let (world, mut holder, mut purse) = start();
    let mut ahead = purse.report(&world);
    ahead.at = world.now().plus_seconds(86_400);
    let refused = purse.send(&world, &mut holder, &ahead).err();
    assert_eq!(refused.as_deref(), Some("wrong-clock"));
    let noted = world.number(BANK, "SELECT max(seen_at) FROM bank_purses");
    assert!(noted <= i64::try_from(world.now().0).unwrap());
    assert_eq!(known(&world), 0);
    // Nor by a reply; the offer still waits for one of now.
    let request = purse.request(&world, purse.end(), account(&holder), 100);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    let reply = tallystick_protocol::purse::MovementReply {
        purse: purse.number,
        transaction: offer.transaction,
        accepted: true,
        state: purse.state(),
        at: ahead.at,
    };
    let said = purse.key.sign(&reply);
    let refused = purse.say(&world, &mut holder, "/v1/replies", &said).err();
    assert_eq!(refused.as_deref(), Some("wrong-clock"));
    let verdict = purse.send_reply(&world, &mut holder, offer.transaction, true);
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
}

#[test]
fn t004_36_an_order_that_never_came_is_barred_in_time_whatever_the_clock_of_its_wallet() {
    use tallystick_protocol::purse::Endpoint;
    let (world, mut holder, mut purse) = start();
    let shop = Endpoint::Shop(super::world::domain(super::world::SHOP));
    let root = tallystick_protocol::wire::identifier::TransactionId([9; 32]);
    let ahead = world.now().plus_seconds(365 * 86_400);
    let ends = (purse.end(), shop);
    purse.set_aside(ahead, root, (&ends.0, &ends.1), 700);
    assert_eq!(purse.synchronise(&world, &mut holder).outcomes, []);
    world.run_for(3 * 60 * 60 * 1_000);
    let heard = purse.synchronise(&world, &mut holder);
    assert_eq!(heard.outcomes, [MovementOutcome::NotCompleted]);
    assert_eq!(purse.amount, 5_000);
}

/// A purse of that policy with 5,000 yen, whose four entries the bank does not know.
fn of_policy(policy: HistoryPolicy) -> (World, Holder, Purse) {
    let world = super::authority::with(tallystick_simulation::cast::Cast {
        purse_policy: policy,
        ..tallystick_simulation::cast::Cast::default()
    });
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, KEY);
    assert_eq!(purse.checkpoint.policy, policy);
    for _ in 0..4 {
        purse.load(&world, &mut holder, 1_250);
    }
    world.run_for(1_000);
    (world, holder, purse)
}

/// What the card reports once only so many entries are left in it.
fn with_the_last(purse: &Purse, world: &World, left: usize) -> PurseReport {
    let mut report = purse.report(world);
    let erased = report.entries.len() - left;
    report.after = report.entries[erased - 1].sequence;
    report.entries.drain(..erased);
    report
}

#[test]
fn t004_3_t004_4_t004_20_t004_21_what_a_card_may_erase_the_bank_does_not_miss() {
    for policy in [HistoryPolicy::Stop, HistoryPolicy::EraseOldest] {
        for left in [0, 1, 3] {
            let (world, mut holder, mut purse) = of_policy(policy);
            let report = with_the_last(&purse, &world, left);
            let answer = purse.send(&world, &mut holder, &report).unwrap();
            let notice: CheckpointNotice = keyed::open(&answer.notice, &purse.bank).unwrap();
            assert!(!notice.forces);
            assert_eq!(notice.checkpoint.through, 4);
            assert_eq!(alerts(&world, "history-gap"), 0);
            // It goes on from there, and what is said of the past is held to that.
            purse.checkpoint = notice.checkpoint;
            purse.load(&world, &mut holder, 100);
            assert!(!purse.synchronise(&world, &mut holder).notice.forces);
            assert_eq!(known(&world), 5);
            let mut altered = purse.report(&world);
            altered.state.head = [9; 32];
            let refused = purse.send(&world, &mut holder, &altered).err();
            assert_eq!(refused.as_deref(), Some("history-altered"));
        }
    }
}

#[test]
fn t004_5_t004_13_t004_22_a_card_that_uploads_first_erases_nothing_that_is_not_known() {
    let (world, mut holder, purse) = of_policy(HistoryPolicy::UploadFirst);
    let report = with_the_last(&purse, &world, 1);
    let refused = purse.send(&world, &mut holder, &report).err();
    assert_eq!(refused.as_deref(), Some("history-gap"));
    assert_eq!((known(&world), alerts(&world, "history-gap")), (0, 1));
}

#[test]
fn t004_39_t004_44_a_card_that_erased_and_holds_something_else_is_set_right_when_the_window_is_over()
 {
    let (world, mut holder, mut purse) = of_policy(HistoryPolicy::EraseOldest);
    purse.amount += 1;
    let report = with_the_last(&purse, &world, 0);
    let answer = purse.send(&world, &mut holder, &report).unwrap();
    // What it erased may have been a payment of which its payer tells.
    assert!(!purse.hears(&world, &answer).notice.forces);
    assert_eq!((alerts(&world, "history-gap"), purse.amount), (1, 5_001));
    world.run_for(7 * 86_400_000);
    assert!(purse.synchronise(&world, &mut holder).notice.forces);
    assert_eq!((alerts(&world, "amounts-differ"), purse.amount), (1, 5_000));
}

#[test]
fn a_beginning_that_is_not_what_the_card_said_before_is_altered() {
    let (world, mut holder, purse) = of_policy(HistoryPolicy::EraseOldest);
    let mut forged = with_the_last(&purse, &world, 2);
    // The newest state that it signed was that of the third entry.
    forged.entries[0].amount += 1;
    forged.entries[1].previous = forged.entries[0].hash();
    forged.state.head = forged.entries[1].hash();
    let refused = purse.send(&world, &mut holder, &forged).err();
    assert_eq!(refused.as_deref(), Some("history-altered"));
}

#[test]
fn t004_44_a_report_that_a_load_overtook_is_not_held_against_the_purse() {
    let (world, mut holder, mut purse) = start();
    let late = purse.report(&world);
    // Also in the very second in which the report was signed.
    for pause in [0, 1_000] {
        world.run_for(pause);
        purse.load(&world, &mut holder, 700);
        let _ = purse.send(&world, &mut holder, &late);
        assert_eq!(alerts(&world, "amounts-differ"), 0);
    }
    world.run_for(1_000);
    let heard = purse.synchronise(&world, &mut holder);
    assert!(!heard.notice.forces);
    assert_eq!(purse.amount, 6_400);
}

#[test]
fn t004_44_a_purse_that_was_put_back_before_a_load_has_what_the_books_say() {
    let (world, mut holder, mut purse) = start();
    let mut before = purse.clone();
    purse.load(&world, &mut holder, 700);
    world.run_for(1_000);
    let heard = before.synchronise(&world, &mut holder);
    assert!(heard.notice.forces);
    assert_eq!(
        (alerts(&world, "amounts-differ"), before.amount),
        (1, 5_700)
    );
}
