//! Orders that are paid from a purse: the card sets the amount aside and signs for this order; capture and release end
//! it by the bank's verdict, and a refund waits until the card takes it.

use http::Response;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::purse::{Endpoint, MovementOutcome, MovementVerdict, PursePayment};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Root, TransactionId};

use super::authority::{deposit, enrolled, world};
use super::holder::{CBOR, Holder, Order};
use super::purse::{Key, Purse, account, available};
use super::talk::{buy, form, send_order};
use super::world::{BANK, COURIER, SHOP, World};

const KEY: Key = Key::P256([7; 32]);
/// A bag of tea and its delivery, in yen.
const PRICE: u64 = 2_000;
/// A guide that the shop hands over at once, in yen.
const GUIDE: u64 = 480;

/// A holder with so much in a purse.
fn start(minor: u64) -> (World, Holder, Purse) {
    start_in(world(), minor)
}

fn start_in(world: World, minor: u64) -> (World, Holder, Purse) {
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, KEY);
    purse.load(&world, &mut holder, minor);
    world.run_for(1_000);
    (world, holder, purse)
}

/// An order that the purse pays, with what it signed.
pub fn order(world: &World, holder: &mut Holder, purse: &mut Purse) -> (Order, Vec<u8>) {
    let form = form(world, &[("sencha-100", 1)]);
    let wish = purse.pays(world, holder, PRICE);
    let at = world.now();
    let order = holder.order(world, &form, &wish);
    let signed = purse.payment(at, order.root, PRICE);
    (order, signed)
}

fn ask_verdict(world: &World, holder: &Holder, signed: &[u8]) -> Response<Vec<u8>> {
    let name = data_encoding::HEXLOWER.encode(&PursePayment::reference(signed));
    let at = holder.id.0[0];
    world.get(BANK, &format!("/v1/verdicts/{name}?at={at:02x}"))
}

pub fn verdict(world: &World, holder: &Holder, purse: &Purse, signed: &[u8]) -> MovementVerdict {
    let answer = ask_verdict(world, holder, signed);
    assert!(
        answer.status().is_success(),
        "{}",
        super::world::text(&answer)
    );
    keyed::open(answer.body(), &purse.bank).unwrap()
}

fn inside(world: &World, purse: &Purse) -> i64 {
    available(world, &format!("purse {}", purse.number))
}

#[test]
fn an_order_is_paid_from_a_purse_and_the_bank_says_so() {
    is_paid(start(5_000));
}

#[test]
fn an_order_is_paid_from_a_purse_at_a_shard() {
    let mut world = world();
    world.spread_bank(4);
    is_paid(start_in(world, 5_000));
}

fn is_paid((world, mut holder, mut purse): (World, Holder, Purse)) {
    let (order, signed) = order(&world, &mut holder, &mut purse);
    assert_eq!(ask_verdict(&world, &holder, &signed).status(), 404);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(inside(&world, &purse), 3_000);
    assert_eq!(available(&world, "payable to kiso-tea.localhost"), 2_000);
    let verdict = verdict(&world, &holder, &purse, &signed);
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
    assert_eq!(verdict.transaction, TransactionId(order.root.0));
    assert_eq!(verdict.checkpoint.purse_amount, 3_000);
    purse.take(&world, &verdict);
    let heard = purse.synchronise(&world, &mut holder);
    assert!(!heard.notice.forces);
    assert_eq!(purse.amount, 3_000);
}

#[test]
fn what_no_courier_delivers_is_paid_from_a_purse_by_the_shops_own_word() {
    hands_over(start(5_000));
}

#[test]
fn what_no_courier_delivers_is_paid_from_a_purse_at_a_shard() {
    let mut world = world();
    world.spread_bank(4);
    hands_over(start_in(world, 5_000));
}

fn hands_over((world, mut holder, mut purse): (World, Holder, Purse)) {
    let form = form(&world, &[("brewing-guide", 1)]);
    let mut wish = purse.pays(&world, &holder, GUIDE);
    wish.cancellation = Some(CancellationKey::random(&mut holder.rng));
    let at = world.now();
    let order = holder.order(&world, &form, &wish);
    let signed = purse.payment(at, order.root, GUIDE);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Accepted);
    assert!(receipt.handing_over.is_some() && receipt.handed.is_some());
    world.run_for(1_000);
    assert_eq!(inside(&world, &purse), 4_520);
    assert_eq!(available(&world, "payable to kiso-tea.localhost"), 480);
    let verdict = verdict(&world, &holder, &purse, &signed);
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
    purse.take(&world, &verdict);
    let heard = purse.synchronise(&world, &mut holder);
    assert!(!heard.notice.forces);
    assert_eq!(purse.amount, 4_520);
    let mut received = world.hub.received().into_iter();
    assert!(received.all(|one| one.by != COURIER || !one.what.starts_with("POST /v1/deliveries")));
}

#[test]
fn while_an_order_is_under_way_the_purse_is_told_nothing_and_nothing_is_barred() {
    let (world, mut holder, mut purse) = start(5_000);
    let (order, signed) = order(&world, &mut holder, &mut purse);
    // The purse reports before the order arrives, and while the courier is silent.
    let heard = purse.synchronise(&world, &mut holder);
    assert!(heard.outcomes.is_empty() && !heard.notice.forces);
    world.hub.cut(COURIER, true);
    send_order(&world, &order);
    world.run_for(5_000);
    let heard = purse.synchronise(&world, &mut holder);
    assert!(heard.outcomes.is_empty() && !heard.notice.forces);
    assert_eq!(heard.notice.checkpoint.purse_amount, 5_000);
    assert_eq!(ask_verdict(&world, &holder, &signed).status(), 404);
    // Nobody delivers: the bank asks the courier, and in the end it is the purse's again.
    world.hub.cut(COURIER, false);
    world.run_for(3 * 86_400_000);
    let end = verdict(&world, &holder, &purse, &signed);
    let charged = end.outcome == MovementOutcome::Completed;
    assert_eq!(inside(&world, &purse), if charged { 3_000 } else { 5_000 });
}

#[test]
fn t004_44_a_report_that_an_order_overtook_is_not_held_against_the_purse() {
    let (world, mut holder, mut purse) = start(5_000);
    let late = purse.report(&world);
    world.run_for(1_000);
    let (order, signed) = order(&world, &mut holder, &mut purse);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let _ = purse.send(&world, &mut holder, &late);
    purse.take(&world, &verdict(&world, &holder, &purse, &signed));
    let heard = purse.synchronise(&world, &mut holder);
    assert!(!heard.notice.forces);
    let alerts = world.number(BANK, "SELECT count(*) FROM bank_alerts");
    assert_eq!((purse.amount, alerts), (3_000, 0));
}

#[test]
fn what_a_purse_did_not_sign_or_does_not_hold_pays_nothing() {
    let (world, mut holder, purse) = start(5_000);
    let form = form(&world, &[("sencha-100", 1)]);
    let mut thief = purse.clone();
    thief.key = Key::P256([8; 32]);
    let wish = thief.pays(&world, &holder, PRICE);
    let stolen = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &stolen).state, ShopState::Refused);
    let form = super::talk::form(&world, &[("sencha-100", 1)]);
    let wish = purse.pays(&world, &holder, 1_999);
    let other_amount = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &other_amount).state, ShopState::Refused);
    let form = super::talk::form(&world, &[("sencha-100", 1)]);
    let mut wish = purse.pays(&world, &holder, PRICE);
    wish.signed_payment = None;
    let unsigned = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &unsigned).state, ShopState::Refused);
    assert_eq!(inside(&world, &purse), 5_000);
}

#[test]
fn an_order_that_is_refused_gives_the_purse_back_what_it_set_aside() {
    let (world, mut holder, mut purse) = start(5_000);
    // The card says that it holds more than the bank knows of.
    let mut rich = purse.clone();
    rich.amount += 10_000;
    let form = form(&world, &[("sencha-100", 4)]);
    let total = form.form.total.minor;
    let wish = rich.pays(&world, &holder, total);
    let at = world.now();
    let order = holder.order(&world, &form, &wish);
    let signed = rich.payment(at, order.root, total);
    assert!(total > 5_000);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    let end = verdict(&world, &holder, &purse, &signed);
    assert_eq!(end.outcome, MovementOutcome::NotCompleted);
    assert_eq!(inside(&world, &purse), 5_000);
    rich.take(&world, &end);
    // And what the card has too much is taken from it (T004-44).
    let heard = rich.synchronise(&world, &mut holder);
    assert!(heard.notice.forces);
    assert_eq!(rich.amount, 5_000);
    purse = rich;
    assert!(!purse.synchronise(&world, &mut holder).notice.forces);
}

#[test]
fn t_u5_a_refund_waits_for_the_card_and_goes_into_the_purse_once() {
    let (world, mut holder, mut purse) = start(5_000);
    let (order, signed) = order(&world, &mut holder, &mut purse);
    buy(&world, &order);
    let paid = verdict(&world, &holder, &purse, &signed);
    purse.take(&world, &paid);
    refund(&world, &order, 1, 500);
    refund(&world, &order, 1, 500);
    assert_eq!(inside(&world, &purse), 3_000, "it waits");
    let heard = purse.synchronise(&world, &mut holder);
    assert!(!heard.notice.forces);
    let waiting = &heard.answer.waiting;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].amount, 500);
    assert!(matches!(waiting[0].from, Endpoint::Shop(_)));
    let ends = (Endpoint::Waiting(waiting[0].transaction), purse.end());
    let taken = purse.moves(&world, &mut holder, ends.clone(), 500).unwrap();
    assert_eq!(taken.outcome, MovementOutcome::Completed);
    assert_eq!(purse.amount, 3_500);
    assert_eq!(inside(&world, &purse), 3_500);
    let again = purse.moves(&world, &mut holder, ends, 500).err().unwrap();
    assert_eq!(again, "wrong-source");
    let heard = purse.synchronise(&world, &mut holder);
    assert!(heard.answer.waiting.is_empty() && !heard.notice.forces);
}

#[test]
fn t_u5_a_refund_to_an_account_goes_back_to_it() {
    use tallystick_protocol::instrument::{BankAccountDetails, Payment};
    let (world, mut holder, _) = start(1_000);
    let Endpoint::Account(number) = account(&holder) else {
        panic!("an account")
    };
    let mut wish = holder.wish();
    wish.payment = Some(Payment::BankAccount(BankAccountDetails { account: number }));
    let form = form(&world, &[("sencha-100", 1)]);
    let order = holder.order(&world, &form, &wish);
    buy(&world, &order);
    assert_eq!(available(&world, "holder 1"), 7_000);
    refund(&world, &order, 1, 2_000);
    refund(&world, &order, 2, 1);
    assert_eq!(available(&world, "holder 1"), 9_000);
}

/// The shop gives so much back, as the bank hears it.
pub fn refund(world: &World, order: &Order, number: u32, minor: u64) {
    use tallystick_protocol::checkout::refunds::RefundRequest;
    use tallystick_protocol::test_keys::test_statement;
    use tallystick_protocol::trust::certificate::Certificate;
    use tallystick_protocol::trust::statement::{Audience, Envelope};
    let identity = world.get_json(super::world::SHOP, "/v1/identity");
    let der = identity["certificate"].as_str().unwrap();
    let der = data_encoding::BASE64.decode(der.as_bytes()).unwrap();
    let request = RefundRequest {
        envelope: Envelope::new(
            super::world::domain(super::world::SHOP),
            Audience::Party(super::world::domain(BANK)),
            order.id.0,
            world.now(),
            600,
        ),
        root: Root(order.root.0),
        number,
        amount: super::purse::yen(minor),
        handle: None,
    };
    // The shop was started with the test key 2.
    let body = test_statement(&request, &Certificate::from_der(&der).unwrap(), 2);
    let answer = world.post(BANK, "/v1/refunds", super::holder::COSE, body);
    assert!(
        answer.status().is_success(),
        "{}",
        super::world::text(&answer)
    );
}

#[test]
fn t_u5_an_order_that_is_cancelled_is_the_purse_s_again_once() {
    let (world, mut holder, mut purse) = start(5_000);
    let key = CancellationKey::random(&mut holder.rng);
    let form = form(&world, &[("sencha-100", 1)]);
    let mut wish = purse.pays(&world, &holder, PRICE);
    wish.cancellation = Some(key.clone());
    let at = world.now();
    let order = holder.order(&world, &form, &wish);
    let signed = purse.payment(at, order.root, PRICE);
    world.hub.cut(COURIER, true);
    send_order(&world, &order);
    world.run_for(2_000);
    assert_eq!(inside(&world, &purse), 3_000, "set aside for the order");
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    let cancel = || world.post(SHOP, "/v1/cancellations", CBOR, encode(&request));
    cancel();
    world.hub.cut(COURIER, false);
    world.run_for(120_000);
    cancel();
    world.run_for(10_000);
    let end = verdict(&world, &holder, &purse, &signed);
    assert_eq!(end.outcome, MovementOutcome::NotCompleted);
    assert_eq!(end.checkpoint.purse_amount, 5_000);
    assert_eq!(inside(&world, &purse), 5_000);
    purse.take(&world, &end);
    assert_eq!(purse.amount, 5_000);
    assert!(!purse.synchronise(&world, &mut holder).notice.forces);
}
