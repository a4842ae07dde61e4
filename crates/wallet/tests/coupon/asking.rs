//! A coupon is shown, somebody asks for it, and its owner says yes or no.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{CouponStanding, CouponTextKind, CouponWhat};

use super::customer::{MINE, buy, coupon, customer, follow, state, take, world};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::world::World;

/// The owner has shown it, and the other asks.
fn asked<'w>(world: &'w World) -> (Holder<'w>, String, Holder<'w>, String) {
    let (owner, asker) = (customer(world), customer(world));
    let id = buy(&owner, 500);
    let text = block_on(owner.wallet.show_coupon(&id)).unwrap();
    let looked = block_on(asker.wallet.look_at_coupon(&text)).unwrap();
    assert_eq!(
        (looked.what, looked.verdict),
        (CouponTextKind::Shown, Some("valid"))
    );
    assert_eq!(take(&owner, &text), Err(ErrorKind::CouponMine));
    let wanted = take(&asker, &text).unwrap();
    let waiting = coupon(&asker, &wanted).under_way.unwrap();
    assert_eq!(waiting.what, CouponWhat::Request);
    assert!(waiting.until.is_some());
    follow(&owner);
    let ask = coupon(&owner, &id).ask.unwrap();
    assert!(ask.until > world.now().0);
    assert_eq!(state(&owner, &id), (CouponStanding::Asked, false));
    (owner, id, asker, wanted)
}

fn answer(owner: &Holder<'_>, id: &str, agrees: bool) -> Result<(), ErrorKind> {
    block_on(owner.wallet.answer_coupon(id, agrees, PIN)).map_err(|error| error.kind)
}

#[test]
fn t001_7_t001_23_a_coupon_changes_its_owner_once_the_owner_says_yes() {
    let world = world();
    let (owner, id, asker, wanted) = asked(&world);
    answer(&owner, &id, true).unwrap();
    assert_eq!(state(&owner, &id), (CouponStanding::Given, false));
    follow(&asker);
    assert_eq!(state(&asker, &wanted), MINE);
}

#[test]
fn t001_7_a_coupon_stays_whose_it_is_when_the_owner_says_no() {
    let world = world();
    let (owner, id, asker, wanted) = asked(&world);
    answer(&owner, &id, false).unwrap();
    assert_eq!(state(&owner, &id), MINE);
    follow(&asker);
    let denied = coupon(&asker, &wanted);
    assert_eq!(denied.under_way.unwrap().failure, Some("coupon-denied"));
    block_on(asker.wallet.forget_coupon(&wanted)).unwrap();
    assert!(asker.view().coupons.is_empty());
    assert_eq!(answer(&owner, &id, true), Err(ErrorKind::CouponNotAsked));
}

#[test]
fn t001_7_a_coupon_stays_whose_it_is_when_the_owner_says_nothing() {
    let world = world();
    let (owner, id, asker, wanted) = asked(&world);
    world
        .clock
        .set(world.now().plus_seconds(2 * 86_400).0 * 1000);
    world.run_for(60_000);
    for holder in [&owner, &asker] {
        block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
        follow(holder);
    }
    assert_eq!(state(&owner, &id), MINE);
    let silent = coupon(&asker, &wanted);
    assert_eq!(silent.under_way.unwrap().failure, Some("coupon-denied"));
}

#[test]
fn a_coupon_that_is_asked_for_again_before_an_answer_comes_is_asked_for_once() {
    let world = world();
    let (owner, asker) = (customer(&world), customer(&world));
    let id = buy(&owner, 500);
    let text = block_on(owner.wallet.show_coupon(&id)).unwrap();
    let wanted = take(&asker, &text).unwrap();
    assert_eq!(take(&asker, &text).unwrap(), wanted);
    follow(&owner);
    answer(&owner, &id, true).unwrap();
    follow(&asker);
    assert_eq!(state(&asker, &wanted), MINE);
}
