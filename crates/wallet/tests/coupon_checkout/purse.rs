//! Coupons beside an account and a purse, and where the shop takes none.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{Choice, OrderState};

use super::buyer::{approve, balance, buy_coupon, open_account, usable};
use super::customer::{account, available, choice, load, purse, with_purse};
use super::holder::{Holder, PIN, TEA};
use super::world::{BANK, COUPONS, SHOP, World};

/// What the shop hands over itself, for 480 yen.
const GUIDE: &str = r#"[{"sku":"brewing-guide","quantity":1}]"#;

fn pay_with(holder: &Holder<'_>, means: &str, coupons: &[String]) -> String {
    pay_for(holder, TEA, means, coupons)
}

fn pay_for(holder: &Holder<'_>, goods: &str, means: &str, coupons: &[String]) -> String {
    let request = holder.asked(goods);
    let choice = Choice {
        coupons: coupons.to_vec(),
        ..choice(holder, means)
    };
    block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap();
    request
}

#[test]
fn t001_18_a_purse_that_has_less_than_the_total_pays_the_rest_and_sets_no_more_aside() {
    let world = World::with_coupons_and_bank(true);
    let holder = with_purse(&world, 10_000);
    load(&holder, 1_600).unwrap();
    open_account(&holder);
    let coupons = [buy_coupon(&holder, 500)];
    let own = purse(&holder);
    let request = pay_with(&holder, &own.id, &coupons);
    assert_eq!(purse(&holder).amount_minor, 100);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!(order.rest_minor, 1_500);
    assert_eq!(
        (purse(&holder).amount_minor, purse(&holder).out_minor),
        (100, 0)
    );
    let payable = format!("payable to {SHOP}");
    assert_eq!(balance(&world, BANK, &payable), 1_500);
    assert_eq!(balance(&world, COUPONS, &payable), 500);
}

#[test]
fn a_purse_is_offered_for_the_rest_but_proposed_only_where_it_has_enough() {
    let world = World::with_coupons_and_bank(true);
    let holder = with_purse(&world, 10_000);
    load(&holder, 1_600).unwrap();
    let own = purse(&holder).id;
    let request = holder.asked(TEA);
    assert!(!holder.order(&request).payable.contains(&own));
    open_account(&holder);
    buy_coupon(&holder, 500);
    let order = holder.order(&request);
    assert_eq!(order.payable.last(), Some(&own));
    assert_ne!(order.proposed_card, Some(own));
}

#[test]
fn t001_18_an_account_pays_the_rest() {
    let world = World::with_coupons_and_bank(true);
    let holder = with_purse(&world, 10_000);
    open_account(&holder);
    let coupons = [buy_coupon(&holder, 500)];
    let request = pay_with(&holder, &account(&holder).id, &coupons);
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
    assert_eq!(available(&world, "holder 1"), 8_500);
    assert!(usable(&holder).is_empty());
}

#[test]
fn an_account_or_a_purse_and_a_coupon_pay_what_no_courier_delivers() {
    for is_purse in [false, true] {
        let world = World::with_coupons_and_bank(true);
        let holder = with_purse(&world, 10_000);
        if is_purse {
            load(&holder, 1_000).unwrap();
        }
        open_account(&holder);
        let coupons = [buy_coupon(&holder, 300)];
        let means = if is_purse {
            purse(&holder).id
        } else {
            account(&holder).id
        };
        let request = pay_for(&holder, GUIDE, &means, &coupons);
        holder.finish();
        let order = holder.order(&request);
        assert_eq!(order.state, OrderState::Delivering, "{order:?}");
        assert_eq!(order.sentence_key, "handed-over");
        assert_eq!((order.rest_minor, order.handed.len()), (180, 1));
        let payable = format!("payable to {SHOP}");
        assert_eq!(balance(&world, BANK, &payable), 180);
        assert_eq!(balance(&world, COUPONS, &payable), 300);
        assert!(usable(&holder).is_empty());
        let left = if is_purse { 9_000 } else { 9_820 };
        assert_eq!(available(&world, "holder 1"), left);
    }
}

#[test]
fn a_shop_that_takes_no_coupons_is_paid_with_none() {
    let world = World::with_coupons_and_bank(false);
    let holder = Holder::ready(&world);
    open_account(&holder);
    let coupons = [buy_coupon(&holder, 500)];
    let request = holder.asked(TEA);
    let order = holder.order(&request);
    assert!(!order.takes_coupons);
    assert_eq!(order.coupons[0].obstacle, Some("none-here"));
    assert!(order.matrix.iter().all(|row| row.row != "coupons"));
    let refused = approve(&holder, &request, &coupons).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CouponNotUsable);
}
