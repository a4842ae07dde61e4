//! Coupons pay orders: a real shop, issuer, courier and office.

use tallystick_protocol::checkout::answers::{RefusalReason, ShopState};
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::coupon::{CouponKind, CouponOutcome, CouponState, Funding};
use tallystick_protocol::wire::cbor::encode;

use super::buyer::{Buyer, MINUTE, PAYABLE, PRICE, owed_for_coupons, refused, require_rest, world};
use super::coupon::{Person, balance, require_books};
use super::holder::CBOR;
use super::talk::{buy, receipt, send_order, state};
use super::world::{Between, COUPONS, COURIER, ISSUER, SHOP};

#[test]
fn t001_2_a_coupon_pays_a_part_of_an_order_and_the_card_the_rest() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let order = buyer.order(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(world.balance("holder 1 available"), 48_500);
    assert_eq!(world.balance(PAYABLE), 1_500);
    assert_eq!(owed_for_coupons(&world), 500);
    let owner = "SELECT count(*) FROM coupons WHERE state = 'spent' AND change = 1";
    assert_eq!(world.number(COUPONS, owner), 1);
    let summary = world.get_json(SHOP, &format!("{}/summary", order.path()));
    assert_eq!(summary["total_minor"], PRICE);
    assert_eq!(summary["coupons_minor"], 500);
    // Whoever looks at an order has its courier asked where the parcel is.
    world.run_for(MINUTE);
    require_rest(&world);
}

#[test]
fn whoever_pays_the_rest_and_the_courier_learn_nothing_of_the_coupons() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let order = buyer.order(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let number = coupons[0].id().0;
    for name in [ISSUER, COURIER] {
        let received = world.received_by(name);
        assert!(!received.windows(16).any(|bytes| bytes == number), "{name}");
    }
    // And the office not which order of theirs it was for.
    let received = world.received_by(COUPONS);
    for secret in [order.root.0, order.id.0, order.form_digest] {
        assert!(!received.windows(32).any(|bytes| bytes == secret));
    }
}

#[test]
fn coupons_pay_an_order_altogether_and_what_is_over_is_a_coupon_again() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[700, 1_500]);
    let order = buyer.order_by_coupons(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(owed_for_coupons(&world), 2_000);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    // Both end at once, so the larger one pays first.
    assert_eq!(buyer.made_of(&world, &coupons[0]), 200);
    let nothing = "SELECT count(*) FROM issuer_reservations WHERE minor = 0 AND state = 'captured'";
    assert_eq!(world.number(COUPONS, nothing), 1);
    require_rest(&world);
}

#[test]
fn t001_10_of_a_postpaid_coupon_what_the_order_took_is_charged_to_the_unit() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupon = buyer.anna.buy(&world, Funding::Postpaid, 2_300);
    let order = buyer.order_by_coupons(&world, &[coupon]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    super::coupon::period_passes(&world);
    assert_eq!(balance(&world, "holder 1"), 50_000 - 2_000);
    assert_eq!(owed_for_coupons(&world), 2_000);
    require_rest(&world);
}

#[test]
fn t001_28_electronic_money_and_a_voucher_go_into_one_order_with_a_card() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let mut asked = buyer.anna.issue_request(&world, Funding::Prepaid, 300);
    asked.kind = CouponKind::ElectronicMoney;
    let money = buyer.anna.tell(&world, "/v1/coupon-issues", None, &asked);
    let mut coupons = vec![money.unwrap().coupon()];
    coupons.extend(buyer.coupons(&world, &[400]));
    let order = buyer.order(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(owed_for_coupons(&world), 700);
    assert_eq!(world.balance(PAYABLE), 1_300);
    require_rest(&world);
}

#[test]
fn the_issuer_refuses_and_the_coupons_are_their_owners_as_before() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500, 300]);
    let order = buyer.order_as(&world, &coupons, |wish| {
        wish.details.name = "Somebody Else".to_owned();
    });
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    for coupon in &coupons {
        assert!(buyer.is_owned(&world, coupon));
    }
    assert_eq!(owed_for_coupons(&world), 0);
    require_rest(&world);
    // They pay another order.
    let order = buyer.order(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(owed_for_coupons(&world), 800);
}

#[test]
fn t001_7_an_order_whose_time_is_over_gives_its_coupons_free() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let order = buyer.order(&world, &coupons);
    world.put_between(ISSUER, |path| match path {
        "/v1/authorisations" => Between::Instead(http::Response::default()),
        _ => Between::Nothing,
    });
    send_order(&world, &order);
    world.run_for(MINUTE);
    let status = buyer.anna.look(&world, coupons[0].id()).unwrap();
    assert_eq!(status.state, Some(CouponState::Held));
    world.run_for(20 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert!(buyer.is_owned(&world, &coupons[0]));
}

#[test]
fn t_u5_a_cancelled_order_gives_its_coupons_free() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let key = CancellationKey::random(&mut buyer.card.rng);
    let order = buyer.order_as(&world, &coupons, |wish| {
        wish.cancellation = Some(key.clone());
    });
    world.put_between(ISSUER, |path| match path {
        "/v1/authorisations" => Between::Instead(http::Response::default()),
        _ => Between::Nothing,
    });
    send_order(&world, &order);
    world.run_for(MINUTE);
    let wish = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    let answer = world.post(SHOP, "/v1/cancellations", CBOR, encode(&wish));
    assert!(answer.status().is_success());
    world.connect_again(ISSUER);
    world.run_for(5 * MINUTE);
    let receipt = receipt(&world, &order);
    assert_eq!(refused(&world, &receipt), RefusalReason::Cancelled);
    assert!(buyer.is_owned(&world, &coupons[0]));
    require_rest(&world);
}

#[test]
fn t001_7_a_coupon_that_was_handed_on_meanwhile_refuses_the_order_and_the_others_are_free() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let mut ben = Person::new(&world, 2);
    let coupons = buyer.coupons(&world, &[500, 300]);
    let order = buyer.order(&world, &coupons);
    let given = buyer.anna.give(&world, &coupons[1], ben.owner()).unwrap();
    assert_eq!(given, CouponOutcome::Done);
    let receipt = buy(&world, &order);
    assert_eq!(refused(&world, &receipt), RefusalReason::CouponRefused);
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
    assert!(buyer.is_owned(&world, &coupons[0]));
    let at_ben = ben.fetch(&world, coupons[1].id());
    assert_eq!(at_ben.opened.owner(), &ben.owner());
    assert_eq!(world.stock("sencha-100"), 60);
    require_rest(&world);
}

#[test]
fn t001_1_two_orders_with_one_coupon_are_one_sale() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let orders = [buyer.order(&world, &coupons), buyer.order(&world, &coupons)];
    for order in &orders {
        assert!(send_order(&world, order).status().is_success());
    }
    world.run_for(MINUTE);
    let ends = orders.each_ref().map(|order| state(&world, order));
    assert!(ends.contains(&ShopState::Accepted));
    assert!(ends.contains(&ShopState::Refused));
    assert_eq!(owed_for_coupons(&world), 500);
    require_rest(&world);
}

#[test]
fn a_coupon_of_a_campaign_pays_where_the_order_meets_what_it_asks_for() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let told = [("amount", "200"), ("minimum", "2000"), ("once", "1")];
    let campaign = super::campaigns::open(&world, &told, "1");
    let coupon = buyer.anna.pick(&world, campaign, 200).unwrap().coupon();
    let order = buyer.order(&world, &[coupon]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(owed_for_coupons(&world), 200);
    require_rest(&world);
}

#[test]
fn of_a_campaign_for_one_order_each_two_coupons_in_one_order_are_refused_and_both_are_free() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let campaign = super::campaigns::open(&world, &[("once", "1")], "1");
    let mut pick = || buyer.anna.pick(&world, campaign, 100).unwrap().coupon();
    let coupons = [pick(), pick()];
    let order = buyer.order(&world, &coupons);
    let receipt = buy(&world, &order);
    assert_eq!(refused(&world, &receipt), RefusalReason::CouponRefused);
    for coupon in &coupons {
        assert!(buyer.is_owned(&world, coupon));
    }
    let order = buyer.order(&world, &coupons[..1]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    require_rest(&world);
}

#[test]
fn coupons_pay_where_shop_and_office_are_spread_over_objects() {
    let mut world = world();
    world.spread_shop(4);
    world.spread_coupons(4);
    world.run_for(MINUTE);
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[700, 1_500]);
    let wrong = buyer.order_as(&world, &coupons[..1], |wish| {
        wish.details.name = "Somebody Else".to_owned();
    });
    assert_eq!(buy(&world, &wrong).state, ShopState::Refused);
    world.run_for(MINUTE);
    assert!(buyer.is_owned(&world, &coupons[0]));
    let order = buyer.order_by_coupons(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(owed_for_coupons(&world), 2_000);
    let refunded = super::paying_back::refund(&world, &order, 600, "one");
    assert_eq!(refunded.status(), 200);
    world.run_for(MINUTE);
    assert_eq!(owed_for_coupons(&world), 1_400);
    require_books(&world);
}
