//! A coupon that was shown to a shop, which asks for it.

use tallystick_parties::native::block_on;
use tallystick_protocol::coupon::{Coupon, ShopPresentation};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::{Message as _, decode};
use tallystick_wallet::view::{CouponEventKind, CouponStanding};

use super::customer::{MINE, at_office, buy, coupon, customer, follow, state, world};
use super::holder::{Holder, PIN};
use super::world::{COUPONS, SHOP, World, domain, text};

/// The number of the shop's test key.
const SHOP_KEY: usize = 2;

/// The shop brings what it was shown to the office, without the holder's transfer.
fn shows_to_shop(world: &World, holder: &Holder<'_>, id: &str, number: u8) {
    let shown = block_on(holder.wallet.show_coupon(id)).unwrap();
    let (_, bytes) = shown.split_once('.').unwrap();
    let bytes = data_encoding::BASE64URL_NOPAD
        .decode(bytes.as_bytes())
        .unwrap();
    assert!(bytes.len() <= Coupon::LEN_MAX && decode::<Coupon>(&bytes).is_ok());
    let to = Audience::Party(domain(COUPONS));
    let said = ShopPresentation {
        envelope: Envelope::new(domain(SHOP), to, [number; 32], world.now(), 600),
        coupon: bytes,
        transfer: None,
        total: None,
        condition: None,
        held_for: None,
    };
    let identity = world.get_json(SHOP, "/v1/identity");
    let der = identity["certificate"].as_str().unwrap().as_bytes();
    let der = data_encoding::BASE64.decode(der).unwrap();
    let certificate = Certificate::from_der(&der).unwrap();
    let signed = test_statement(&said, &certificate, SHOP_KEY);
    let path = "/v1/coupon-presentations";
    let answer = world.post(COUPONS, path, "application/cose", signed);
    assert!(answer.status().is_success(), "{}", text(&answer));
}

#[test]
fn t001_2_a_coupon_is_the_shops_once_its_owner_says_yes() {
    let world = world();
    let holder = customer(&world);
    let id = buy(&holder, 500);
    shows_to_shop(&world, &holder, &id, 1);
    follow(&holder);
    let asked = coupon(&holder, &id);
    assert_eq!(asked.ask.unwrap().to, SHOP);
    assert_eq!(
        asked.timeline.last().unwrap().what,
        CouponEventKind::WasAsked
    );
    block_on(holder.wallet.answer_coupon(&id, true, PIN)).unwrap();
    assert_eq!(state(&holder, &id), (CouponStanding::Spent, false));
    assert_eq!(at_office(&world, "spent"), 1);
    follow(&holder);
    assert_eq!(state(&holder, &id), (CouponStanding::Spent, false));
}

#[test]
fn t001_7_a_shop_that_is_told_no_has_nothing() {
    let world = world();
    let holder = customer(&world);
    let id = buy(&holder, 500);
    shows_to_shop(&world, &holder, &id, 1);
    follow(&holder);
    block_on(holder.wallet.answer_coupon(&id, false, PIN)).unwrap();
    assert_eq!(state(&holder, &id), MINE);
    assert_eq!(at_office(&world, "spent"), 0);
}
