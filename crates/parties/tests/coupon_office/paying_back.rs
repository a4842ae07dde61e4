//! What an order cost is given back to its coupons first, or each as it paid, as the form said.

use http::Response;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::coupons::RefundOrder;
use tallystick_protocol::checkout::refunds::{RefundAdvice, RefundAdvices, RefundOutcome};
use tallystick_protocol::coupon::{CouponAnswer, CouponOutcome};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::Cast;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::buyer::{Buyer, MINUTE, PRICE, owed_for_coupons, require_rest, world};
use super::coupon::{Held, office_key};
use super::holder::{JSON, Order};
use super::talk::buy;
use super::world::{SHOP, World, problem, text};

const PAYABLE: &str = "payable to kiso-tea.localhost";

/// The shop's operator gives so much back.
pub fn refund(world: &World, order: &Order, minor: u64, id: &str) -> Response<Vec<u8>> {
    let registered = world.send("page", SHOP, "POST", OPERATORS, JSON, registration());
    assert!(registered.status().is_success(), "{}", text(&registered));
    let told = [
        ("order", order.id.to_string()),
        ("amount", minor.to_string()),
    ];
    let signed = Command {
        role: "shop",
        domain: SHOP,
        command: "refund",
        arguments: &told,
        id,
        at: world.now(),
    };
    world.send("page", SHOP, "POST", COMMANDS, MEDIA_TYPE, signed.signed())
}

fn refunded(world: &World, order: &Order, minor: u64, id: &str) {
    let answer = refund(world, order, minor, id);
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    world.run_for(MINUTE);
}

/// What the shop passes on to the holder: to each coupon, and by whoever paid the rest.
pub fn told(world: &World, order: &Order) -> (Vec<u64>, u64) {
    let answer = world.get(SHOP, &format!("{}/refunds", order.path()));
    let said: RefundAdvices = decode(answer.body()).unwrap();
    let coupons = said.coupons.unwrap_or_default();
    let of_coupons = coupons.iter().map(|given| {
        let said: CouponAnswer = keyed::open(&given.answer, &office_key(world)).unwrap();
        assert_eq!(said.outcome, CouponOutcome::Done);
        assert_ne!(said.coupon.unwrap(), given.coupon, "it is a new one");
        given.amount.minor
    });
    let advices = said.advices.iter().map(|signed| {
        let advice = open::<RefundAdvice>(signed, &world.anchors, world.now(), Role::Issuer);
        advice.unwrap().message
    });
    let by_card = advices.filter(|advice| advice.outcome == RefundOutcome::Refunded);
    (
        of_coupons.collect(),
        by_card.map(|advice| advice.amount.minor).sum(),
    )
}

fn bought(world: &World, buyer: &mut Buyer, values: &[u64]) -> (Order, Vec<Held>) {
    let coupons = buyer.coupons(world, values);
    let order = buyer.order(world, &coupons);
    assert_eq!(buy(world, &order).state, ShopState::Accepted);
    (order, coupons)
}

#[test]
fn a_refund_in_part_goes_to_the_coupons_first_and_then_to_the_card() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let (order, coupons) = bought(&world, &mut buyer, &[500, 300]);
    refunded(&world, &order, 400, "one");
    assert_eq!(told(&world, &order), (vec![400], 0));
    assert_eq!(buyer.made_of(&world, &coupons[0]), 400);
    assert_eq!(world.balance("holder 1 available"), 48_800);
    refunded(&world, &order, 600, "two");
    assert_eq!(told(&world, &order), (vec![400, 100, 300], 200));
    assert_eq!(world.balance("holder 1 available"), 49_000);
    assert_eq!(owed_for_coupons(&world), 0);
    assert_eq!(problem(&refund(&world, &order, 1_001, "three")), "conflict");
    refunded(&world, &order, 1_000, "four");
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.balance(PAYABLE), 0);
    require_rest(&world);
}

#[test]
fn a_refund_goes_to_each_as_it_paid_where_the_form_says_so() {
    let world = World::with_coupons_at_the_checkout(Cast {
        coupon_refund: RefundOrder::InProportion,
        ..Cast::default()
    });
    let mut buyer = Buyer::new(&world);
    let (order, coupons) = bought(&world, &mut buyer, &[500, 300]);
    refunded(&world, &order, 200, "one");
    assert_eq!(told(&world, &order), (vec![50, 30], 120));
    assert_eq!(buyer.made_of(&world, &coupons[1]), 30);
    refunded(&world, &order, 1_800, "two");
    assert_eq!(told(&world, &order), (vec![50, 30, 450, 270], PRICE - 800));
    assert_eq!(owed_for_coupons(&world), 0);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    require_rest(&world);
}

#[test]
fn an_order_that_coupons_paid_altogether_is_given_back_to_them_alone() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[2_500]);
    let order = buyer.order_by_coupons(&world, &coupons);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    refunded(&world, &order, PRICE, "one");
    assert_eq!(told(&world, &order), (vec![PRICE], 0));
    assert_eq!(buyer.made_of(&world, &coupons[0]), PRICE);
    assert_eq!(problem(&refund(&world, &order, 1, "two")), "conflict");
    require_rest(&world);
}

#[test]
fn t001_8_to_a_coupon_whose_time_is_over_nothing_is_given_back() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let (order, _) = bought(&world, &mut buyer, &[500]);
    world.clock.set((world.now().0 + 181 * 86_400) * 1_000);
    world.run_for(MINUTE);
    assert_eq!(problem(&refund(&world, &order, 1_501, "one")), "conflict");
    refunded(&world, &order, 1_500, "two");
    assert_eq!(told(&world, &order).0, [0_u64; 0]);
    assert_eq!(owed_for_coupons(&world), 500);
}
