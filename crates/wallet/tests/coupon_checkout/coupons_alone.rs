//! A shop that takes coupons alone.

use tallystick_wallet::view::OrderState;

use super::buyer::{LIMIT, approve, balance, buy_coupon, open_account};
use super::holder::{Holder, TEA};
use super::world::{COUPONS, ISSUER, SHOP, World};

#[test]
fn coupons_pay_for_everything_and_no_card_is_offered_for_a_rest() {
    let world = World::with_coupons_alone();
    let holder = Holder::ready(&world);
    open_account(&holder);
    let enough = [buy_coupon(&holder, 500), buy_coupon(&holder, 1_500)];
    let request = holder.asked(TEA);
    let order = holder.order(&request);
    assert!(order.takes_coupons && !order.takes_issuers);
    assert!(order.payable.is_empty() && order.proposed_card.is_none());
    assert!(approve(&holder, &request, &enough[..1]).is_err());
    assert!(approve(&holder, &request, &[]).is_err());
    assert_eq!(holder.order(&request).state, OrderState::Asked);
    approve(&holder, &request, &enough).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.rest_minor, 0);
    let payable = format!("payable to {SHOP}");
    assert_eq!(balance(&world, COUPONS, &payable), 2_000);
    assert_eq!(balance(&world, ISSUER, "holder 1"), LIMIT);
}
