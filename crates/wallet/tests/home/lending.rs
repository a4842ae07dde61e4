//! Setting up, letting in, lending: what the holder at home may do, and what not.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::KeyPlace;

use super::ends::{Away, FIRST, Home, PRICE, SECOND, both};
use super::holder::{Holder, PIN};
use super::world::{HOME_PROXY, OTHER_SHOP, SHOP, World};

#[test]
fn two_passwords_are_wanted_that_are_not_the_same() {
    let world = World::with_home_proxy();
    let home = Home::of(Holder::ready(&world));
    let set_up = |pin: &str, first: &str, second: &str| {
        let place = KeyPlace::Software;
        block_on(home.wallet.home_set_up(pin, first, second, place)).map_err(|error| error.kind)
    };
    for (first, second) in [("short", SECOND), (FIRST, "short"), (FIRST, FIRST)] {
        assert_eq!(
            set_up(PIN, first, second),
            Err(ErrorKind::HomePasswordInvalid)
        );
    }
    assert_eq!(set_up("000000", FIRST, SECOND), Err(ErrorKind::WrongPin));
    assert!(home.wallet_view().home.is_none());
    assert_eq!(set_up(PIN, FIRST, SECOND), Ok(()));
    let view = home.view();
    assert!(view.is_registered && !view.is_on);
    assert_eq!((view.first_tries_left, view.second_tries_left), (5, 5));
}

#[test]
fn a_proxy_that_is_away_is_told_later() {
    let world = World::with_home_proxy();
    let (home, away) = (Home::new(&world), Away::new(&world));
    world.hub.cut(HOME_PROXY, true);
    home.let_in(&away);
    home.lend(|_| {}).unwrap();
    let view = home.view();
    assert!(!view.is_registered && !view.loans[0].is_left_with_proxy);
    world.hub.cut(HOME_PROXY, false);
    let _line = home.connect();
    let view = home.view();
    assert!(view.is_registered && view.loans[0].is_left_with_proxy);
    away.fetch().unwrap();
    assert_eq!(away.loan().count_left, 3);
}

#[test]
fn what_is_no_code_no_terminal_and_no_loan_is_refused_with_its_name() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let enrol = |code: &str, name: &str| {
        let enrolled = block_on(home.wallet.home_enrol(PIN, code, name));
        enrolled.unwrap_err().kind
    };
    let invitation = block_on(home.wallet.home_invitation()).unwrap();
    assert_eq!(enrol(&invitation, "phone"), ErrorKind::AccessCodeInvalid);
    let code = block_on(away.holder.wallet.away_code(KeyPlace::Software)).unwrap();
    assert_eq!(enrol(&code, " "), ErrorKind::LoanInvalid);
    let joined = block_on(away.holder.wallet.away_join(&code, PIN, KeyPlace::Software));
    assert_eq!(joined.unwrap_err().kind, ErrorKind::InvitationInvalid);
    let lend = |change: fn(&mut tallystick_wallet::view::LoanTerms)| home.lend(change).unwrap_err();
    assert_eq!(
        lend(|t| t.terminal = "00".repeat(32)).kind,
        ErrorKind::NoSuchLoan
    );
    assert_eq!(lend(|t| t.card_id.clear()).kind, ErrorKind::NoSuchCard);
    assert_eq!(lend(|t| t.each_minor = 0).about, "amount");
    assert_eq!(lend(|t| t.count = 0).about, "amount");
    assert_eq!(lend(|t| t.currency = "XXX".to_owned()).about, "currency");
    assert_eq!(lend(|t| t.ends_at = 0).about, "end");
    assert_eq!(lend(|t| t.shops = vec!["no shop".to_owned()]).about, "shop");
    assert_eq!(home.view().loans.len(), 1);
}

#[test]
fn a_loan_for_other_shops_is_not_offered_and_the_card_refuses_it() {
    let world = World::with_home_proxy();
    let (home, away) = (Home::new(&world), Away::new(&world));
    home.let_in(&away);
    home.lend(|terms| terms.shops = vec![OTHER_SHOP.to_owned()])
        .unwrap();
    away.fetch().unwrap();
    let _line = home.connect();
    let request = away.asked();
    let payable = away.holder.order(&request).payable;
    assert!(!payable.contains(&away.loan().card_id));
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::LoanOtherShop);
    assert!(home.view().uses.is_empty());
    home.lend(|terms| {
        terms.shops = vec![SHOP.to_owned()];
        terms.each_minor = PRICE;
    })
    .unwrap();
    away.fetch().unwrap();
    let offered = away.holder.order(&request).payable;
    assert_eq!(offered.len(), 2, "{offered:?}");
}

#[test]
fn everything_is_there_again_after_the_wallets_died() {
    let world = World::with_home_proxy();
    let (home, mut away, _line) = both(&world);
    let (lent, offered) = (home.view(), away.home());
    away.holder.restart();
    assert_eq!(away.home(), offered);
    let again = super::holder::open(&world, &home.device).unwrap();
    assert_eq!(block_on(again.view()).unwrap().home, Some(lent));
}
