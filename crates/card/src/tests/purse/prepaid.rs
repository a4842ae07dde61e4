//! A prepaid card: no key, no PIN, and a purse of an account that signs for it.

use alloc::vec;

use tallystick_protocol::purse::{
    CheckpointNotice, Endpoint, MovementOutcome, MovementRequest, MovementVerdict, PrepaidPending,
    PurseNumber, PurseReport,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey};
use tallystick_protocol::wire::identifier::{Root, TransactionId};

use super::holder::{ACCOUNT, Holder, PURSE, yen};
use crate::Applet;
use crate::host::purse::{self, MovementTerms, OpeningGiven, Prepared};
use crate::host::{self, CardError};

const CARD: PurseNumber = PurseNumber([9; 16]);
const PREPAID: Endpoint = Endpoint::Prepaid(CARD);
const PLACE: u8 = 4;

use MovementOutcome::{Completed, NotCompleted};

/// With a purse of an account at place 0 and a prepaid one at place 4, and no PIN verified.
fn both() -> Holder {
    let mut holder = Holder::holding(5_000);
    let purse_number = holder.bank.checkpoint.purse;
    holder.bank.checkpoint.purse = CARD;
    let terms = holder.bank.terms(None);
    let opening = OpeningGiven {
        certificate: holder.bank.sign(&terms),
        notice: Some(holder.bank.notice(false)),
        at: holder.now,
    };
    holder.bank.checkpoint.purse = purse_number;
    holder.bench.select(Applet::Identity);
    holder.bench.ok(host::forget_pin());
    holder.bench.select(Applet::Purse);
    holder.ok(purse::open(PLACE, &opening));
    holder
}

fn prepared(holder: &mut Holder, terms: &MovementTerms) -> Prepared {
    let shown = holder.ok(purse::request(PLACE, terms));
    purse::prepared(&[shown, [0x90, 0].into()].concat()).unwrap()
}

/// The agent asks for what the prepaid card was prepared for. Where the agent takes, it draws the number first.
fn asked(
    holder: &mut Holder,
    source: Endpoint,
    destination: Endpoint,
    amount: u64,
) -> MovementRequest {
    let mut terms = holder.terms(source, destination, yen(amount));
    holder.bench.verify();
    holder.bench.select(Applet::Purse);
    if terms.destination == PURSE {
        let drawn = holder.ok(purse::draw(0, terms.at));
        terms.transaction = Some(TransactionId(drawn.try_into().unwrap()));
    }
    holder.bench.select(Applet::Identity);
    holder.bench.ok(host::forget_pin());
    holder.bench.select(Applet::Purse);
    let prepaid = prepared(holder, &terms);
    holder.bench.verify();
    holder.bench.select(Applet::Purse);
    (terms.prepaid, terms.transaction) = (Some(prepaid), None);
    let signed = holder.ok(purse::request(0, &terms));
    holder.read(&signed)
}

/// The bank offers, both accept, and the bank says how it ended; the checkpoint is the prepaid card's.
fn run(holder: &mut Holder, request: &MovementRequest, outcome: MovementOutcome) {
    let mut checkpoint = holder.bank.next();
    checkpoint.purse = CARD;
    let mut offer = holder.bank.offer(request);
    offer.checkpoint = checkpoint.clone();
    let now = holder.now;
    let offer = holder.bank.sign(&offer);
    holder.answer(true, &offer).unwrap();
    assert!(
        holder
            .ok(purse::answer_offer(PLACE, true, &offer, now))
            .is_empty()
    );
    checkpoint.number += 1;
    let verdict = holder.bank.sign(&MovementVerdict {
        purse: request.purse,
        transaction: request.transaction,
        outcome,
        checkpoint,
    });
    for _ in 0..2 {
        holder.ok(purse::take_verdict(0, &verdict, now));
        holder.ok(purse::take_verdict(PLACE, &verdict, now));
    }
    holder.bank.next();
}

fn amounts(holder: &mut Holder) -> [(u64, u64, u64); 2] {
    [0, PLACE].map(|place| {
        let state = holder.view_of(place).state.unwrap();
        (state.amount, state.pending_out, state.pending_in)
    })
}

#[test]
fn value_moves_between_a_purse_and_a_prepaid_card_that_asks_for_no_pin() {
    let mut holder = both();
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    assert_eq!(amounts(&mut holder), [(4_000, 1_000, 0), (0, 0, 0)]);
    run(&mut holder, &request, Completed);
    assert_eq!(amounts(&mut holder), [(4_000, 0, 0), (1_000, 0, 0)]);
    let request = asked(&mut holder, PREPAID, PURSE, 300);
    assert_eq!(amounts(&mut holder), [(4_000, 0, 0), (700, 300, 0)]);
    run(&mut holder, &request, Completed);
    assert_eq!(amounts(&mut holder), [(4_300, 0, 0), (700, 0, 0)]);
    let request = asked(&mut holder, PREPAID, ACCOUNT, 200);
    run(&mut holder, &request, NotCompleted);
    assert_eq!(amounts(&mut holder), [(4_300, 0, 0), (700, 0, 0)]);
    let request = asked(&mut holder, ACCOUNT, PREPAID, 50);
    run(&mut holder, &request, Completed);
    assert_eq!(amounts(&mut holder), [(4_300, 0, 0), (750, 0, 0)]);
}

#[test]
fn a_prepaid_card_shows_what_its_bank_signed_of_it_to_whoever_relays_it() {
    let mut holder = both();
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    run(&mut holder, &request, Completed);
    let request = asked(&mut holder, PREPAID, ACCOUNT, 400);
    let shown = request.prepaid.unwrap();
    assert_eq!((shown.state.amount, shown.state.pending_out), (600, 400));
    let bank = VerifyingKey::of_p256(&[5; 32]).unwrap();
    let terms: tallystick_protocol::purse::PurseCertificate =
        keyed::open(&shown.certificate, &bank).unwrap();
    assert_eq!((terms.number, terms.key), (CARD, None));
    let verdict: MovementVerdict = keyed::open(&shown.checkpoint, &bank).unwrap();
    assert_eq!(verdict.checkpoint.purse, CARD);
    assert_eq!(verdict.checkpoint.number, shown.state.checkpoint);
    assert!(keyed::open::<CheckpointNotice>(&shown.checkpoint, &bank).is_err());
}

#[test]
fn what_a_prepaid_card_was_not_prepared_for_does_not_move_its_value() {
    let mut holder = both();
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    run(&mut holder, &request, Completed);
    let none = holder.request(PREPAID, ACCOUNT, yen(100)).map(|_| ());
    assert_eq!(none, Err(CardError::Refused(0x6a80)), "it was not prepared");
    let elsewhere = holder.terms(ACCOUNT, PURSE, yen(1));
    let refused = holder.tried(purse::request(PLACE, &elsewhere));
    assert_eq!(refused, Err(CardError::NotForThisPurse));
    let too_much = holder.terms(PREPAID, ACCOUNT, yen(1_001));
    let refused = holder.tried(purse::request(PLACE, &too_much));
    assert_eq!(refused, Err(CardError::InsufficientAmount));
    assert_eq!(amounts(&mut holder), [(4_000, 0, 0), (1_000, 0, 0)]);
}

#[test]
fn a_prepaid_card_signs_nothing() {
    let mut holder = both();
    holder.bench.verify();
    holder.bench.select(Applet::Purse);
    let now = holder.now;
    let refused = Err(CardError::Refused(0x6985));
    assert_eq!(holder.tried(purse::report(PLACE, None, now)), refused);
    assert_eq!(
        holder.tried(purse::make_key(PLACE, Algorithm::Es256)),
        refused
    );
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    run(&mut holder, &request, Completed);
    let mut order = holder.order(1, 10);
    order.root = Root([2; 32]);
    assert_eq!(holder.tried(purse::pay(PLACE, &order)), refused);
}

#[test]
fn t004_34_a_prepaid_card_gives_back_by_the_bank_s_word_alone() {
    let mut holder = both();
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    run(&mut holder, &request, Completed);
    let request = asked(&mut holder, PREPAID, ACCOUNT, 400);
    let mut offer = holder.bank.offer(&request);
    offer.checkpoint.purse = CARD;
    let (offer, now) = (holder.bank.sign(&offer), holder.now);
    assert!(
        holder
            .ok(purse::answer_offer(PLACE, false, &offer, now))
            .is_empty()
    );
    assert_eq!(amounts(&mut holder)[1], (600, 400, 0));
    // The agent said yes, and the bank did it.
    run(&mut holder, &request, Completed);
    assert_eq!(amounts(&mut holder)[1], (600, 0, 0));
}

#[test]
fn t004_36_a_purse_reports_for_a_prepaid_card_what_that_has_under_way() {
    let mut holder = both();
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    run(&mut holder, &request, Completed);
    let request = asked(&mut holder, PREPAID, ACCOUNT, 400);
    let shown = PrepaidPending {
        state: request.prepaid.clone().unwrap(),
        pending: vec![request.transaction],
    };
    let now = holder.now;
    let signed = holder.ok(purse::report_with(0, shown.clone(), now));
    let report: PurseReport = holder.read(&signed);
    assert_eq!(report.prepaid, Some(shown));
    assert_eq!(report.pending, [request.transaction], "its own");
    // The bank never heard of it, and says so to the card; the agent need not hear it first.
    let mut checkpoint = holder.bank.next();
    checkpoint.purse = CARD;
    let verdict = holder.bank.sign(&MovementVerdict {
        purse: CARD,
        transaction: request.transaction,
        outcome: NotCompleted,
        checkpoint,
    });
    for _ in 0..2 {
        holder.ok(purse::take_verdict(PLACE, &verdict, now));
        assert_eq!(amounts(&mut holder)[1], (1_000, 0, 0));
    }
}

#[test]
fn a_prepaid_card_is_closed_by_its_bearer_once_it_is_empty() {
    let mut holder = both();
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    run(&mut holder, &request, Completed);
    assert_eq!(
        holder.tried(purse::close(PLACE)),
        Err(CardError::NotSettled)
    );
    let request = asked(&mut holder, PREPAID, PURSE, 1_000);
    run(&mut holder, &request, Completed);
    holder.bench.select(Applet::Identity);
    holder.bench.ok(host::forget_pin());
    holder.bench.select(Applet::Purse);
    holder.ok(purse::close(PLACE));
}

#[test]
fn what_takes_value_has_drawn_the_number_so_that_no_old_word_of_the_bank_counts_again() {
    let mut holder = both();
    let request = asked(&mut holder, PURSE, PREPAID, 1_000);
    run(&mut holder, &request, Completed);
    let malformed = Err(CardError::Refused(0x6a80));
    // The prepaid card takes the same movement again.
    let mut again = holder.terms(PURSE, PREPAID, yen(1_000));
    again.transaction = Some(request.transaction);
    assert_eq!(holder.tried(purse::request(PLACE, &again)), malformed);
    again.transaction = None;
    again.prepaid = request.prepaid.clone().map(|state| Prepared {
        transaction: request.transaction,
        state,
    });
    assert_eq!(holder.tried(purse::request(PLACE, &again)), malformed);
    // The purse takes what it had completed once.
    let back = asked(&mut holder, PREPAID, PURSE, 100);
    run(&mut holder, &back, Completed);
    let mut again = holder.terms(PREPAID, PURSE, yen(100));
    again.prepaid = back.prepaid.map(|state| Prepared {
        transaction: back.transaction,
        state,
    });
    assert_eq!(holder.tried(purse::request(0, &again)), malformed);
    assert_eq!(amounts(&mut holder), [(4_100, 0, 0), (900, 0, 0)]);
}

#[test]
fn a_prepaid_card_takes_what_the_bank_offered_and_not_what_it_was_prepared_for() {
    let mut holder = both();
    let terms = holder.terms(ACCOUNT, PREPAID, yen(50_000));
    let mut prepaid = prepared(&mut holder, &terms);
    holder.bench.verify();
    holder.bench.select(Applet::Purse);
    // The agent asks for less than the card was prepared for.
    prepaid.state.state.amount = 0;
    let less = MovementTerms {
        prepaid: Some(prepaid),
        amount: yen(1),
        ..terms
    };
    let signed = holder.ok(purse::request(0, &less));
    let request: MovementRequest = holder.read(&signed);
    let mut offer = holder.bank.offer(&request);
    offer.checkpoint.purse = CARD;
    let now = holder.now;
    let offer = holder.bank.sign(&offer);
    let refused = holder.tried(purse::answer_offer(PLACE, true, &offer, now));
    assert_eq!(refused, Err(CardError::Refused(0x6a80)));
    let mut checkpoint = holder.bank.next();
    checkpoint.purse = CARD;
    let verdict = holder.bank.sign(&MovementVerdict {
        purse: request.purse,
        transaction: request.transaction,
        outcome: Completed,
        checkpoint,
    });
    let refused = holder.tried(purse::take_verdict(PLACE, &verdict, now));
    assert_eq!(refused, Err(CardError::Refused(0x6985)));
    assert_eq!(amounts(&mut holder)[1], (0, 0, 0));
}
