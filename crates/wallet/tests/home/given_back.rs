//! What was bought with a card at home and came to nothing is the loan's again, by the issuer's word alone.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{OrderState, UseState};

use super::ends::{FIRST, Home, PRICE, SECOND, both};
use super::holder::PIN;
use super::world::{Between, COURIER, ISSUER, World};

fn left(home: &Home<'_>) -> (u64, u32, UseState) {
    let view = home.view();
    let loan = &view.loans[0];
    (loan.left_minor, loan.count_left, view.uses[0].state)
}

#[test]
fn t000_5_an_order_that_is_cancelled_away_is_the_loan_s_again_once() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Instead(http::Response::default()),
        _ => Between::Nothing,
    });
    let request = away.asked();
    away.approve(&request, FIRST, SECOND).unwrap();
    for _ in 0..20 {
        block_on(away.holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    block_on(home.wallet.home_follow_uses()).unwrap();
    assert_eq!(left(&home), (PRICE, 2, UseState::Open));
    block_on(away.holder.wallet.cancel(&request)).unwrap();
    away.holder.finish();
    assert_eq!(
        away.holder.order(&request).failure.unwrap().kind,
        "cancelled"
    );
    let lent = away.loan();
    assert_eq!((lent.left_minor, lent.count_left), (2 * PRICE, 3));
    // While the issuer cannot be asked nothing is given back.
    world.hub.cut(ISSUER, true);
    block_on(home.wallet.home_follow_uses()).unwrap();
    assert_eq!(left(&home), (PRICE, 2, UseState::Open));
    world.hub.cut(ISSUER, false);
    for _ in 0..2 {
        block_on(home.wallet.home_follow_uses()).unwrap();
        assert_eq!(left(&home), (2 * PRICE, 3, UseState::GivenBack));
    }
    world.put_between(COURIER, |_| Between::Nothing);
    for _ in 0..2 {
        assert_eq!(away.buy().state, OrderState::Delivering);
    }
    assert_eq!(home.view().loans[0].left_minor, 0);
}

#[test]
fn t000_6_more_is_lent_with_the_pin_and_the_wallet_away_hears_of_it() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    away.buy();
    assert_eq!(left(&home).0, PRICE);
    let top_up = |pin: &str, from: u64| {
        let more = (3 * PRICE, 2);
        block_on(home.wallet.home_top_up(pin, 1, from, more)).map_err(|error| error.kind)
    };
    assert_eq!(top_up("000000", 2 * PRICE), Err(ErrorKind::WrongPin));
    top_up(PIN, 2 * PRICE).unwrap();
    assert_eq!(top_up(PIN, 2 * PRICE), Err(ErrorKind::NoSuchLoan));
    let loan = home.view().loans[0].clone();
    assert_eq!((loan.total_minor, loan.left_minor), (5 * PRICE, 4 * PRICE));
    assert_eq!((loan.count, loan.count_left), (5, 4));
    away.fetch().unwrap();
    let lent = away.loan();
    assert_eq!((lent.left_minor, lent.count_left), (4 * PRICE, 4));
    away.buy();
    assert_eq!(home.view().loans[0].left_minor, 3 * PRICE);
}

#[test]
fn t000_5_what_was_paid_is_not_given_back() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let order = away.buy();
    assert_eq!(order.state, OrderState::Delivering);
    block_on(home.wallet.home_follow_uses()).unwrap();
    assert_eq!(left(&home), (PRICE, 2, UseState::Paid));
}
