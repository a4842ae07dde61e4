//! Which coupons can pay, and why the others cannot.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::buyer::{approve, buy_coupon, follow, priced, with_coupons, world};
use super::holder::{Holder, PASSPHRASE, PIN, TEA};

/// What bars a coupon in an order that waits; nothing if it can pay.
fn obstacle(holder: &Holder<'_>, request: &str, id: &str) -> Option<&'static str> {
    let offered = holder.order(request).coupons;
    offered.iter().find(|one| one.id == id).unwrap().obstacle
}

fn refused(holder: &Holder<'_>, request: &str, coupons: &[String]) -> (ErrorKind, String) {
    let error = approve(holder, request, coupons).unwrap_err();
    (error.kind, error.about.clone())
}

#[test]
fn t001_14_a_locked_coupon_pays_once_its_password_was_given() {
    const PASSWORD: &str = "tea at three";
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let account = holder.view().coupon_offices[0].account_id.clone();
    let set = holder
        .wallet
        .set_coupon_password(&account, "", PASSWORD, PIN);
    block_on(set).unwrap();
    block_on(holder.wallet.lock_coupon(&coupons[0])).unwrap();
    let request = holder.asked(TEA);
    assert_eq!(obstacle(&holder, &request, &coupons[0]), Some("locked"));
    assert_eq!(
        refused(&holder, &request, &coupons),
        (ErrorKind::CouponNotUsable, "locked".to_owned())
    );
    block_on(holder.wallet.unlock_coupon(&coupons[0], PASSWORD)).unwrap();
    assert_eq!(obstacle(&holder, &request, &coupons[0]), None);
    approve(&holder, &request, &coupons).unwrap();
    holder.finish();
    follow(&holder);
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}

#[test]
fn t001_8_a_coupon_whose_time_is_over_pays_nothing() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let until = holder.view().coupons[0].valid_until;
    world.clock.set((until + 1) * 1_000);
    world.run_for(60_000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    let request = holder.asked(TEA);
    let offered = holder.order(&request).coupons;
    let barred = offered.iter().all(|one| one.obstacle == Some("expired"));
    assert!(barred);
    assert_eq!(
        refused(&holder, &request, &coupons).0,
        ErrorKind::CouponNotUsable
    );
}

#[test]
fn coupons_that_do_not_go_together_are_said_by_name_before_any_pin() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[2_000, 300]);
    let request = holder.asked(TEA);
    let shown = priced(&holder, &request, &coupons);
    assert_eq!(shown.obstacle, Some("unneeded"));
    assert_eq!(shown.rest_minor, 2_000);
    let gone = priced(&holder, &request, &["nothing".to_owned()]);
    assert_eq!(gone.obstacle, Some("gone"));
    let twice = [coupons[1].clone(), coupons[1].clone()];
    assert_eq!(priced(&holder, &request, &twice).obstacle, Some("gone"));
    let many: Vec<_> = (0..3).map(|_| buy_coupon(&holder, 10)).collect();
    let many = [&coupons[1..], &many].concat();
    assert_eq!(priced(&holder, &request, &many).obstacle, Some("too-many"));
    assert_eq!(refused(&holder, &request, &many).1, "too-many");
    assert_eq!(holder.view().pin_tries_left, 3);
}

#[test]
fn what_is_in_one_order_pays_no_other_meanwhile() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let (first, second) = (holder.asked(TEA), holder.asked(TEA));
    approve(&holder, &first, &coupons).unwrap();
    assert_eq!(obstacle(&holder, &second, &coupons[0]), Some("under-way"));
    assert_eq!(refused(&holder, &second, &coupons).1, "under-way");
}
