//! An order that a contactless card pays, once it is sent.

use tallystick_parties::native::block_on;
use tallystick_protocol::settlement::{SettlementRequest, TapAnswer};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::encode;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{OrderState, TapState};

use super::front::FRONT_KEY;
use super::holder::Holder;
use super::pay::{
    Ordered, PRICE, Pay, SHOP_KEY, balance, card, certificate, fill, get, get_in_reader, ordered,
    read, yen,
};
use super::world::{ISSUER, OTHER_SHOP, SHOP, domain};

const FULL: u64 = 5_000;

/// An order that waits at the shop for the card in the reader to pay it; nobody has billed it yet.
fn waiting<'h, 'w>(holder: &'h Holder<'w>, id: &str) -> Ordered<'h, 'w> {
    fill(holder, id, FULL);
    read(holder, id);
    let order = ordered(holder);
    order.approve(id).unwrap();
    order.go_on(3_000);
    assert_eq!(order.view().state, OrderState::Received);
    order
}

fn tap(order: &Ordered<'_, '_>) -> Result<TapState, ErrorKind> {
    let tapped = order.holder.wallet.tap_order(&order.request_id);
    block_on(tapped).map_err(|error| error.kind)
}

fn state(order: &Ordered<'_, '_>) -> TapState {
    order.view().tap.unwrap().state
}

#[test]
fn a_card_pays_once_shop_and_security_server_are_ready() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (_, id) = get_in_reader(&holder);
    let order = waiting(&holder, &id);
    assert!(order.view().tap.unwrap().due);
    assert_eq!(
        tap(&order),
        Ok(TapState::Waiting),
        "the bill is not there yet"
    );
    assert_eq!(tap(&order), Ok(TapState::Waiting));
    pay.bill(&order);
    assert_eq!(tap(&order), Ok(TapState::Paid));
    let paid = order.view().tap.unwrap();
    assert_eq!((paid.balance_minor, paid.due), (Some(FULL - PRICE), false));
    assert_eq!(card(&holder, &id).balance_minor, Some(FULL - PRICE));
    assert_eq!(
        card(&holder, &id).good_until,
        None,
        "another reading is wanted"
    );
    assert_eq!(tap(&order), Err(ErrorKind::OrderState), "once");
    assert_eq!(balance(&holder, &id), FULL - PRICE);
}

#[test]
fn a_software_card_holds_itself_also_after_the_wallet_died() {
    let pay = Pay::new();
    let mut holder = pay.holder();
    let id = get(&holder);
    let request = {
        let order = waiting(&holder, &id);
        assert!(pay.asked() > 0);
        pay.bill(&order);
        order.request_id.clone()
    };
    holder.restart();
    for _ in 0..20 {
        let pause_ms = block_on(holder.wallet.advance()).unwrap();
        pay.world.run_for(pause_ms.unwrap_or(100).clamp(50, 300));
    }
    assert_eq!(holder.order(&request).tap.unwrap().state, TapState::Paid);
    assert_eq!(balance(&holder, &id), FULL - PRICE);
}

/// What a shop, or somebody in its place, has signed instead; none: nothing.
type Wrong = fn(&Pay, SettlementRequest) -> Option<Vec<u8>>;

const WRONG: [(&str, Wrong); 10] = [
    ("nothing", |_, _| None),
    ("another root", |pay, mut request| {
        request.root.0[0] ^= 1;
        Some(pay.signed(&request))
    }),
    ("more", |pay, mut request| {
        request.amount = yen(PRICE + 1);
        Some(pay.signed(&request))
    }),
    ("less", |pay, mut request| {
        request.amount = yen(PRICE - 1);
        Some(pay.signed(&request))
    }),
    ("other goods", |pay, mut request| {
        request.goods[0] ^= 1;
        Some(pay.signed(&request))
    }),
    ("another settlement server", |pay, mut request| {
        request.mall = domain(SHOP);
        Some(pay.signed(&request))
    }),
    ("to another", |pay, mut request| {
        request.envelope.to = Audience::Party(domain(SHOP));
        Some(pay.signed(&request))
    }),
    ("another order", |pay, mut request| {
        request.envelope.transaction[0] ^= 1;
        Some(pay.signed(&request))
    }),
    ("by the front", |pay, mut request| {
        request.envelope.from = domain(ISSUER);
        Some(test_statement(&request, &pay.front.leaf, FRONT_KEY))
    }),
    ("by another shop", |pay, mut request| {
        request.envelope.from = domain(OTHER_SHOP);
        let leaf = certificate(&pay.world, OTHER_SHOP);
        Some(test_statement(&request, &leaf, 5))
    }),
];

#[test]
fn t003_3_a_card_hears_nothing_unless_the_shop_signed_for_that_order_that_amount_and_those_goods() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (held, id) = get_in_reader(&holder);
    let order = waiting(&holder, &id);
    assert_eq!(tap(&order), Ok(TapState::Waiting));
    pay.bill(&order);
    for (what, wrong) in WRONG {
        let signed = wrong(&pay, pay.request(&order, pay.root()));
        pay.security.lie(move |path, answer| {
            if let Ok(TapAnswer::Step(mut step)) = TapAnswer::decode(answer)
                && path == "/v1/taps"
            {
                step.request.clone_from(&signed);
                *answer = encode(&step);
            }
        });
        let (state, passed) = (held.state(), holder.device.reader().transmitted());
        assert_eq!(
            tap(&order),
            Err(ErrorKind::SettlementRequestWrong),
            "{what}"
        );
        let passed = holder.device.reader().transmitted() - passed;
        assert_eq!(passed, 2, "SELECT and SHOW: {what}");
        assert_eq!(*held.state(), *state, "{what}");
        pay.security.be_honest();
    }
    assert_eq!(SHOP_KEY, 2);
    assert_eq!(tap(&order), Ok(TapState::Paid));
}

#[test]
fn t003_9_a_card_whose_answer_was_lost_is_held_to_the_reader_once_more_and_has_paid_once() {
    let pay = Pay::new();
    let mut holder = pay.holder();
    let (held, id) = get_in_reader(&holder);
    let request = {
        let order = waiting(&holder, &id);
        assert_eq!(tap(&order), Ok(TapState::Waiting));
        pay.bill(&order);
        // SELECT, SHOW, INITIALIZE UPDATE and EXTERNAL AUTHENTICATE go through; of DEBIT the answer is lost.
        holder.device.reader().pull_after(4, true);
        assert_eq!(tap(&order), Err(ErrorKind::CardRemoved));
        assert_eq!(state(&order), TapState::Unknown);
        order.request_id.clone()
    };
    holder.device.reader().leave_alone();
    holder.restart();
    assert_eq!(
        holder.order(&request).tap.unwrap().state,
        TapState::Unknown,
        "it is remembered"
    );
    holder.device.reader().insert(&held);
    let state = block_on(holder.wallet.tap_order(&request)).unwrap();
    assert_eq!(state, TapState::Paid);
    assert_eq!(balance(&holder, &id), FULL - PRICE, "once");
}

#[test]
fn a_card_that_was_pulled_before_it_paid_pays_when_it_is_held_again() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (held, id) = get_in_reader(&holder);
    let order = waiting(&holder, &id);
    assert_eq!(tap(&order), Ok(TapState::Waiting));
    pay.bill(&order);
    for apdus in 0..5 {
        holder.device.reader().pull_after(apdus, false);
        assert_eq!(tap(&order), Err(ErrorKind::CardRemoved), "{apdus}");
        holder.device.reader().leave_alone();
        holder.device.reader().insert(&held);
    }
    let tapped = tap(&order).unwrap();
    let state = match tapped {
        TapState::Waiting | TapState::Unknown => tap(&order).unwrap(),
        other => other,
    };
    assert_eq!(state, TapState::Paid);
    assert_eq!(balance(&holder, &id), FULL - PRICE);
}
