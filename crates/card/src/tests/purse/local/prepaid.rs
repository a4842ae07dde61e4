//! A prepaid card pays another purse, and no bank is there: the account's purse beside it takes over what it pays, and answers
//! for it.

use alloc::vec::Vec;

use tallystick_protocol::purse::{
    Endpoint, HistoryPolicy, MovementOutcome, MovementVerdict, PurseNumber, TakeOverError,
    TakenOver,
};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::money::Currency;

use super::pair::{LIMITS, Person};
use crate::Applet;
use crate::host::purse::{self, OpeningGiven, PaymentGiven};
use crate::host::{self, CardError};
use crate::tests::purse::bank::Bank;
use crate::tests::purse::holder::{ACCOUNT, Apdu, yen};

const CARD: PurseNumber = PurseNumber([9; 16]);
pub(super) const PLACE: u8 = 4;

/// Somebody with so much in the purse, and in a prepaid card beside it.
pub(super) fn with_prepaid(seed: u8, inside: u64, on_card: u64) -> Person {
    let mut person = match inside {
        0 => Person::new(seed),
        _ => Person::holding(seed, inside),
    };
    let holder = &mut person.holder;
    let at = holder.now;
    let own = core::mem::replace(&mut holder.bank.checkpoint.purse, CARD);
    // A card begins empty, and its bank knows nothing of its history.
    let known = core::mem::take(&mut holder.bank.checkpoint.through);
    let terms = holder.bank.terms(None);
    let opening = OpeningGiven {
        certificate: holder.bank.sign(&terms),
        notice: Some(holder.bank.notice(false)),
        at,
    };
    holder.ok(purse::open(PLACE, &opening));
    let mut terms = holder.terms(ACCOUNT, Endpoint::Prepaid(CARD), yen(on_card));
    let prepared = holder.ok(purse::request(PLACE, &terms));
    let prepared = purse::prepared(&[prepared, [0x90, 0].into()].concat());
    terms.prepaid = Some(prepared.unwrap());
    let signed = holder.ok(purse::request(0, &terms));
    let request = holder.read(&signed);
    let offer = holder.bank.offer(&request);
    let offer = holder.bank.sign(&offer);
    holder.answer(true, &offer).unwrap();
    holder.ok(purse::answer_offer(PLACE, true, &offer, at));
    let verdict = MovementVerdict {
        purse: request.purse,
        transaction: request.transaction,
        outcome: MovementOutcome::Completed,
        checkpoint: holder.bank.next(),
    };
    let verdict = holder.bank.sign(&verdict);
    for place in [0, PLACE] {
        holder.ok(purse::take_verdict(place, &verdict, at));
    }
    (holder.bank.checkpoint.purse, holder.bank.checkpoint.through) = (own, known);
    holder.bank.next();
    person
}

pub(super) fn paying(person: &Person, request: &[u8], amount: u64, place: u8) -> Apdu {
    let given = PaymentGiven {
        request: request.to_vec(),
        amount: yen(amount),
        at: person.holder.now,
        prepaid: Some(place),
    };
    purse::pay_purse(0, &given)
}

fn pays(person: &mut Person, request: &[u8], amount: u64) -> Result<Vec<u8>, CardError> {
    let paying = paying(person, request, amount, PLACE);
    person.holder.tried(paying)
}

fn on_card(person: &mut Person) -> u64 {
    person.holder.view_of(PLACE).state.unwrap().amount
}

#[test]
fn what_a_prepaid_card_pays_the_purse_beside_it_takes_over_and_answers_for() {
    let mut payer = with_prepaid(1, 3_000, 1_000);
    let mut payee = Person::new(2);
    let before = payer.holder.view_of(PLACE).state.unwrap();
    let request = payee.asks(Some(400));
    let payment = pays(&mut payer, &request, 400).unwrap();
    assert_eq!(
        payer.amounts(),
        (3_000, 400),
        "the purse itself gives nothing"
    );
    assert_eq!(on_card(&mut payer), 600);
    let answer = payee.takes(&payment).unwrap();
    payer.settles(&answer).unwrap();
    assert_eq!((payer.amounts(), payee.amounts()), ((3_000, 0), (400, 0)));
    // The bank reads by the purse's history from which card it is, and what the card says of itself.
    let history = payer.holder.history();
    let [.., taken, given] = &history[..] else {
        panic!("two entries");
    };
    assert_eq!((taken.balance, given.balance), (3_400, 3_000));
    let bank = Bank::new();
    let key = VerifyingKey::of_p256(&[5; 32]).unwrap();
    let read = TakenOver::read(taken, (&bank.domain, &key)).unwrap();
    assert_eq!(read.card.number, CARD);
    assert_eq!(payer.holder.view_of(PLACE).state, Some(read.after));
    assert_eq!(taken.shown_prepaid().unwrap().state, before);
    let stranger = VerifyingKey::of_p256(&[6; 32]).unwrap();
    let forged = TakenOver::read(taken, (&bank.domain, &stranger));
    assert_eq!(forged, Err(TakeOverError::BadSignature));
    let mut more = taken.clone();
    more.amount += 1;
    let more = TakenOver::read(&more, (&bank.domain, &key));
    assert_eq!(more, Err(TakeOverError::OtherEntry));
}

#[test]
fn the_same_request_again_takes_nothing_over_again() {
    let mut payer = with_prepaid(1, 3_000, 1_000);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(400));
    let payment = pays(&mut payer, &request, 400).unwrap();
    assert_eq!(pays(&mut payer, &request, 400), Ok(payment.clone()));
    assert_eq!(
        payer.pays(&request, 400),
        Ok(payment.clone()),
        "from wherever"
    );
    let answer = payee.takes(&payment).unwrap();
    payer.settles(&answer).unwrap();
    let refused = Err(CardError::Refused(0x6a89));
    assert_eq!(pays(&mut payer, &request, 400), refused);
    assert_eq!((payer.amounts(), on_card(&mut payer)), ((3_000, 0), 600));
}

#[test]
fn what_the_payee_refuses_stays_in_the_purse() {
    let mut payer = with_prepaid(1, 3_000, 1_000);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(400));
    let payment = pays(&mut payer, &request, 400).unwrap();
    let no = payee.refuses(&payment).unwrap();
    payer.settles(&no).unwrap();
    assert_eq!((payer.amounts(), on_card(&mut payer)), ((3_400, 0), 600));
}

#[test]
fn what_a_prepaid_card_cannot_pay_moves_nothing_in_either() {
    let mut payer = with_prepaid(1, 30_000, 20_000);
    let mut payee = Person::new(2);
    let request = payee.asks(None);
    let refused = |payer: &mut Person, amount, place| {
        let paying = paying(payer, &request, amount, place);
        let refused = payer.holder.tried(paying).unwrap_err();
        assert_eq!((payer.amounts(), on_card(payer)), ((30_000, 0), 20_000));
        refused
    };
    let over = LIMITS.payment + 1;
    assert_eq!(refused(&mut payer, over, PLACE), CardError::LimitExceeded);
    assert_eq!(refused(&mut payer, 0, PLACE), CardError::Refused(0x6a80));
    assert_eq!(refused(&mut payer, 10, 0), CardError::NotForThisPurse);
    assert_eq!(refused(&mut payer, 10, 7), CardError::NotFound);
    opens_another(&mut payer, 5, Currency::Eur);
    assert_eq!(refused(&mut payer, 10, 5), CardError::NotForThisPurse);
    payer.holder.bench.select(Applet::Identity);
    payer.holder.bench.ok(host::forget_pin());
    payer.holder.bench.select(Applet::Purse);
    assert_eq!(refused(&mut payer, 10, PLACE), CardError::PinRequired);
    let mut poor = with_prepaid(3, 30_000, 50);
    let request = payee.asks(Some(51));
    let short = pays(&mut poor, &request, 51);
    assert_eq!(short, Err(CardError::InsufficientAmount));
    assert_eq!((poor.amounts(), on_card(&mut poor)), ((30_000, 0), 50));
}

/// A prepaid card of another currency, at that place.
fn opens_another(person: &mut Person, place: u8, currency: Currency) {
    let mut bank = Bank::new();
    bank.checkpoint.purse = PurseNumber([8; 16]);
    bank.currency = currency;
    let opening = OpeningGiven {
        certificate: bank.sign(&bank.terms(None)),
        notice: Some(bank.notice(false)),
        at: person.holder.now,
    };
    person.holder.ok(purse::open(place, &opening));
}

/// As the bank says from now on.
fn with_policy(person: &mut Person, policy: HistoryPolicy) {
    person.holder.bank.checkpoint.policy = policy;
    person.holder.bank.checkpoint.limits.count = 100;
    person.holder.upload();
}

fn pays_by_itself(payer: &mut Person, payee: &mut Person) -> Result<(), CardError> {
    let request = payee.asks(Some(1));
    let payment = payer.pays(&request, 1)?;
    let answer = payee.takes(&payment).unwrap();
    payee.holder.upload();
    payer.settles(&answer)
}

#[test]
fn t004_3_t004_4_t004_5_what_was_taken_over_is_not_erased_before_the_bank_has_heard_of_it() {
    for policy in [HistoryPolicy::EraseOldest, HistoryPolicy::UploadFirst] {
        let mut payer = with_prepaid(1, 3_000, 1_000);
        with_policy(&mut payer, policy);
        let mut payee = Person::new(2);
        let request = payee.asks(Some(400));
        let payment = pays(&mut payer, &request, 400).unwrap();
        let answer = payee.takes(&payment).unwrap();
        payer.settles(&answer).unwrap();
        let mut paid = 0;
        let full = loop {
            match pays_by_itself(&mut payer, &mut payee) {
                Ok(()) => paid += 1,
                Err(error) => break error,
            }
        };
        assert_eq!((full, paid), (CardError::HistoryFull, 30), "{policy:?}");
        let untold = |payer: &mut Person| {
            let history = payer.holder.history();
            history.iter().any(|entry| entry.shown_prepaid().is_some())
        };
        assert!(untold(&mut payer));
        payer.holder.upload();
        for _ in 0..32 {
            pays_by_itself(&mut payer, &mut payee).unwrap();
            payer.holder.upload();
        }
        assert!(!untold(&mut payer), "the bank has it");
    }
}

#[test]
fn t004_3_neither_purse_nor_card_goes_before_the_bank_has_heard_of_what_was_taken_over() {
    let mut payer = with_prepaid(1, 0, 1_000);
    with_policy(&mut payer, HistoryPolicy::Stop);
    let mut payee = Person::new(2);
    let request = payee.asks(Some(1_000));
    let payment = pays(&mut payer, &request, 1_000).unwrap();
    let answer = payee.takes(&payment).unwrap();
    payer.settles(&answer).unwrap();
    assert_eq!((payer.amounts(), on_card(&mut payer)), ((0, 0), 0));
    let not_told = Err(CardError::NotTold);
    let holder = &mut payer.holder;
    assert_eq!(holder.tried(purse::clear_history(0)), not_told);
    assert_eq!(holder.tried(purse::close(PLACE)), not_told);
    assert_eq!(holder.tried(purse::close(0)), not_told);
    holder.upload();
    holder.ok(purse::clear_history(0));
    holder.ok(purse::close(PLACE));
    holder.ok(purse::close(0));
}
