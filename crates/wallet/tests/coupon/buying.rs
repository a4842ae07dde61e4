//! Buying coupons.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_protocol::wire::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemKind};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{CouponEventKind, MoneyView};

use super::customer::{
    MINE, account, at_office, balance, buy, buy_as, coupon, customer, state, world,
};
use super::holder::PIN;
use super::world::{Between, COUPONS};

#[test]
fn t001_1_t001_23_a_wallet_asks_for_a_coupon_and_has_it_in_its_card() {
    let world = world();
    let holder = customer(&world);
    let view = holder.view();
    assert!(
        view.cards.is_empty(),
        "an office's account pays nothing as a card does"
    );
    assert_eq!(view.coupon_offices[0].name, "Warifu Coupons");
    assert!(view.coupon_offices[0].ready);
    assert_eq!(view.coupon_sites[0].domain, COUPONS);
    let id = buy(&holder, 500);
    let bought = coupon(&holder, &id);
    let yen = MoneyView {
        minor: 500,
        currency: "JPY".to_owned(),
    };
    assert_eq!(bought.value, Some(yen));
    assert_eq!(
        (bought.kind, bought.funding),
        (Some("electronic-money"), Some("prepaid"))
    );
    assert_eq!(state(&holder, &id), MINE);
    assert!(!bought.unconfirmed && !bought.locked && !bought.ends_soon);
    assert_eq!(bought.under_way, None);
    let events: Vec<_> = bought.timeline.iter().map(|event| event.what).collect();
    assert_eq!(events, [CouponEventKind::Bought]);
    assert_eq!(balance(&world, "coupons"), 500);
}

#[test]
fn t001_16_how_far_a_coupon_is_is_there_after_the_wallet_died() {
    let world = world();
    let mut holder = customer(&world);
    let id = buy(&holder, 500);
    holder.restart();
    assert_eq!(state(&holder, &id), MINE);
}

#[test]
fn what_the_account_does_not_cover_is_not_bought() {
    let world = world();
    let holder = customer(&world);
    let kind = |minor| buy_as(&holder, "prepaid", minor).unwrap_err().kind;
    assert_eq!(kind(0), ErrorKind::AmountInvalid);
    assert_eq!(kind(10_000_000), ErrorKind::CouponNotOffered);
    assert!(holder.view().coupons.is_empty());
    let own = account(&holder);
    let wrong = holder
        .wallet
        .get_coupon(&own, "voucher", 500, "prepaid", "000000");
    assert_eq!(block_on(wrong).unwrap_err().kind, ErrorKind::WrongPin);
    let unknown = holder.wallet.get_coupon(&own, "gold", 500, "prepaid", PIN);
    assert_eq!(block_on(unknown).unwrap_err().kind, ErrorKind::CallInvalid);
    assert_eq!(at_office(&world, "owned"), 0);
}

#[test]
fn a_wish_that_did_not_reach_the_office_is_said_again_and_bought_once() {
    let world = world();
    let holder = customer(&world);
    buy(&holder, 500);
    world.hub.cut(COUPONS, true);
    let id = buy(&holder, 300);
    let waiting = coupon(&holder, &id);
    assert!(waiting.unconfirmed && !waiting.usable);
    let again = buy_as(&holder, "prepaid", 300).unwrap_err();
    assert_eq!(again.kind, ErrorKind::CouponOnItsWay);
    world.hub.cut(COUPONS, false);
    holder.finish();
    assert_eq!(state(&holder, &id), MINE);
    assert_eq!(balance(&world, "coupons"), 800);
}

#[test]
fn what_somebody_says_in_the_offices_place_ends_nothing_that_the_card_has_signed() {
    let world = world();
    let holder = customer(&world);
    world.put_between(COUPONS, |path| {
        if path != "/v1/coupon-issues" {
            return Between::Nothing;
        }
        let no = Problem::from(ProblemKind::Expired).to_json();
        let answer = Response::builder()
            .status(409)
            .header("content-type", PROBLEM_MEDIA_TYPE)
            .body(no);
        Between::Afterwards(answer.unwrap())
    });
    let id = buy(&holder, 500);
    let waiting = coupon(&holder, &id);
    let under_way = waiting.under_way.unwrap();
    assert!(
        !waiting.usable && under_way.failure.is_some(),
        "it is shown"
    );
    assert_eq!(balance(&world, "coupons"), 500, "the office has charged it");
    world.connect_again(COUPONS);
    world.run_for(60_000);
    holder.finish();
    assert_eq!(state(&holder, &id), MINE);
    assert!(coupon(&holder, &id).under_way.is_none());
    assert_eq!(balance(&world, "coupons"), 500, "once");
}
