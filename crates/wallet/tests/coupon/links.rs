//! A gift by a link.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{CouponStanding, CouponTextKind};

use super::customer::{MINE, at_office, buy, coupon, customer, follow, state, take, world};
use super::holder::{Holder, PASSPHRASE, PIN};

fn offer(giver: &Holder<'_>, id: &str) -> String {
    block_on(giver.wallet.offer_coupon(id, 3, PIN)).unwrap()
}

#[test]
fn a_link_goes_to_the_first_wallet_that_redeems_it() {
    let world = world();
    let (giver, first, second) = (customer(&world), customer(&world), customer(&world));
    let id = buy(&giver, 500);
    let link = offer(&giver, &id);
    assert!(link.starts_with("http://warifu.localhost:8787/claim#"));
    assert_eq!(state(&giver, &id), (CouponStanding::Offered, false));
    assert_eq!(
        coupon(&giver, &id).under_way.unwrap().text.as_ref(),
        Some(&link)
    );
    let looked = block_on(first.wallet.look_at_coupon(&link)).unwrap();
    assert_eq!((looked.what, looked.mine), (CouponTextKind::Link, false));
    let taken = take(&first, &link).unwrap();
    assert_eq!(state(&first, &taken), MINE);
    assert_eq!(take(&second, &link), Err(ErrorKind::CouponLinkVoid));
    assert!(second.view().coupons.is_empty());
    follow(&giver);
    assert_eq!(state(&giver, &id), (CouponStanding::Given, false));
}

#[test]
fn a_link_that_was_taken_back_is_void() {
    let world = world();
    let (giver, taker) = (customer(&world), customer(&world));
    let id = buy(&giver, 500);
    let link = offer(&giver, &id);
    block_on(giver.wallet.cancel_coupon_offer(&id, PIN)).unwrap();
    assert_eq!(state(&giver, &id), MINE);
    assert_eq!(take(&taker, &link), Err(ErrorKind::CouponLinkVoid));
    // It can be given otherwise now.
    let link = offer(&giver, &id);
    let taken = take(&taker, &link).unwrap();
    assert_eq!(state(&taker, &taken), MINE);
    let late = block_on(giver.wallet.cancel_coupon_offer(&id, PIN));
    assert_eq!(late.unwrap_err().kind, ErrorKind::CouponChanged);
    follow(&giver);
    assert_eq!(state(&giver, &id), (CouponStanding::Given, false));
    assert_eq!(at_office(&world, "owned"), 1);
}

#[test]
fn a_link_whose_time_is_over_leaves_the_coupon_its_owners() {
    let world = world();
    let giver = customer(&world);
    let id = buy(&giver, 500);
    offer(&giver, &id);
    world
        .clock
        .set(world.now().plus_seconds(4 * 86_400).0 * 1000);
    world.run_for(60_000);
    block_on(giver.wallet.unlock(PASSPHRASE)).unwrap();
    follow(&giver);
    assert_eq!(state(&giver, &id), MINE);
    assert_eq!(coupon(&giver, &id).under_way, None);
}
