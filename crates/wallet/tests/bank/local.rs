//! Two wallets pay each other, and no network is there: the texts go from one to the other, and nothing else.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{LocalState, LocalView, SeenKind};

use super::customer::{available, load, purse, with_purse};
use super::holder::{Holder, PIN};
use super::world::{BANK, World};

/// One with 5,000 yen in the purse, one with nothing.
fn two(world: &World) -> (Holder<'_>, Holder<'_>) {
    let payer = with_purse(world, 10_000);
    load(&payer, 5_000).unwrap();
    let payee = with_purse(world, 0);
    for holder in [&payer, &payee] {
        block_on(holder.wallet.report_purse(&purse(holder).id, PIN)).unwrap();
    }
    (payer, payee)
}

pub fn payment(holder: &Holder<'_>, id: &str) -> LocalView {
    let payments = holder.view().payments;
    payments.into_iter().find(|one| one.id == id).unwrap()
}

pub fn text(holder: &Holder<'_>, id: &str) -> String {
    payment(holder, id).text.unwrap()
}

pub fn asks(holder: &Holder<'_>, amount: Option<u64>) -> String {
    let id = purse(holder).id;
    let asked = block_on(holder.wallet.ask_for_payment(&id, amount, PIN)).unwrap();
    text(holder, &asked)
}

fn pays(holder: &Holder<'_>, request: &str, minor: u64) -> Result<String, ErrorKind> {
    let id = purse(holder).id;
    let paid = block_on(holder.wallet.pay_purse(&id, request, minor, PIN));
    paid.map(|paid| text(holder, &paid))
        .map_err(|error| error.kind)
}

pub fn answers(holder: &Holder<'_>, payment: &str, accept: bool) -> String {
    let answered = block_on(holder.wallet.answer_payment(payment, accept, PIN)).unwrap();
    text(holder, &answered)
}

pub fn settles(holder: &Holder<'_>, answer: &str) -> LocalState {
    let settled = block_on(holder.wallet.settle_payment(answer)).unwrap();
    payment(holder, &settled).state
}

#[test]
fn t004_7_t004_15_two_wallets_pay_each_other_while_no_bank_can_be_reached() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    world.hub.cut(BANK, true);
    let request = asks(&payee, Some(1_200));
    let seen = block_on(payer.wallet.look_at_text(&request)).unwrap();
    assert_eq!(
        (seen.kind, seen.amount_minor),
        (SeenKind::Request, Some(1_200))
    );
    assert_eq!(seen.purses, [purse(&payer).id]);
    let paid = pays(&payer, &request, 1_200).unwrap();
    assert_eq!(
        (purse(&payer).amount_minor, purse(&payer).out_minor),
        (3_800, 1_200)
    );
    // Shown again, it is the same payment.
    assert_eq!(pays(&payer, &request, 1_200).as_ref(), Ok(&paid));
    let seen = block_on(payee.wallet.look_at_text(&paid)).unwrap();
    assert_eq!(
        (seen.kind, seen.amount_minor),
        (SeenKind::Payment, Some(1_200))
    );
    assert_eq!(purse(&payee).amount_minor, 0, "looking takes nothing");
    let answer = answers(&payee, &paid, true);
    assert_eq!(purse(&payee).amount_minor, 1_200);
    assert_eq!(settles(&payer, &answer), LocalState::Settled);
    assert_eq!(
        (purse(&payer).amount_minor, purse(&payer).out_minor),
        (3_800, 0)
    );
    // What was received is spent on at once.
    let back = asks(&payer, Some(700));
    let back = pays(&payee, &back, 700).unwrap();
    assert_eq!(
        settles(&payee, &answers(&payer, &back, true)),
        LocalState::Settled
    );
    assert_eq!(
        (purse(&payer).amount_minor, purse(&payee).amount_minor),
        (4_500, 500)
    );
    world.hub.cut(BANK, false);
    for holder in [&payee, &payer] {
        block_on(holder.wallet.report_purse(&purse(holder).id, PIN)).unwrap();
    }
    let inside = |holder: &Holder<'_>| {
        let end = purse(holder).end;
        available(&world, &end.replace(':', " "))
    };
    assert_eq!((inside(&payer), inside(&payee)), (4_500, 500));
}

#[test]
fn t004_34_a_payment_that_is_refused_comes_back() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    let request = asks(&payee, None);
    let paid = pays(&payer, &request, 900).unwrap();
    let no = answers(&payee, &paid, false);
    assert_eq!(settles(&payer, &no), LocalState::Returned);
    assert_eq!(
        (purse(&payer).amount_minor, purse(&payer).out_minor),
        (5_000, 0)
    );
    assert_eq!(answers(&payee, &paid, true), no, "for good");
    assert_eq!(purse(&payee).amount_minor, 0);
}

#[test]
fn an_answer_that_was_lost_is_the_banks_to_tell() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    let request = asks(&payee, Some(900));
    let paid = pays(&payer, &request, 900).unwrap();
    answers(&payee, &paid, true);
    block_on(payee.wallet.report_purse(&purse(&payee).id, PIN)).unwrap();
    block_on(payer.wallet.report_purse(&purse(&payer).id, PIN)).unwrap();
    assert_eq!(payer.view().payments[0].state, LocalState::Settled);
    assert_eq!(
        (purse(&payer).amount_minor, purse(&payer).out_minor),
        (4_100, 0)
    );
}

#[test]
fn texts_that_do_not_belong_here_are_said_by_name_and_do_nothing() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    let look = |holder: &Holder<'_>, text: &str| {
        block_on(holder.wallet.look_at_text(text)).unwrap_err().kind
    };
    assert_eq!(look(&payer, "hello"), ErrorKind::PaymentTextInvalid);
    let request = asks(&payee, Some(900));
    let mut altered = request.clone();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'Q' } else { 'A' });
    assert_ne!(look(&payer, &altered), ErrorKind::CardFailed);
    assert_eq!(
        pays(&payer, &request, 901),
        Err(ErrorKind::PaymentTextInvalid)
    );
    assert_eq!(
        pays(&payee, &request, 900),
        Err(ErrorKind::PaymentElsewhere),
        "one's own"
    );
    let paid = pays(&payer, &request, 900).unwrap();
    assert_eq!(look(&payer, &paid), ErrorKind::PaymentNotAsked);
    assert_eq!(pays(&payer, &paid, 900), Err(ErrorKind::PaymentTextInvalid));
    let answer = answers(&payee, &paid, true);
    assert_eq!(look(&payee, &answer), ErrorKind::PaymentNotAsked);
    settles(&payer, &answer);
    assert_eq!(pays(&payer, &request, 900), Err(ErrorKind::PaymentDone));
    let much = asks(&payee, Some(4_101));
    assert_eq!(pays(&payer, &much, 4_101), Err(ErrorKind::PurseShort));
}
