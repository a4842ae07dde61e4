//! Buying away with a card that stays at home.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{LoanState, OrderState};

use super::ends::{FIRST, PRICE, SECOND, both};
use super::holder::PIN;
use super::search::holds;
use super::world::{HOME_PROXY, SHOP, World};

#[test]
fn t000_10_a_wallet_away_buys_with_the_card_at_home_and_home_hears_of_it() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let order = away.buy();
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.failure, None);
    assert_eq!(order.away_step, None);
    assert_eq!(order.card_last4.as_deref(), Some(&*away.loan().shown));
    // What is left, both know.
    let loan = home.view().loans[0].clone();
    assert_eq!((loan.left_minor, loan.count_left), (PRICE, 2));
    assert_eq!(loan.state, LoanState::Lent);
    let lent = away.loan();
    assert_eq!((lent.left_minor, lent.count_left), (PRICE, 2));
    // T000-4: the card has logged it, and its holder is told.
    let uses = home.view().uses;
    assert_eq!(*home.told.borrow(), uses);
    let [one] = uses.as_slice() else {
        panic!("one use, not {uses:?}");
    };
    assert_eq!((one.shop.as_str(), one.amount_minor), (SHOP, PRICE));
    assert_eq!(one.terminal_name, "Travel laptop");
}

#[test]
fn t000_1_the_order_goes_to_the_shop_in_the_session_that_the_proxy_agreed_on() {
    let world = World::with_home_proxy();
    let (_home, away, _line) = both(&world);
    away.buy();
    let to_shop = world
        .hub
        .received()
        .into_iter()
        .filter(|one| one.by == SHOP);
    let said: Vec<_> = to_shop.map(|one| one.what).collect();
    assert!(
        said.iter().any(|what| what.ends_with("/records")),
        "{said:?}"
    );
    assert!(
        !said.iter().any(|what| what == "POST /v1/orders"),
        "{said:?}"
    );
}

#[test]
fn nothing_is_kept_of_the_passwords_and_the_proxy_never_has_them() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    away.buy();
    let at_proxy = world.machine(HOME_PROXY).database.bytes().unwrap();
    for word in [FIRST, SECOND] {
        assert!(!holds(&home.device.disk(), word.as_bytes()));
        assert!(!holds(&away.holder.device.disk(), word.as_bytes()));
        assert!(!holds(&at_proxy, word.as_bytes()));
        for one in world.hub.received() {
            assert!(
                !holds(&one.bytes, word.as_bytes()),
                "{} {}",
                one.by,
                one.what
            );
        }
    }
}

#[test]
fn what_is_lent_is_offered_after_the_wallets_own_cards_and_wants_no_pin() {
    let world = World::with_home_proxy();
    let (_home, away, _line) = both(&world);
    let request = away.asked();
    let order = away.holder.order(&request);
    let own = away.holder.view().cards[0].id.clone();
    assert_eq!(order.payable, [own.clone(), away.loan().card_id]);
    assert_eq!(order.proposed_card, Some(own));
    let lent = away.choice();
    let by_pin = away.holder.wallet.approve(&request, &lent, PIN);
    assert_eq!(block_on(by_pin).unwrap_err().kind, ErrorKind::CallInvalid);
    let own = away.holder.choice();
    let by_passwords = away
        .holder
        .wallet
        .away_approve(&request, &own, FIRST, SECOND);
    let refused = block_on(by_passwords).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CallInvalid);
    assert_eq!(away.holder.order(&request).state, OrderState::Asked);
    away.approve(&request, FIRST, SECOND).unwrap();
    // Approving again what is approved does nothing, and home signs nothing for it.
    away.approve(&request, FIRST, SECOND).unwrap();
    away.holder.finish();
    assert_eq!(away.holder.order(&request).state, OrderState::Delivering);
}

#[test]
fn a_wallet_that_dies_between_signature_and_sending_goes_on_as_from_home() {
    let world = World::with_home_proxy();
    let (_home, mut away, _line) = both(&world);
    let request = away.asked();
    // The courier is away: the order is approved, and nothing is sent yet.
    world.hub.cut(super::world::COURIER, true);
    away.approve(&request, FIRST, SECOND).unwrap();
    assert_eq!(away.holder.order(&request).state, OrderState::Approved);
    world.hub.cut(super::world::COURIER, false);
    away.holder.restart();
    away.holder.finish();
    assert_eq!(away.holder.order(&request).state, OrderState::Delivering);
}
