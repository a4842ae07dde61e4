//! Money is given back when the shop that was paid says so: whole or in part, once, and never more than was
//! taken.

use std::cell::Cell;

use http::Response;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::refunds::{
    RefundAdvice, RefundAdvices, RefundOutcome, RefundRequest,
};
use tallystick_protocol::trust::statement::{Audience, Envelope, open};
use tallystick_protocol::wire::cbor::{decode, encode_value};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::commands::command_of;
use super::forgery::{OTHER_SHOP_KEY, SHOP_KEY, signed_as};
use super::holder::{COSE, Holder, JSON, Order};
use super::talk::{buy, courier_answer};
use super::world::{Between, COURIER, ISSUER, OTHER_SHOP, SHOP, World, domain, problem, text};

/// A bag of tea and its delivery, in yen.
const PRICE: u64 = 2_000;
const PAYABLE: &str = "payable to kiso-tea.localhost";
const MINUTE: u64 = 60_000;

fn bought(world: &World) -> Order {
    let mut holder = Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(world, &[("sencha-100", 1)]);
    buy(world, &order);
    order
}

/// The shop's operator gives so much back.
fn refund(world: &World, order: &Order, minor: u64, id: &str) -> Response<Vec<u8>> {
    refund_of(world, order, minor, id, world.now())
}

/// As [`refund`], signed at that time.
fn refund_of(
    world: &World,
    order: &Order,
    minor: u64,
    id: &str,
    at: Timestamp,
) -> Response<Vec<u8>> {
    let arguments = [
        ("order", order.id.to_string()),
        ("amount", minor.to_string()),
    ];
    command_of(world, SHOP, "refund", &arguments, id, at)
}

fn given_back(world: &World, order: &Order) -> u64 {
    let answer = world.get(SHOP, &format!("{}/refunds", order.path()));
    let said: RefundAdvices = decode(answer.body()).unwrap();
    let advices = said.advices.iter().map(|signed| {
        let advice = open::<RefundAdvice>(signed, &world.anchors, world.now(), Role::Issuer);
        advice.unwrap().message
    });
    let refunded = advices.filter(|advice| advice.outcome == RefundOutcome::Refunded);
    refunded.map(|advice| advice.amount.minor).sum()
}

/// Asks the issuer as a shop whose operator has gone astray.
fn ask_as(world: &World, shop: &str, key: usize, order: &Order, number: u32) -> Response<Vec<u8>> {
    let request = RefundRequest {
        envelope: Envelope::new(
            domain(shop),
            Audience::Party(domain(ISSUER)),
            order.id.0,
            world.now(),
            600,
        ),
        root: order.root,
        number,
        amount: Money::new(PRICE, Currency::Jpy),
        handle: None,
    };
    let body = signed_as(world, shop, key, &request);
    world.post(ISSUER, "/v1/refunds", COSE, body)
}

fn outcome(world: &World, answer: &Response<Vec<u8>>) -> RefundOutcome {
    assert!(answer.status().is_success(), "{}", text(answer));
    let advice = open::<RefundAdvice>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    advice.unwrap().message.outcome
}

fn trial_balance_holds(world: &World) {
    let answer = world.post(ISSUER, "/v1/console/trial-balance", JSON, Vec::new());
    assert!(
        text(&answer).contains(r#""frozen":[]"#),
        "{}",
        text(&answer)
    );
}

#[test]
fn t_u5_what_was_charged_is_given_back_once_and_the_books_balance() {
    let world = World::new();
    let order = bought(&world);
    assert_eq!(world.balance("holder 1 available"), 48_000);
    assert_eq!(given_back(&world, &order), 0);
    let signed_at = world.now();
    assert_eq!(refund(&world, &order, PRICE, "one").status(), 200);
    world.run_for(MINUTE);
    assert_eq!(given_back(&world, &order), PRICE);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance(PAYABLE), 0);
    // The page lost the answer and asks again; a second wish finds nothing left.
    let again = refund_of(&world, &order, PRICE, "one", signed_at);
    assert_eq!(again.status(), 200);
    assert_eq!(problem(&refund(&world, &order, PRICE, "two")), "conflict");
    world.run_for(MINUTE);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM outbox"), 0);
    trial_balance_holds(&world);
}

#[test]
fn parts_are_given_back_until_nothing_is_left() {
    let world = World::new();
    let order = bought(&world);
    for (minor, key) in [(500, "one"), (1_200, "two")] {
        assert_eq!(refund(&world, &order, minor, key).status(), 200);
    }
    assert_eq!(problem(&refund(&world, &order, 301, "three")), "conflict");
    world.run_for(MINUTE);
    assert_eq!(given_back(&world, &order), 1_700);
    assert_eq!(refund(&world, &order, 300, "four").status(), 200);
    world.run_for(MINUTE);
    assert_eq!(given_back(&world, &order), PRICE);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    trial_balance_holds(&world);
}

#[test]
fn a_refund_whose_answers_are_lost_is_one_refund() {
    let world = World::new();
    let order = bought(&world);
    let lost = Cell::new(0);
    world.put_between(ISSUER, move |path| {
        lost.set(lost.get() + u32::from(path == "/v1/refunds"));
        if path == "/v1/refunds" && lost.get() <= 3 {
            let nothing = Response::builder().status(502).body(Vec::new()).unwrap();
            return Between::Afterwards(nothing);
        }
        Between::Nothing
    });
    assert_eq!(refund(&world, &order, 700, "one").status(), 200);
    world.run_for(10 * MINUTE);
    assert!(world.requests(ISSUER, "/v1/refunds") >= 4);
    assert_eq!(given_back(&world, &order), 700);
    assert_eq!(world.balance(PAYABLE), 1_300);
}

#[test]
fn a_command_under_a_key_of_another_is_refused() {
    let world = World::new();
    let order = bought(&world);
    assert_eq!(refund(&world, &order, 500, "one").status(), 200);
    let other = refund(&world, &order, 600, "one");
    assert_eq!(problem(&other), "replayed");
}

#[test]
fn the_payer_gives_back_no_more_than_it_took_whatever_the_shop_asks() {
    let world = World::new();
    let order = bought(&world);
    let one = ask_as(&world, SHOP, SHOP_KEY, &order, 1);
    assert_eq!(outcome(&world, &one), RefundOutcome::Refunded);
    let again = ask_as(&world, SHOP, SHOP_KEY, &order, 1);
    assert_eq!(outcome(&world, &again), RefundOutcome::Refunded);
    let two = ask_as(&world, SHOP, SHOP_KEY, &order, 2);
    assert_eq!(outcome(&world, &two), RefundOutcome::TooMuch);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance(PAYABLE), 0);
}

#[test]
fn asked_for_another_amount_under_a_number_the_payer_says_what_it_decided_and_the_shop_takes_that()
{
    let world = World::new();
    let order = bought(&world);
    let astray = ask_as(&world, SHOP, SHOP_KEY, &order, 1);
    assert_eq!(outcome(&world, &astray), RefundOutcome::Refunded);
    assert_eq!(refund(&world, &order, 500, "one").status(), 200);
    world.run_for(MINUTE);
    assert_eq!(given_back(&world, &order), PRICE);
    let sql = "SELECT minor = 2000 FROM shop_refunds WHERE outcome = 'refunded'";
    assert_eq!(world.number(SHOP, sql), 1);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM outbox"), 0);
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn only_the_shop_that_was_paid_can_have_money_given_back() {
    let world = World::new();
    let order = bought(&world);
    let by_another = ask_as(&world, OTHER_SHOP, OTHER_SHOP_KEY, &order, 1);
    assert_eq!(problem(&by_another), "wrong-sender");
    assert_eq!(given_back(&world, &order), 0);
}

#[test]
fn what_the_payer_owes_the_shop_no_more_it_does_not_give_back() {
    let world = World::new();
    let order = bought(&world);
    let paid_out = "INSERT INTO transfers (id, debit, credit, minor, kind, memo, at_ms)
        SELECT 'paid out', p.account, l.account, 2000, 'single', 'Paid out', 1
        FROM accounts p, accounts l WHERE p.kind = 'payable' AND l.kind = 'credit-lines'";
    world.machine(ISSUER).database.run(paid_out, &[]).unwrap();
    assert_eq!(refund(&world, &order, PRICE, "one").status(), 200);
    world.run_for(MINUTE);
    assert_eq!(given_back(&world, &order), 0);
    let sql = "SELECT outcome = 'not-covered' FROM shop_refunds";
    assert_eq!(world.number(SHOP, sql), 1);
    // What came to nothing can be asked for again.
    assert_eq!(refund(&world, &order, PRICE, "two").status(), 200);
}

#[test]
fn what_is_not_charged_yet_cannot_be_given_back() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.put_between(ISSUER, |path| match path {
        "/v1/captures" => Between::Instead(Response::default()),
        _ => Between::Nothing,
    });
    buy(&world, &order);
    assert_eq!(problem(&refund(&world, &order, PRICE, "one")), "conflict");
    let early = ask_as(&world, SHOP, SHOP_KEY, &order, 1);
    assert_eq!(outcome(&world, &early), RefundOutcome::NotCharged);
}

#[test]
fn a_refund_tells_the_courier_nothing_of_what_the_order_cost() {
    let world = World::new();
    let order = bought(&world);
    assert_eq!(refund(&world, &order, PRICE, "one").status(), 200);
    world.run_for(MINUTE);
    // The courier shows its acceptance once more, and looks at what it may.
    let accepted = courier_answer(&world, &order).statement;
    let answers = [
        world.send("courier", ISSUER, "POST", "/v1/captures", COSE, accepted),
        world.get(ISSUER, &format!("/v1/answers/{}", order.root)),
    ];
    let price = encode_value(&Money::new(PRICE, Currency::Jpy));
    for answer in answers.iter().map(Response::body) {
        assert!(!answer.windows(price.len()).any(|bytes| bytes == price));
    }
    let received = world.received_by(COURIER);
    assert!(!received.windows(price.len()).any(|bytes| bytes == price));
}
