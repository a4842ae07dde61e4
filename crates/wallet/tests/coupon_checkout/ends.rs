//! Orders that come to nothing: their coupons are the holder's again, and nobody is charged.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::buyer::{
    LIMIT, approve, balance, block_coupon, buy, choice, coupon, follow, form_ends, usable,
    with_coupons, world,
};
use super::holder::{Holder, PIN, TEA};
use super::world::{Between, COUPONS, COURIER, SHOP, World};

/// More tea than the card has a limit for.
const TOO_MUCH: &str = r#"[{"sku":"sencha-100","quantity":40}]"#;

/// The coupon pays the next order, and nobody was charged for the one before.
fn require_free(world: &World, holder: &Holder<'_>, coupons: &[String]) {
    form_ends(holder);
    assert_eq!(usable(holder), [500]);
    assert_eq!(coupon(holder, &coupons[0]).under_way, None);
    assert_eq!(world.balance("holder 1"), LIMIT);
    assert_eq!(balance(world, COUPONS, &format!("payable to {SHOP}")), 0);
    let order = buy(holder, coupons);
    assert_eq!(order.state, OrderState::Delivering);
}

#[test]
fn t001_7_an_issuer_that_refuses_the_rest_frees_the_coupon() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let request = holder.asked(TOO_MUCH);
    approve(&holder, &request, &coupons).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Refused);
    assert_eq!(order.failure.unwrap().kind, "issuer-refused");
    require_free(&world, &holder, &coupons);
}

#[test]
fn t001_7_a_cancelled_order_frees_the_coupon() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Instead(Response::default()),
        _ => Between::Nothing,
    });
    let request = holder.asked(TEA);
    approve(&holder, &request, &coupons).unwrap();
    for _ in 0..20 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    assert!(usable(&holder).is_empty());
    block_on(holder.wallet.cancel(&request)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).failure.unwrap().kind, "cancelled");
    world.connect_again(COURIER);
    require_free(&world, &holder, &coupons);
}

#[test]
fn t001_7_an_order_that_is_declined_after_the_pin_frees_the_coupon() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let request = holder.asked(TEA);
    approve(&holder, &request, &coupons).unwrap();
    block_on(holder.wallet.decline(&request)).unwrap();
    assert!(usable(&holder).is_empty());
    require_free(&world, &holder, &coupons);
}

#[test]
fn t001_7_a_coupon_that_its_office_stopped_meanwhile_pays_nothing_and_frees_the_others() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500, 700]);
    block_coupon(&world, 700);
    let request = holder.asked(TEA);
    approve(&holder, &request, &coupons).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Refused);
    assert_eq!(order.failure.unwrap().kind, "coupon-refused");
    require_free(&world, &holder, &coupons[..1]);
}

#[test]
fn a_wrong_pin_signs_nothing_over_and_leaves_the_coupon_free() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let request = holder.asked(TEA);
    let chosen = choice(&holder, &coupons);
    let wrong = block_on(holder.wallet.approve(&request, &chosen, "000000")).unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::WrongPin);
    assert_eq!(holder.view().pin_tries_left, 2);
    assert_eq!(usable(&holder), [500]);
    block_on(holder.wallet.approve(&request, &chosen, PIN)).unwrap();
    holder.finish();
    follow(&holder);
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}

#[test]
fn a_wallet_that_dies_at_any_step_of_an_approval_pays_with_the_coupon_once_or_has_it_again() {
    for events in 0.. {
        let world = world();
        let (mut holder, coupons) = with_coupons(&world, &[500]);
        let request = holder.asked(TEA);
        holder.device.fail_after(events, false);
        let approved = approve(&holder, &request, &coupons);
        holder.device.mend();
        holder.restart();
        block_on(holder.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
        if holder.order(&request).state == OrderState::Asked {
            approve(&holder, &request, &coupons).unwrap();
        }
        holder.finish();
        follow(&holder);
        assert_eq!(
            holder.order(&request).state,
            OrderState::Delivering,
            "{events}"
        );
        assert_eq!(balance(&world, COUPONS, &format!("payable to {SHOP}")), 500);
        assert!(usable(&holder).is_empty());
        if approved.is_ok() {
            return;
        }
    }
}
