//! A holder without a reader: the home proxy hosts the card, and no browser at home is on.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{KeyPlace, LoanState, OrderState, ReaderCardKind, UseState};

use super::ends::{Away, FIRST, Home, PRICE, SECOND};
use super::holder::{Holder, ISSUER_ORIGIN, offer};
use super::world::{HOME_PROXY, World};

const CARD_PIN: &str = "161803";

/// A wallet with an account in a card that the proxy hosts, which is its home.
fn hosted(world: &World) -> Home<'_> {
    let holder = Holder::ready(world);
    let puk = block_on(holder.wallet.host_card(CARD_PIN)).unwrap();
    assert!(!puk.is_empty());
    block_on(holder.wallet.receive_offer(ISSUER_ORIGIN, &offer(world))).unwrap();
    block_on(holder.wallet.add_card(CARD_PIN, KeyPlace::Hosted)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    let set_up = holder
        .wallet
        .home_set_up(CARD_PIN, FIRST, SECOND, KeyPlace::Hosted);
    block_on(set_up).unwrap();
    Home::of(holder)
}

/// Lends to a wallet that is away.
fn lent<'w>(world: &'w World, home: &Home<'w>) -> Away<'w> {
    let away = Away::new(world);
    let code = block_on(away.holder.wallet.away_code(KeyPlace::Software)).unwrap();
    let invitation = block_on(home.wallet.home_enrol(CARD_PIN, &code, "Phone")).unwrap();
    let joined = away
        .holder
        .wallet
        .away_join(&invitation, super::holder::PIN, KeyPlace::Software);
    block_on(joined).unwrap();
    let mut terms = home.terms();
    let cards = home.wallet_view().cards;
    terms.card_id = cards.last().unwrap().id.clone();
    block_on(home.wallet.home_lend(CARD_PIN, &terms)).unwrap();
    away.fetch().unwrap();
    away
}

#[test]
fn t000_1_a_hosted_card_buys_while_no_browser_at_home_is_on() {
    let world = World::with_home_proxy();
    let home = hosted(&world);
    let away = lent(&world, &home);
    let nothing = block_on(home.wallet.home_connection()).unwrap();
    assert!(nothing.is_none(), "there is nothing to connect");
    assert_eq!(away.buy().state, OrderState::Delivering);
    // What was signed the holder sees at the next look.
    assert!(home.view().uses.is_empty());
    block_on(home.wallet.home_follow_uses()).unwrap();
    let view = home.view();
    assert_eq!(view.loans[0].left_minor, PRICE);
    assert_eq!(view.uses.len(), 1);
    assert_eq!(view.uses[0].amount_minor, PRICE);
    assert_eq!(view.uses[0].state, UseState::Paid);
}

#[test]
fn t000_2_without_the_hosted_card_the_shop_is_not_entered() {
    let world = World::with_home_proxy();
    let home = hosted(&world);
    let away = lent(&world, &home);
    block_on(home.wallet.unhost_card()).unwrap();
    let request = away.asked();
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::HomeUnknown);
    assert_eq!(away.holder.order(&request).state, OrderState::Asked);
    // The wallet at home keeps nothing of it, and lets another card be home.
    let view = home.wallet_view();
    assert!(view.hosted_at.is_none() && view.home.is_none());
    let again = home
        .wallet
        .home_set_up(super::holder::PIN, FIRST, SECOND, KeyPlace::Software);
    block_on(again).unwrap();
}

#[test]
fn t000_3_a_hosted_card_opens_to_both_passwords_in_their_order_alone() {
    let world = World::with_home_proxy();
    let home = hosted(&world);
    let away = lent(&world, &home);
    let request = away.asked();
    let first = away.approve(&request, "spring river", SECOND).unwrap_err();
    assert_eq!(first.kind, ErrorKind::HomeWrongFirst);
    let second = away.approve(&request, FIRST, "spring river").unwrap_err();
    assert_eq!(second.kind, ErrorKind::HomeWrongSecond);
    block_on(home.wallet.home_follow_uses()).unwrap();
    let view = home.view();
    assert_eq!((view.first_tries_left, view.second_tries_left), (5, 4));
    away.approve(&request, FIRST, SECOND).unwrap();
    away.holder.finish();
    assert_eq!(away.holder.order(&request).state, OrderState::Delivering);
}

#[test]
fn a_loan_of_a_hosted_card_is_stopped_topped_up_and_used_up_as_any_other() {
    let world = World::with_home_proxy();
    let home = hosted(&world);
    let away = lent(&world, &home);
    assert_eq!(away.buy().state, OrderState::Delivering);
    assert_eq!(away.buy().state, OrderState::Delivering);
    let request = away.asked();
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::LoanAboveTotal);
    block_on(home.wallet.home_follow_uses()).unwrap();
    assert_eq!(home.view().loans[0].state, LoanState::Used);
    let number = home.view().loans[0].number;
    let more = home
        .wallet
        .home_top_up(CARD_PIN, number, 2 * PRICE, (PRICE, 1));
    block_on(more).unwrap();
    away.fetch().unwrap();
    away.approve(&request, FIRST, SECOND).unwrap();
    away.holder.finish();
    assert_eq!(away.holder.order(&request).state, OrderState::Delivering);
    // So many passwords a minute are looked at.
    world.run_for(61_000);
    let request = away.asked();
    block_on(home.wallet.home_stop(number)).unwrap();
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::LoanOver);
}

#[test]
fn a_hosted_card_is_what_it_was_after_the_proxy_has_started_anew() {
    let world = World::with_home_proxy();
    let home = hosted(&world);
    let away = lent(&world, &home);
    let wrong = block_on(home.wallet.change_pin("000000", CARD_PIN, KeyPlace::Hosted));
    assert_eq!(wrong.unwrap_err().kind, ErrorKind::WrongPin);
    world.start_anew(HOME_PROXY);
    let card = block_on(home.wallet.hosted_card()).unwrap();
    assert_eq!(card.kind, ReaderCardKind::InUse);
    assert_eq!(card.card_ids.len(), 1);
    assert_eq!((card.pin_tries_left, card.puk_tries_left), (2, 3));
    let view = home.wallet_view();
    assert_eq!(view.hosted_at.as_deref(), Some(HOME_PROXY));
    assert_eq!(view.hosted_pin_tries_left, Some(2));
    assert_eq!(away.buy().state, OrderState::Delivering);
}

#[test]
fn a_proxy_that_does_not_answer_is_told_from_a_card_that_is_gone() {
    let world = World::with_home_proxy();
    let home = hosted(&world);
    world.hub.cut(HOME_PROXY, true);
    let unreachable = block_on(home.wallet.hosted_card()).unwrap_err();
    assert_eq!(unreachable.kind, ErrorKind::HostedUnreachable);
    assert_eq!(unreachable.about, HOME_PROXY);
    world.hub.cut(HOME_PROXY, false);
    assert!(block_on(home.wallet.hosted_card()).is_ok());
    block_on(home.wallet.unhost_card()).unwrap();
    let gone = block_on(home.wallet.hosted_card()).unwrap_err();
    assert_eq!(gone.kind, ErrorKind::HostedGone);
}

#[test]
fn the_account_of_this_browser_moves_into_the_hosted_card_and_is_lent_from_there() {
    let world = World::with_home_proxy();
    let holder = Holder::ready(&world);
    block_on(holder.wallet.host_card(CARD_PIN)).unwrap();
    let id = holder.view().cards[0].id.clone();
    let moved = holder
        .wallet
        .move_to_hosted(&id, super::holder::PIN, CARD_PIN);
    block_on(moved).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    assert_eq!(holder.view().cards[0].place, KeyPlace::Hosted);
    let set_up = holder
        .wallet
        .home_set_up(CARD_PIN, FIRST, SECOND, KeyPlace::Hosted);
    block_on(set_up).unwrap();
    let home = Home::of(holder);
    let away = lent(&world, &home);
    assert_eq!(away.buy().state, OrderState::Delivering);
}
