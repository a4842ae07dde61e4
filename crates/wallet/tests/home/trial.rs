//! Trying the way home before one travels.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::ends::{FIRST, PRICE, SECOND, both};
use super::world::{SHOP, World};

#[test]
fn a_try_goes_the_whole_way_home_and_into_the_shop_and_neither_buys_nor_counts() {
    let world = World::with_home_proxy();
    let (home, away, line) = both(&world);
    home.lend(|terms| terms.shops = vec![SHOP.to_owned()])
        .unwrap();
    away.fetch().unwrap();
    let (lent, offered) = (home.view(), away.home());
    let home_id = offered.home.clone();
    let attempt = |first, second| {
        block_on(away.holder.wallet.away_try(&home_id, first, second)).map_err(|error| error.kind)
    };
    let before = world.hub.received().len();
    assert_eq!(attempt(FIRST, SECOND), Ok(()));
    let said: Vec<_> = world.hub.received().into_iter().skip(before).collect();
    let to_shop = |what: &str| {
        let mut said = said.iter().filter(|one| one.by == SHOP);
        said.any(|one| one.what.contains(what))
    };
    assert!(to_shop("/v1/sessions"), "the shop agreed on a key");
    assert!(!to_shop("/records") && !to_shop("/v1/orders"));
    assert_eq!((home.view(), away.home()), (lent.clone(), offered));
    assert_eq!(away.holder.view().away_trial, None);

    // What is wrong is said as at a purchase.
    assert_eq!(attempt("short", SECOND), Err(ErrorKind::HomeWrongFirst));
    assert_eq!(
        attempt(FIRST, "summer mountains"),
        Err(ErrorKind::HomeWrongSecond)
    );
    assert_eq!(home.view().second_tries_left, 4);
    line.cut();
    assert_eq!(attempt(FIRST, SECOND), Err(ErrorKind::HomeNotConnected));
    assert_eq!(away.holder.view().away_trial, None);

    // It leaves nothing in the way of a purchase.
    let _line = home.connect();
    assert_eq!(attempt(FIRST, SECOND), Ok(()));
    let order = away.buy();
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!(home.view().uses[0].amount_minor, PRICE);
}
