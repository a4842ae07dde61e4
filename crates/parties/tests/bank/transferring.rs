//! Transfers to somebody else (EP 1 221 669, Sd1 to Sd10), by an agent for a prepaid card too, and between the objects
//! of a bank that is spread over several.

use tallystick_parties::ledger::across::trial_of_all;
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::purse::{
    Endpoint, HistoryPolicy, MovementOutcome, MovementVerdict, PurseNumber,
};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::HolderId;

use super::authority::{deposit, enrolled, world};
use super::holder::Holder;
use super::purse::{Answer, Key, Purse, account, available};
use super::world::{BANK, BANK_SHARDS, World};

/// Two holders with 10,000 yen each, and a purse each.
pub struct Two {
    pub world: World,
    pub one: (Holder, Purse),
    pub other: (Holder, Purse),
}

pub fn two(shards: u16) -> Two {
    let mut world = world();
    if shards > 1 {
        world.spread_bank(shards);
    }
    let start = |world: &World, seed: u64| {
        let mut holder = enrolled(world, seed);
        let answer = deposit(world, &holder, 10_000, &format!("for {seed}"));
        assert!(
            answer.status().is_success(),
            "{}",
            super::world::text(&answer)
        );
        let key = Key::P256([u8::try_from(seed).unwrap(); 32]);
        let mut purse = Purse::open(world, &holder, key);
        purse.load(world, &mut holder, 2_000);
        (holder, purse)
    };
    // Holders whose shards differ, where there are several; odd and even seeds have another key.
    let shard = |seed| identifier(seed).0[0] % 4;
    let seeds = (1..).step_by(2).map(|seed| (seed, seed + 1));
    let mut seeds = seeds.filter(|(one, other)| shard(*one) != shard(*other));
    let (one, other) = seeds.next().unwrap();
    let (one, other) = (start(&world, one), start(&world, other));
    Two { world, one, other }
}

/// The identifier that a holder of this seed will have.
fn identifier(seed: u64) -> HolderId {
    let mut secret = [0; 32];
    rand_core::Rng::fill_bytes(&mut TestRng::new(seed), &mut secret);
    HolderId::of_enrolment_key(&enrolment_public_key(&secret).unwrap())
}

fn trial_holds(world: &World, under_way: i64) {
    let objects: Vec<_> = core::iter::once(BANK)
        .chain(BANK_SHARDS)
        .filter(|name| world.machines.iter().any(|(own, _)| own == name))
        .map(|name| &world.machine(name).database)
        .collect();
    let trial = trial_of_all(&objects).unwrap();
    assert!(trial.wrong.is_empty(), "{:?}", trial.wrong);
    for (_, minor) in trial.under_way {
        assert_eq!(minor, under_way);
    }
}

fn transfers(shards: u16) {
    let Two {
        world,
        one: (mut holder, mut purse),
        other: (mut friend, mut theirs),
    } = two(shards);
    let (own, waits) = (purse.number, theirs.number);
    let books = || {
        let sum = |name: &str| available(&world, name);
        let waiting = format!("waiting {waits}");
        (sum("holder 1"), sum(&format!("purse {own}")), sum(&waiting))
    };
    assert_eq!(books(), (8_000, 2_000, 0));
    let friend_before = available(&world, "outside");
    // Account to account, and purse to account.
    let ends = (account(&holder), account(&friend));
    let done = purse.moves(&world, &mut holder, ends, 1_000).unwrap();
    assert_eq!(done.outcome, MovementOutcome::Completed);
    trial_holds(&world, if shards == 1 { 0 } else { 1_000 });
    world.run_for(30_000);
    trial_holds(&world, 0);
    assert_eq!(books().0, 7_000);
    // Account to somebody else's purse: it waits for their card.
    let ends = (account(&holder), theirs.end());
    purse.moves(&world, &mut holder, ends, 500).unwrap();
    world.run_for(30_000);
    assert_eq!(books().0, 6_500);
    assert_eq!(books().2, 500);
    trial_holds(&world, 0);
    let heard = theirs.synchronise(&world, &mut friend);
    let waiting = &heard.answer.waiting;
    assert_eq!((waiting.len(), waiting[0].amount), (1, 500));
    assert_eq!(waiting[0].from, account(&holder));
    assert_eq!(heard.answer.account_available, 9_000);
    let ends = (Endpoint::Waiting(waiting[0].transaction), theirs.end());
    theirs.moves(&world, &mut friend, ends, 500).unwrap();
    assert_eq!(theirs.amount, 2_500);
    assert!(!theirs.synchronise(&world, &mut friend).notice.forces);
    assert_eq!(available(&world, "outside"), friend_before);
    trial_holds(&world, 0);
}

#[test]
fn what_is_transferred_arrives_once() {
    transfers(1);
}

#[test]
fn what_is_transferred_between_two_shards_arrives_once() {
    transfers(4);
}

/// Whether what is asked comes late, and by what.
enum Late {
    Not,
    ByItsTime,
    Overtaken,
}

#[test]
fn what_the_bank_refuses_to_send_is_back_in_the_purse_by_its_next_report() {
    for (late, expected) in [
        (Late::Not, "unknown-destination"),
        (Late::ByItsTime, "wrong-clock"),
        (Late::Overtaken, "replayed"),
    ] {
        let Two { world, one, .. } = two(1);
        let (mut holder, mut purse) = one;
        let nobody = Endpoint::Purse(PurseNumber([9; 16]));
        let request = purse.request(&world, purse.end(), nobody, 500);
        match late {
            Late::Not => {}
            Late::ByItsTime => world.run_for(11 * 60_000),
            Late::Overtaken => {
                purse.load(&world, &mut holder, 100);
                purse.synchronise(&world, &mut holder);
            }
        }
        let refused = purse.ask(&world, &mut holder, &request).err();
        assert_eq!(refused.as_deref(), Some(expected));
        let before = purse.amount;
        purse.synchronise(&world, &mut holder);
        assert_eq!(purse.amount, before + 500, "{expected}");
        assert!(!purse.waits_for(request.transaction));
    }
}

#[test]
fn t004_24_t004_29_a_prepaid_card_is_loaded_and_unloaded_by_an_agent() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    purse.load(&world, &mut holder, 2_000);
    let mut card = Purse::prepaid(&world, "one");
    // From the account onto the card.
    world.run_for(1_000);
    let mut request = purse.request(&world, account(&holder), card.prepaid_end(), 700);
    request.prepaid = Some(card.shown());
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    assert_eq!(offer.checkpoint.purse, card.number);
    assert_eq!(offer.checkpoint.purse_amount, 700);
    assert_eq!(offer.checkpoint.account_amount, None);
    let signed = purse.reply(&world, offer.transaction, true);
    let verdict = purse
        .say(&world, &mut holder, "/v1/replies", &signed)
        .unwrap();
    let said: tallystick_protocol::purse::MovementVerdict =
        tallystick_protocol::trust::keyed::open(&verdict, &purse.bank).unwrap();
    purse.take(&world, &said);
    card.amount = 700;
    card.checkpoint = said.checkpoint;
    card.checkpoint_in = verdict;
    let on_card = format!("purse {}", card.number);
    assert_eq!(available(&world, &on_card), 700);
    // From the card into the purse.
    world.run_for(1_000);
    let ends = (card.prepaid_end(), purse.end());
    let mut request = purse.request(&world, ends.0.clone(), ends.1.clone(), 300);
    card.set_aside(world.now(), request.transaction, (&ends.0, &ends.1), 300);
    request.prepaid = Some(card.shown());
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    purse.accept(&offer);
    let verdict = purse.send_reply(&world, &mut holder, offer.transaction, true);
    assert_eq!(verdict.checkpoint.purse, card.number);
    assert_eq!(verdict.checkpoint.purse_amount, 400);
    assert_eq!(purse.amount, 2_300);
    assert!(!purse.synchronise(&world, &mut holder).notice.forces);
    assert_eq!(available(&world, &on_card), 400);
    // A balance that the bank did not sign, or signed before.
    world.run_for(1_000);
    let mut request = purse.request(&world, account(&holder), card.prepaid_end(), 10);
    let mut shown = card.shown();
    shown.state.checkpoint += 1;
    request.prepaid = Some(shown);
    let refused = purse.ask(&world, &mut holder, &request).err();
    assert_eq!(refused.as_deref(), Some("bad-checkpoint"));
}

/// A prepaid card with 700 yen, loaded by this agent.
fn loaded_card(world: &World, holder: &mut Holder, purse: &mut Purse) -> Purse {
    let mut card = Purse::prepaid(world, "one");
    assert_eq!(card.checkpoint.policy, HistoryPolicy::EraseOldest);
    world.run_for(1_000);
    let mut request = purse.request(world, account(holder), card.prepaid_end(), 700);
    request.prepaid = Some(card.shown());
    let offer = purse.ask(world, holder, &request).unwrap().offer();
    let signed = purse.reply(world, offer.transaction, true);
    let verdict = purse.say(world, holder, "/v1/replies", &signed).unwrap();
    let said: MovementVerdict = keyed::open(&verdict, &purse.bank).unwrap();
    purse.take(world, &said);
    card.amount = 700;
    card.checkpoint = said.checkpoint;
    card.checkpoint_in = verdict;
    card
}

#[test]
fn t004_34_what_a_prepaid_card_was_prepared_for_is_refused_by_a_word_that_it_takes() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    let mut card = loaded_card(&world, &mut holder, &mut purse);
    world.run_for(1_000);
    let ends = (card.prepaid_end(), Endpoint::Account(8_999_900_000_000_000));
    let mut request = purse.request(&world, ends.0.clone(), ends.1.clone(), 300);
    card.set_aside(world.now(), request.transaction, (&ends.0, &ends.1), 300);
    request.prepaid = Some(card.shown());
    for _ in 0..2 {
        let Answer::Verdict(verdict) = purse.ask(&world, &mut holder, &request).unwrap() else {
            panic!("an offer");
        };
        assert_eq!(verdict.outcome, MovementOutcome::NotCompleted);
        assert_eq!(verdict.checkpoint.purse, card.number);
        assert_eq!(verdict.checkpoint.purse_amount, 700);
    }
    let sql = "SELECT count(*) FROM bank_movements WHERE state = 'refused'";
    assert_eq!(world.number(BANK, sql), 1);
}

#[test]
fn t004_37_a_movement_of_a_prepaid_card_is_asked_for_by_one_purse_alone() {
    let world = world();
    let (mut holder, mut other) = (enrolled(&world, 1), enrolled(&world, 2));
    deposit(&world, &holder, 10_000, "one");
    deposit(&world, &other, 10_000, "two");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    let mut theirs = Purse::open(&world, &other, Key::P256([8; 32]));
    let card = loaded_card(&world, &mut holder, &mut purse);
    world.run_for(1_000);
    let mut request = purse.request(&world, account(&holder), card.prepaid_end(), 1_000);
    request.prepaid = Some(card.shown());
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    let verdict = purse.send_reply(&world, &mut holder, offer.transaction, false);
    assert_eq!(verdict.outcome, MovementOutcome::NotCompleted);
    // Another purse asks for the same of the card, for one yen: its *completed* would bring the card a thousand.
    world.run_for(1_000);
    let mut again = theirs.request(&world, account(&other), card.prepaid_end(), 1);
    again.transaction = request.transaction;
    again.prepaid = Some(card.shown());
    let refused = theirs.ask(&world, &mut other, &again).err();
    assert_eq!(refused.as_deref(), Some("replayed"));
}

/// What the bank says to a prepaid card that this agent shows.
fn heard_for(
    world: &World,
    (holder, purse): (&mut Holder, &Purse),
    card: &mut Purse,
) -> Vec<MovementOutcome> {
    world.run_for(1_000);
    let mut report = purse.report(world);
    report.prepaid = Some(card.shown_pending());
    let answer = purse.send(world, holder, &report).unwrap();
    let verdicts = answer.prepaid_verdicts.unwrap();
    let take = |signed: &minicbor::bytes::ByteVec| {
        let said: MovementVerdict = keyed::open(signed, &purse.bank).unwrap();
        assert_eq!(said.checkpoint.purse, card.number);
        card.take(world, &said);
        card.checkpoint_in = signed.to_vec();
        said.outcome
    };
    verdicts.iter().map(take).collect()
}

#[test]
fn t004_36_a_prepaid_card_whose_agent_s_request_was_lost_has_its_value_back_by_any_agent() {
    let world = world();
    let (mut holder, mut other) = (enrolled(&world, 1), enrolled(&world, 2));
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    let theirs = Purse::open(&world, &other, Key::P256([8; 32]));
    let mut card = loaded_card(&world, &mut holder, &mut purse);
    for by_the_same in [true, false] {
        world.run_for(1_000);
        let ends = (card.prepaid_end(), account(&holder));
        let mut request = purse.request(&world, ends.0.clone(), ends.1.clone(), 300);
        card.set_aside(world.now(), request.transaction, (&ends.0, &ends.1), 300);
        request.prepaid = Some(card.shown());
        assert_eq!(card.amount, 400);
        // It never arrives, and its own purse hears that it is not done.
        let heard = purse.synchronise(&world, &mut holder);
        assert_eq!(heard.outcomes, [MovementOutcome::NotCompleted]);
        let agent = match by_the_same {
            true => (&mut holder, &purse),
            false => (&mut other, &theirs),
        };
        let heard = heard_for(&world, agent, &mut card);
        assert_eq!(heard, [MovementOutcome::NotCompleted]);
        assert_eq!((card.amount, card.state().pending_out), (700, 0));
        // Late, it does nothing any more.
        world.run_for(1_000);
        let late = purse.ask(&world, &mut holder, &request);
        assert!(late.is_err() || late.unwrap().outcome() == MovementOutcome::NotCompleted);
        assert_eq!(available(&world, &format!("purse {}", card.number)), 700);
        trial_holds(&world, 0);
    }
}

#[test]
fn t004_35_a_prepaid_card_hears_how_it_ended_what_another_purse_had_asked_for() {
    let world = world();
    let (mut holder, mut other) = (enrolled(&world, 1), enrolled(&world, 2));
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    let theirs = Purse::open(&world, &other, Key::P256([8; 32]));
    let mut card = loaded_card(&world, &mut holder, &mut purse);
    let asked = |purse: &mut Purse, holder: &mut Holder, card: &mut Purse| {
        world.run_for(1_000);
        let ends = (card.prepaid_end(), account(holder));
        let mut request = purse.request(&world, ends.0.clone(), ends.1.clone(), 300);
        card.set_aside(world.now(), request.transaction, (&ends.0, &ends.1), 300);
        request.prepaid = Some(card.shown());
        purse.ask(&world, holder, &request).unwrap().offer()
    };
    // Done, and the card did not hear of it.
    let offer = asked(&mut purse, &mut holder, &mut card);
    assert_eq!(heard_for(&world, (&mut other, &theirs), &mut card), []);
    let reply = purse.reply(&world, offer.transaction, true);
    purse
        .say(&world, &mut holder, "/v1/replies", &reply)
        .unwrap();
    let heard = heard_for(&world, (&mut other, &theirs), &mut card);
    assert_eq!(heard, [MovementOutcome::Completed]);
    assert_eq!((card.amount, card.state().pending_out), (400, 0));
    // Nobody replied.
    purse.synchronise(&world, &mut holder);
    asked(&mut purse, &mut holder, &mut card);
    world.run_for(3 * 60_000);
    let heard = heard_for(&world, (&mut other, &theirs), &mut card);
    assert_eq!(heard, [MovementOutcome::NotCompleted]);
    assert_eq!(card.amount, 400);
    // Another card than the bank signed is not heard.
    let mut report = theirs.report(&world);
    let mut shown = card.shown_pending();
    shown.state.state.checkpoint += 1;
    report.prepaid = Some(shown);
    let refused = theirs.send(&world, &mut other, &report).err();
    assert_eq!(refused.as_deref(), Some("bad-checkpoint"));
}
