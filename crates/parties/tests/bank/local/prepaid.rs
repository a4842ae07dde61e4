//! What a prepaid card paid without the bank: the purse beside it took it over, its history tells so, and it answers for it.

use tallystick_auditor::Finding;
use tallystick_protocol::bank::{InstructionOutcome, ProofKind};
use tallystick_protocol::purse::{Endpoint, MovementVerdict, PrepaidState, number_of_take_over};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode_value;

use super::people::{Handed, Person, alerts, apart, losses, object_of, pay, proof_against};
use crate::auditing::{found, pages, requires_clean_audit};
use crate::authority::world;
use crate::lost::WINDOW_MS;
use crate::lost::blocking::instruct;
use crate::purse::{Purse, account, available};
use crate::world::{BANK, World};

/// A prepaid card beside somebody's purse, with so much of the account on it.
fn topped_up(world: &World, person: &mut Person, minor: u64) -> Purse {
    let mut card = Purse::prepaid(world, "one");
    tops_up(world, person, &mut card, minor);
    card
}

fn tops_up(world: &World, person: &mut Person, card: &mut Purse, minor: u64) {
    let ends = (account(&person.holder), card.prepaid_end());
    relays(world, person, card, ends, minor);
}

/// The purse has the bank move value of the prepaid card, or to it.
fn relays(
    world: &World,
    person: &mut Person,
    card: &mut Purse,
    (source, destination): (Endpoint, Endpoint),
    minor: u64,
) {
    world.run_for(1_000);
    let ends = (source.clone(), destination.clone());
    let mut request = person.purse.request(world, source, destination, minor);
    let number = request.transaction;
    let gives = ends.0 == card.prepaid_end();
    if gives {
        card.set_aside(world.now(), number, (&ends.0, &ends.1), minor);
    }
    request.prepaid = Some(card.shown());
    let holder = &mut person.holder;
    person.purse.ask(world, holder, &request).unwrap().offer();
    let reply = person.purse.reply(world, number, true);
    let said = person.purse.say(world, holder, "/v1/replies", &reply);
    let said = said.unwrap();
    let verdict: MovementVerdict = keyed::open(&said, &person.purse.bank).unwrap();
    person.purse.take(world, &verdict);
    match gives {
        true => card.settle(number, Vec::new()),
        false => card.take_from_purse(world.now(), number, ends, (minor, Vec::new())),
    }
    (card.checkpoint, card.checkpoint_in) = (verdict.checkpoint, said);
}

/// The purse takes so much over from a prepaid card of its card.
fn takes_over(world: &World, person: &mut Person, card: &mut Purse, minor: u64) {
    world.run_for(1_000);
    let shown = card.shown();
    let (from, to) = (card.prepaid_end(), person.purse.end());
    let number = number_of_take_over(&shown, &person.purse.number, minor);
    card.set_aside(world.now(), number, (&from, &to), minor);
    card.settle(number, Vec::new());
    claims(world, person, (from, &shown), minor);
}

/// The purse's history says that it took so much over from a prepaid card that showed this of itself.
fn claims(
    world: &World,
    person: &mut Person,
    (from, shown): (Endpoint, &PrepaidState),
    minor: u64,
) {
    let number = number_of_take_over(shown, &person.purse.number, minor);
    let ends = (from, person.purse.end());
    let evidence = (minor, encode_value(shown));
    person
        .purse
        .take_from_purse(world.now(), number, ends, evidence);
}

/// A prepaid card pays somebody, by the purse beside it.
fn pays(
    world: &World,
    (payer, card): (&mut Person, &mut Purse),
    payee: &mut Person,
    (nonce, minor): (u8, u64),
) -> Handed {
    takes_over(world, payer, card, minor);
    pay(world, payer, payee, nonce, minor)
}

fn on_card(world: &World, card: &Purse) -> i64 {
    available(world, &format!("purse {}", card.number))
}

fn is_blocked(world: &World, card: &Purse) -> bool {
    let sql = format!(
        "SELECT count(*) FROM bank_purses WHERE blocked_at IS NOT NULL AND lower(hex(number)) = '{}'",
        card.number
    );
    world.number(BANK, &sql) == 1
}

#[test]
fn whoever_tells_first_what_a_prepaid_card_paid_is_moved_once() {
    for payee_is_first in [false, true] {
        let world = world();
        let mut payer = Person::new(&world, 1, 500);
        let mut payee = Person::new(&world, 2, 0);
        let mut card = topped_up(&world, &mut payer, 1_000);
        pays(&world, (&mut payer, &mut card), &mut payee, (1, 400));
        if payee_is_first {
            payee.reports(&world);
            assert_eq!(payee.books(&world).0, 400, "whoever was paid is paid");
            assert_eq!(on_card(&world, &card), 1_000, "nobody told of the card");
        }
        for _ in 0..2 {
            payer.reports(&world);
            payee.reports(&world);
        }
        assert_eq!(payer.books(&world), (500, 8_500), "{payee_is_first}");
        assert_eq!(payer.purse.amount, 500);
        assert_eq!(payee.books(&world), (400, 10_000));
        assert_eq!(on_card(&world, &card), 600);
        // The card goes on, and what it says of itself fits.
        let back = (card.prepaid_end(), account(&payer.holder));
        relays(&world, &mut payer, &mut card, back, 600);
        assert_eq!(payer.books(&world), (500, 9_100));
        for alert in ["amounts-differ", "prepaid-short", "old-state"] {
            assert_eq!(alerts(&world, alert), 0, "{alert}");
        }
        requires_clean_audit(&world);
    }
}

#[test]
fn what_a_prepaid_card_moves_with_the_bank_before_the_bank_hears_of_it_makes_no_difference() {
    let mut ends = Vec::new();
    for is_told_first in [false, true] {
        let world = world();
        let mut payer = Person::new(&world, 1, 500);
        let mut payee = Person::new(&world, 2, 0);
        let mut card = topped_up(&world, &mut payer, 1_000);
        pays(&world, (&mut payer, &mut card), &mut payee, (1, 400));
        if is_told_first {
            payer.reports(&world);
        }
        let back = (card.prepaid_end(), account(&payer.holder));
        relays(&world, &mut payer, &mut card, back, 250);
        let more = (account(&payer.holder), card.prepaid_end());
        relays(&world, &mut payer, &mut card, more, 100);
        pays(&world, (&mut payer, &mut card), &mut payee, (2, 450));
        payer.reports(&world);
        payee.reports(&world);
        assert_eq!(card.amount, 0);
        assert!(!is_blocked(&world, &card));
        for alert in ["amounts-differ", "prepaid-short", "old-state"] {
            assert_eq!(alerts(&world, alert), 0, "{alert}");
        }
        requires_clean_audit(&world);
        ends.push((
            payer.books(&world),
            payee.books(&world),
            on_card(&world, &card),
        ));
    }
    let right = ((500, 8_650), (850, 10_000), 0);
    assert!(ends.iter().all(|end| *end == right), "{ends:?}");
}

#[test]
fn a_prepaid_card_that_was_copied_and_spent_elsewhere_is_borne_by_whoever_signed_for_the_copy() {
    let world = world();
    let mut payer = Person::new(&world, 1, 500);
    let mut cheat = Person::new(&world, 3, 0);
    let mut payee = Person::new(&world, 2, 0);
    let mut card = topped_up(&world, &mut payer, 1_000);
    let mut copy = card.clone();
    pays(&world, (&mut payer, &mut card), &mut payee, (1, 700));
    payer.reports(&world);
    pays(&world, (&mut cheat, &mut copy), &mut payee, (2, 1_000));
    payee.reports(&world);
    cheat.reports(&world);
    assert_eq!(
        payee.books(&world),
        (1_700, 10_000),
        "whoever was paid is paid"
    );
    assert_eq!(payer.books(&world), (500, 8_500));
    assert_eq!(on_card(&world, &card), 0);
    // Of a thousand the card still had 300 by the books; for the rest the one who signed answers.
    assert_eq!(cheat.books(&world), (0, 9_300));
    assert_eq!(losses(&world), 0);
    assert_eq!(alerts(&world, "prepaid-short"), 1);
    assert!(is_blocked(&world, &card), "two cards have one past");
    for person in [&payer, &cheat, &payee] {
        assert_eq!(
            proof_against(&world, person),
            None,
            "nobody contradicted himself"
        );
    }
    requires_clean_audit(&world);
}

#[test]
fn t004_44_what_a_copied_prepaid_card_did_not_hold_is_not_in_the_purse_that_took_it_over() {
    let world = world();
    let mut payer = Person::new(&world, 1, 500);
    let mut cheat = Person::new(&world, 3, 0);
    let mut card = topped_up(&world, &mut payer, 1_000);
    let mut copy = card.clone();
    takes_over(&world, &mut payer, &mut card, 1_000);
    payer.reports(&world);
    takes_over(&world, &mut cheat, &mut copy, 800);
    cheat.reports(&world);
    assert_eq!((payer.purse.amount, cheat.purse.amount), (1_500, 0));
    assert_eq!(cheat.books(&world), (0, 10_000));
    assert_eq!(alerts(&world, "amounts-differ"), 1);
    requires_clean_audit(&world);
}

/// What is done to what a prepaid card shows: with the purse that takes over, and another card.
type Forgery = fn(&mut PrepaidState, &Purse, &Purse);

#[test]
fn t004_40_what_the_bank_did_not_sign_of_a_prepaid_card_is_refused_and_books_nothing() {
    let signed: [Forgery; 4] = [
        |shown, own, _| shown.certificate.clone_from(&own.certificate),
        |shown, _, other| shown.checkpoint.clone_from(&other.checkpoint_in),
        |shown, _, _| shown.state.checkpoint += 1,
        // It gives more than it says it has.
        |shown, _, _| shown.state.amount = 399,
    ];
    for forge in signed {
        is_refused(|world, payer, (card, other)| {
            let mut shown = card.shown();
            forge(&mut shown, &payer.purse, other);
            claims(world, payer, (card.prepaid_end(), &shown), 400);
        });
    }
    // What stands in the entry is not what the entry's number, and so the purse's signature, is about.
    let altered: [Forgery; 2] = [
        |shown, _, _| shown.state.amount += 1,
        |shown, _, _| shown.state.sequence += 1,
    ];
    for alter in altered {
        is_refused(|world, payer, (card, other)| {
            let mut shown = card.shown();
            claims(world, payer, (card.prepaid_end(), &shown), 400);
            alter(&mut shown, &payer.purse, other);
            let last = payer.purse.history.last_mut().unwrap();
            last.evidence = encode_value(&shown);
        });
    }
    is_refused(|world, payer, (card, _)| {
        claims(world, payer, (card.prepaid_end(), &card.shown()), 400);
        let last = payer.purse.history.last_mut().unwrap();
        last.evidence.clear();
    });
}

fn is_refused(forge: impl FnOnce(&World, &mut Person, (&Purse, &Purse))) {
    let world = world();
    let mut payer = Person::new(&world, 1, 500);
    let card = topped_up(&world, &mut payer, 1_000);
    let other = Purse::prepaid(&world, "two");
    forge(&world, &mut payer, (&card, &other));
    let refused = payer.tries_to_report(&world);
    assert_eq!(refused.as_deref(), Some("bad-signature"));
    assert_eq!(alerts(&world, "bad-partner"), 1);
    assert_eq!(
        (on_card(&world, &card), payer.books(&world).0),
        (1_000, 500)
    );
}

#[test]
fn what_a_purse_took_over_and_did_not_tell_before_it_was_lost_its_account_bears() {
    let world = world();
    let mut payer = Person::new(&world, 1, 500);
    let mut payee = Person::new(&world, 2, 0);
    let mut card = topped_up(&world, &mut payer, 1_000);
    pays(&world, (&mut payer, &mut card), &mut payee, (1, 700));
    let blocked = instruct(&world, &mut payer.holder, payer.purse.number);
    assert_eq!(blocked.outcome, InstructionOutcome::Done);
    payee.reports(&world);
    world.run_for(2 * WINDOW_MS);
    assert_eq!(payee.books(&world), (700, 10_000));
    assert_eq!(payer.books(&world), (0, 8_300));
    assert_eq!((on_card(&world, &card), losses(&world)), (1_000, 0));
    requires_clean_audit(&world);
}

#[test]
fn a_card_of_another_object_of_the_bank_counts_as_one_that_holds_nothing() {
    let mut world = world();
    world.spread_bank(4);
    let [mut payer, mut other] = apart(&world);
    let here = object_of(&world, &payer.purse);
    let mut cards = (1..).map(|number: u8| Purse::prepaid(&world, &number.to_string()));
    let card = cards.find(|card| object_of(&world, card) == here);
    let mut card = card.unwrap();
    tops_up(&world, &mut payer, &mut card, 1_000);
    takes_over(&world, &mut other, &mut card, 400);
    other.reports(&world);
    assert_eq!((other.purse.amount, other.books(&world).0), (0, 0));
    assert_eq!(on_card(&world, &card), 1_000);
    takes_over(&world, &mut payer, &mut card, 600);
    payer.reports(&world);
    assert_eq!((payer.purse.amount, on_card(&world, &card)), (5_600, 400));
    requires_clean_audit(&world);
}

#[test]
fn an_auditor_wants_the_report_of_whoever_took_over_and_no_more_booked_than_it_says() {
    let world = world();
    let mut payer = Person::new(&world, 1, 500);
    let mut card = topped_up(&world, &mut payer, 1_000);
    takes_over(&world, &mut payer, &mut card, 400);
    payer.reports(&world);
    requires_clean_audit(&world);
    let mut unproved = pages(&world);
    for page in &mut unproved {
        page.proofs
            .retain(|proof| proof.kind != ProofKind::PurseReport);
    }
    let missing = |finding: &Finding| matches!(finding, Finding::EntryWithoutMessage { entry, .. } if entry.starts_with("taken "));
    assert!(found(&world, &unproved).iter().any(missing));
    let mut more = pages(&world);
    for page in &mut more {
        for transfer in &mut page.transfers {
            transfer.money.minor += u64::from(transfer.id.starts_with("taken "));
        }
    }
    let differs = |finding: &Finding| {
        matches!(finding, Finding::AmountDiffers { entry, expected: 400, claimed: 401, .. }
            if entry.starts_with("taken "))
    };
    assert!(found(&world, &more).iter().any(differs));
}
