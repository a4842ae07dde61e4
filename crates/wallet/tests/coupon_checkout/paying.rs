//! Orders that go as they should.

use tallystick_wallet::view::{CouponStanding, OrderState};

use super::buyer::{
    LIMIT, PRICE, approve, balance, buy, coupon, follow, give_back, priced, standing, usable,
    with_coupons, world,
};
use super::holder::TEA;
use super::world::{COUPONS, ISSUER, SHOP, World};

fn payable(world: &World, party: &str) -> i64 {
    balance(world, party, &format!("payable to {SHOP}"))
}

#[test]
fn t001_2_t001_18_a_coupon_pays_a_part_and_the_card_is_charged_the_rest_alone() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let order = buy(&holder, &coupons);
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!((order.total_minor, order.rest_minor), (PRICE, 1_500));
    assert_eq!(order.paid_coupons.len(), 1);
    assert_eq!(order.paid_coupons[0].minor, 500);
    assert_eq!(order.strands.issuer.word, "charged");
    assert_eq!(world.balance("holder 1"), LIMIT - 1_500);
    assert_eq!(payable(&world, ISSUER), 1_500);
    assert_eq!(payable(&world, COUPONS), 500);
    assert_eq!(standing(&holder, &coupons[0]), CouponStanding::Spent);
}

#[test]
fn t001_18_coupons_pay_an_order_whole_and_what_is_over_comes_back_as_a_coupon() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[1_200, 1_100]);
    let order = buy(&holder, &coupons);
    assert_eq!(order.state, OrderState::Delivering, "{:?}", order.failure);
    assert_eq!(order.rest_minor, 0);
    let issuer = order.parties.iter().find(|party| party.role == "issuer");
    assert_eq!(issuer.unwrap().domain, COUPONS);
    let shares: Vec<_> = order.paid_coupons.iter().map(|one| one.minor).collect();
    assert_eq!(shares.iter().sum::<u64>(), PRICE);
    assert_eq!(world.balance("holder 1"), LIMIT);
    assert_eq!(payable(&world, COUPONS), PRICE as i64);
    for id in &coupons {
        assert_eq!(standing(&holder, id), CouponStanding::Spent);
    }
    assert_eq!(usable(&holder), [300]);
    let left = holder.view().coupons.into_iter().find(|one| one.usable);
    assert!(coupons.contains(&left.unwrap().made_of.unwrap()));
}

#[test]
fn t001_18_several_coupons_and_a_card_pay_one_order() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[300, 400, 500]);
    let order = buy(&holder, &coupons);
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!(order.rest_minor, 800);
    assert_eq!(world.balance("holder 1"), LIMIT - 800);
    assert_eq!(payable(&world, COUPONS), 1_200);
    assert!(usable(&holder).is_empty());
}

#[test]
fn what_is_shown_before_is_what_is_paid() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[1_500, 800]);
    let request = holder.asked(TEA);
    let shown = priced(&holder, &request, &coupons);
    assert_eq!((shown.rest_minor, shown.obstacle), (0, None));
    assert_eq!(shown.office_domain.as_deref(), Some(COUPONS));
    let alone = priced(&holder, &request, &coupons[..1]);
    assert_eq!((alone.rest_minor, alone.office_domain), (500, None));
    approve(&holder, &request, &coupons).unwrap();
    let paid = holder.order(&request).paid_coupons;
    let paid: Vec<_> = paid.iter().map(|one| one.minor).collect();
    let shown: Vec<_> = shown.shares.iter().map(|one| one.minor).collect();
    assert_eq!(paid, shown);
}

#[test]
fn t001_17_what_is_given_back_goes_to_the_coupon_first_and_comes_as_a_coupon() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let order = buy(&holder, &coupons);
    give_back(&holder, &order, 300, "one");
    assert_eq!(usable(&holder), [300], "it comes by itself");
    let part = holder.order(&order.request_id);
    assert_eq!(part.paid_coupons[0].given_back_minor, Some(300));
    assert_eq!(part.refunded_minor, None);
    assert_eq!(part.sentence_key, "partly-refunded");
    assert_eq!(world.balance("holder 1"), LIMIT - 1_500);
    give_back(&holder, &order, 1_700, "two");
    let whole = holder.order(&order.request_id);
    assert_eq!(whole.paid_coupons[0].given_back_minor, Some(500));
    assert_eq!(whole.refunded_minor, Some(1_500));
    assert_eq!(whole.sentence_key, "refunded");
    assert_eq!(world.balance("holder 1"), LIMIT);
    assert_eq!(usable(&holder), [200, 300]);
}

#[test]
fn t001_16_a_coupon_says_in_which_order_it_is_and_what_came_of_it() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let request = holder.asked(TEA);
    approve(&holder, &request, &coupons).unwrap();
    let under_way = coupon(&holder, &coupons[0]).under_way.unwrap();
    assert_eq!(under_way.to.as_deref(), Some(request.as_str()));
    assert!(!coupon(&holder, &coupons[0]).usable);
    holder.finish();
    follow(&holder);
    let spent = coupon(&holder, &coupons[0]);
    assert_eq!((spent.under_way, spent.usable), (None, false));
}
