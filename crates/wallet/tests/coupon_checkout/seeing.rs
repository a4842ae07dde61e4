//! Who learns what of an order that coupons pay, and whose word the wallet believes.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables;
use tallystick_protocol::checkout::refunds::{CouponGivenBack, RefundAdvices};
use tallystick_protocol::coupon::CouponId;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_simulation::search::holds;
use tallystick_wallet::view::OrderState;

use super::buyer::{buy, usable, with_coupons, world};
use super::world::{Between, COUPONS, COURIER, ISSUER, SHOP, World};

fn everything_at(world: &World, party: &str) -> Vec<u8> {
    let mut bytes = world.received_by(party);
    bytes.extend(world.machine(party).database.bytes().unwrap());
    bytes
}

fn number(world: &World) -> CouponId {
    let sql = "SELECT id FROM coupons WHERE minor = 500";
    let rows = world.machine(COUPONS).database.run(sql, &[]).unwrap();
    CouponId::try_from(rows[0].blob(0).unwrap()).unwrap()
}

#[test]
fn the_shop_alone_learns_of_coupons_and_their_office_nothing_of_the_basket() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let order = buy(&holder, &coupons);
    assert_eq!(order.state, OrderState::Delivering);
    let seen = order
        .matrix
        .iter()
        .find(|row| row.row == "coupons")
        .unwrap();
    assert_eq!((seen.shop, seen.issuer, seen.courier), (true, false, false));
    let coupon = number(&world);
    assert!(holds(&everything_at(&world, SHOP), &coupon.0));
    for party in [ISSUER, COURIER] {
        let bytes = everything_at(&world, party);
        assert!(!holds(&bytes, &coupon.0), "{party}");
        assert!(!holds(&bytes, COUPONS.as_bytes()), "{party}");
    }
    let office = everything_at(&world, COUPONS);
    let order_id = order.order_id.unwrap();
    let order_id = data_encoding::HEXLOWER.decode(order_id.as_bytes()).unwrap();
    for private in [b"sencha".as_slice(), b"Jimbocho", &order_id] {
        assert!(!holds(&office, private));
    }
}

#[test]
fn a_shop_cannot_say_by_itself_that_a_coupon_was_given_back() {
    let world = world();
    let (holder, coupons) = with_coupons(&world, &[500]);
    let order = buy(&holder, &coupons);
    let lie = RefundAdvices {
        advices: Vec::new(),
        coupons: Some(vec![CouponGivenBack {
            coupon: number(&world),
            amount: Money::new(500, Currency::Jpy),
            answer: b"the office says so".to_vec(),
        }]),
    };
    let lie = encode(&lie);
    world.put_between(SHOP, move |path| {
        if !path.ends_with("/refunds") {
            return Between::Nothing;
        }
        let answer = Response::builder().header("content-type", "application/cbor");
        Between::Instead(answer.body(lie.clone()).unwrap())
    });
    block_on(holder.wallet.follow_money(&order.request_id)).unwrap();
    holder.finish();
    let told = holder.order(&order.request_id);
    assert_eq!(told.paid_coupons[0].given_back_minor, None);
    assert_eq!(told.sentence_key, "delivering");
    assert!(usable(&holder).is_empty());
}
