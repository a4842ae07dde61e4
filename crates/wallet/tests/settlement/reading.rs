//! A card is had and read, and what is on it stands beside goods and total before anything is approved.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{KeyPlace, OrderState, SettlementRoute};

use super::holder::{Holder, PIN};
use super::pay::{CARD_PIN, PRICE, Pay, balance, card, fill, get, get_in_reader, ordered, read};
use super::world::{ISSUER, SECURITY};

#[test]
fn a_card_is_had_once_and_found_again() {
    let pay = Pay::new();
    let mut holder = pay.holder();
    assert!(
        holder.view().cards.is_empty(),
        "an account at a front is none"
    );
    assert_eq!(holder.view().settlement_accounts[0].domain, ISSUER);
    let id = get(&holder);
    assert_eq!(card(&holder, &id).balance_minor, None);
    assert_eq!(get(&holder), id, "it is one already");
    assert_eq!(balance(&holder, &id), 0);
    holder.restart();
    let card = card(&holder, &id);
    assert_eq!(
        (card.balance_minor, card.place),
        (Some(0), KeyPlace::Software)
    );
    assert!(card.account_id.is_some() && card.good_until.is_some());
}

#[test]
fn a_card_whose_making_was_interrupted_is_the_same_card() {
    let pay = Pay::new();
    let holder = pay.holder();
    pay.security.lie(|path, answer| {
        if path == "/v1/cards" {
            answer.truncate(answer.len() / 2);
        }
    });
    let got = holder
        .wallet
        .get_contactless(ISSUER, KeyPlace::Software, PIN);
    let refused = block_on(got).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::SettlementAnswerInvalid);
    pay.security.be_honest();
    let id = get(&holder);
    let made = pay.security.said().into_iter();
    let made: Vec<_> = made.filter(|said| said.path == "/v1/cards").collect();
    assert_eq!(made[0].asked, made[1].asked, "the same request again");
    assert_eq!(balance(&holder, &id), 0);
}

#[test]
fn t003_2_goods_total_and_balance_are_there_before_the_pin() {
    let pay = Pay::new();
    let holder = pay.holder();
    let id = get(&holder);
    let order = ordered(&holder);
    let asked = order.view();
    assert_eq!(asked.total_minor, PRICE);
    assert!(!asked.items.is_empty());
    assert!(asked.payable.contains(&id));
    let refused = |what: &str| {
        let kind = order.approve(&id).unwrap_err().kind;
        assert_eq!(order.view().state, OrderState::Asked, "{what}");
        kind
    };
    assert_eq!(refused("it was never read"), ErrorKind::CardNotRead);
    read(&holder, &id);
    assert_eq!(card(&holder, &id).balance_minor, Some(0));
    assert_eq!(refused("there is too little"), ErrorKind::ContactlessShort);
    fill(&holder, &id, PRICE);
    assert_eq!(card(&holder, &id).balance_minor, Some(PRICE));
    pay.world.run_for(700_000);
    assert_eq!(refused("it was read too long ago"), ErrorKind::CardNotRead);
    read(&holder, &id);
    order.approve(&id).unwrap();
    let approved = order.view();
    assert_eq!(approved.state, OrderState::Approved);
    assert_eq!(approved.card_last4, Some(card(&holder, &id).last4));
    assert_eq!(approved.parties[1].domain, ISSUER);
}

#[test]
fn t003_1_nobody_hears_of_card_or_order_before_the_holder_asks_and_then_over_tls() {
    let pay = Pay::new();
    let holder = pay.holder();
    let order = ordered(&holder);
    order.go_on(3_000);
    assert_eq!(
        pay.asked(),
        0,
        "neither the wallet nor the order says anything"
    );
    let (_, id) = get_in_reader(&holder);
    fill(&holder, &id, PRICE);
    read(&holder, &id);
    let before = pay.asked();
    order.go_on(3_000);
    assert_eq!(
        pay.asked(),
        before,
        "an order that waits for its holder says nothing"
    );
    let mut deployment = super::holder::deployment(&pay.world);
    deployment.local_port = None;
    let wallet = tallystick_wallet::Wallet::open(holder.device.clone(), &deployment);
    let wallet = block_on(wallet).unwrap();
    let heard = pay.world.hub.received().len();
    block_on(wallet.read_contactless(&id)).unwrap();
    let received = pay.world.hub.received();
    let taps: Vec<_> = received[heard..]
        .iter()
        .filter(|one| one.by == SECURITY)
        .collect();
    assert!(!taps.is_empty());
    for tap in taps {
        let said = String::from_utf8_lossy(&tap.bytes);
        assert!(
            said.contains(&format!("https://{SECURITY}/")),
            "{}",
            tap.what
        );
    }
}

#[test]
fn both_ways_to_the_security_server_say_the_same() {
    let pay = Pay::new();
    let holder = pay.holder();
    let id = get(&holder);
    fill(&holder, &id, 500);
    assert!(pay.front.relayed.borrow().is_empty());
    block_on(holder.wallet.set_settlement_route("front")).unwrap();
    assert_eq!(holder.view().settlement_route, SettlementRoute::Front);
    fill(&holder, &id, 300);
    assert!(!pay.front.relayed.borrow().is_empty());
    assert_eq!(balance(&holder, &id), 800);
    let unknown = block_on(holder.wallet.set_settlement_route("pigeon"));
    assert_eq!(unknown.unwrap_err().kind, ErrorKind::CallInvalid);
}

#[test]
fn another_card_in_the_reader_is_told_from_it_and_nothing_is_asked() {
    let pay = Pay::new();
    let holder = pay.holder();
    let (_, id) = get_in_reader(&holder);
    let other = tallystick_simulation::reader::HeldCard::new("another");
    holder.device.reader().insert(&other);
    let before = pay.asked();
    let read = |holder: &Holder<'_>| block_on(holder.wallet.read_contactless(&id)).unwrap_err();
    assert_eq!(read(&holder).kind, ErrorKind::OtherContactless);
    holder.device.reader().eject();
    assert_eq!(read(&holder).kind, ErrorKind::NoCard);
    assert_eq!(pay.asked(), before);
}

#[test]
fn an_empty_card_is_given_up_and_a_lost_one_is_forgotten_here_alone() {
    let pay = Pay::new();
    let holder = pay.holder();
    let forget = |id: &str, pin: &str| block_on(holder.wallet.forget_contactless(id, pin));
    let id = get(&holder);
    fill(&holder, &id, 300);
    assert_eq!(
        forget(&id, PIN).unwrap_err().kind,
        ErrorKind::ContactlessInUse
    );
    assert_eq!(forget(&id, "").unwrap_err().kind, ErrorKind::WrongPin);
    let (_, held) = get_in_reader(&holder);
    forget(&held, CARD_PIN).unwrap();
    let (_, lost) = get_in_reader(&holder);
    assert_ne!(lost, held, "it is another card by now");
    forget(&lost, "").unwrap();
    let left: Vec<_> = holder
        .view()
        .contactless
        .into_iter()
        .map(|card| card.id)
        .collect();
    assert_eq!(left, [id]);
}
