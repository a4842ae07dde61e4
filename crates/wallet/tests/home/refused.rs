//! Whatever fails before the signature arrives: the order stays asked and says which side failed, and nothing left.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{LoanState, OrderState};

use super::ends::{Away, FIRST, Home, PRICE, SECOND, both};
use super::world::{HOME_PROXY, SHOP, World};

/// The kind of error; nothing was ordered, and the order says so, too.
fn refused(away: &Away<'_>, request: &str, first: &str, second: &str) -> ErrorKind {
    let error = away.approve(request, first, second).unwrap_err();
    let order = away.holder.order(request);
    assert_eq!(order.state, OrderState::Asked);
    assert_eq!(order.failure.unwrap().kind, error.kind.name());
    assert_eq!(order.away_step, None);
    assert!(order.order_id.is_none());
    error.kind
}

fn nothing_was_signed(home: &Home<'_>) {
    let view = home.view();
    assert!(view.uses.is_empty());
    assert_eq!(
        (view.loans[0].left_minor, view.loans[0].count_left),
        (2 * PRICE, 3)
    );
}

#[test]
fn t000_3_a_wrong_password_buys_nothing_and_five_of_them_block_until_new_ones_are_set() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let request = away.asked();
    let first = refused(&away, &request, "autumn river", SECOND);
    assert_eq!(first, ErrorKind::HomeWrongFirst);
    assert_eq!(home.view().first_tries_left, 4);
    let second = refused(&away, &request, FIRST, "autumn mountain");
    assert_eq!(second, ErrorKind::HomeWrongSecond);
    let short = refused(&away, &request, "short", SECOND);
    assert_eq!(short, ErrorKind::HomeWrongFirst);
    nothing_was_signed(&home);
    for _ in 0..5 {
        refused(&away, &request, "autumn river", SECOND);
    }
    let blocked = refused(&away, &request, FIRST, SECOND);
    assert_eq!(blocked, ErrorKind::HomeBlocked);
    let place = tallystick_wallet::view::KeyPlace::Software;
    let new = home
        .wallet
        .home_set_up(super::holder::PIN, FIRST, SECOND, place);
    block_on(new).unwrap();
    away.approve(&request, FIRST, SECOND).unwrap();
}

#[test]
fn t000_2_without_the_home_end_nothing_is_ordered() {
    let world = World::with_home_proxy();
    let (home, away, line) = both(&world);
    let request = away.asked();
    line.hang_up();
    let kind = refused(&away, &request, FIRST, SECOND);
    assert_eq!(kind, ErrorKind::HomeNotConnected);
    let line = home.connect();
    block_on(home.wallet.lock()).unwrap();
    let kind = refused(&away, &request, FIRST, SECOND);
    assert_eq!(kind, ErrorKind::HomeLocked);
    block_on(home.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    world.hub.cut(HOME_PROXY, true);
    let kind = refused(&away, &request, FIRST, SECOND);
    assert_eq!(kind, ErrorKind::HomeProxyUnreachable);
    world.hub.cut(HOME_PROXY, false);
    nothing_was_signed(&home);
    assert!(line.is_open());
    away.approve(&request, FIRST, SECOND).unwrap();
}

#[test]
fn a_shop_that_is_away_or_is_somebody_else_gets_nothing() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let request = away.asked();
    world.hub.cut(SHOP, true);
    let kind = refused(&away, &request, FIRST, SECOND);
    assert_eq!(kind, ErrorKind::HomeShopFailed);
    world.hub.cut(SHOP, false);
    nothing_was_signed(&home);
}

#[test]
fn what_was_stopped_at_home_buys_nothing_from_that_moment_on() {
    let world = World::with_home_proxy();
    let (home, away, line) = both(&world);
    let request = away.asked();
    let number = home.view().loans[0].number;
    block_on(home.wallet.home_stop(number)).unwrap();
    assert_eq!(home.view().loans[0].state, LoanState::Stopped);
    assert!(!home.view().is_on);
    assert!(line.is_open());
    let kind = refused(&away, &request, FIRST, SECOND);
    assert_eq!(kind, ErrorKind::LoanOver);
    away.fetch().unwrap();
    assert!(away.home().loans.is_empty(), "it is not listed any more");
}

#[test]
fn a_terminal_stops_everything_also_for_others() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let id = away.home().home;
    block_on(away.holder.wallet.away_stop(&id)).unwrap();
    assert_eq!(home.view().loans[0].state, LoanState::Stopped);
    assert!(away.home().loans.is_empty());
}

#[test]
fn a_stop_that_home_has_not_heard_is_said_to_be_unheard() {
    let world = World::with_home_proxy();
    let (home, away, line) = both(&world);
    line.hang_up();
    let id = away.home().home;
    let unheard = block_on(away.holder.wallet.away_stop(&id)).unwrap_err();
    assert_eq!(unheard.kind, ErrorKind::HomeStopUnheard);
    let _line = home.connect();
    assert_eq!(home.view().loans[0].state, LoanState::Stopped);
}

#[test]
fn the_card_itself_keeps_the_limits_that_an_old_copy_of_a_loan_does_not_know() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    away.buy();
    away.buy();
    assert_eq!(home.view().loans[0].state, LoanState::Used);
    let request = away.asked();
    let payable = away.holder.order(&request).payable;
    assert!(
        !payable.contains(&away.loan().card_id),
        "nothing is left of it"
    );
    let kind = refused(&away, &request, FIRST, SECOND);
    assert_eq!(kind, ErrorKind::LoanAboveTotal);
    assert_eq!(home.view().uses.len(), 2);
}

#[test]
fn a_terminal_that_was_revoked_is_not_known_any_more() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let request = away.asked();
    let terminal = home.view().terminals[0].id.clone();
    block_on(home.wallet.home_revoke(&terminal)).unwrap();
    let kind = refused(&away, &request, FIRST, SECOND);
    assert_eq!(kind, ErrorKind::HomeUnknown);
    assert!(home.view().loans.is_empty());
    block_on(away.holder.wallet.away_leave(&away.home().home)).unwrap();
    assert!(away.holder.view().away.is_empty());
}
