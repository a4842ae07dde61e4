//! Orders with coupons that the shop, the office or an issuer does not take. None of them holds a coupon.

use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::{
    AuthorisationRequest, Refusal, RefusalReason, ShopState,
};
use tallystick_protocol::checkout::coupons::CouponShare;
use tallystick_protocol::coupon::Owner;
use tallystick_protocol::trust::statement::{Audience, Envelope, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};

use super::buyer::{Buyer, MINUTE, TEA, named, owed_for_coupons, world};
use super::coupon::{Held, by_shop, shop, yen};
use super::holder::{COSE, Order, Wish};
use super::talk::{form, send_order, state};
use super::world::{COUPONS, ISSUER, OTHER_SHOP, SHOP, World, domain, problem, text};

fn refused_as(world: &World, order: &Order) -> String {
    let name = problem(&send_order(world, order));
    assert!(!name.is_empty(), "it was taken");
    assert_eq!(world.requests(COUPONS, "/v1/coupon-presentations"), 0);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_coupons"), 0);
    name
}

fn refused(change: impl FnOnce(&mut Wish)) -> String {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let order = buyer.order_as(&world, &coupons, change);
    let name = refused_as(&world, &order);
    assert!(buyer.is_owned(&world, &coupons[0]));
    name
}

/// The one share of a wish.
fn share(wish: &mut Wish) -> &mut CouponShare {
    &mut wish.coupons.as_mut().unwrap().0[0]
}

#[test]
fn a_share_that_is_larger_or_smaller_than_the_rule_gives_is_refused() {
    for (paid, rest) in [(501, 1_499), (499, 1_501), (500, 1_499), (500, 1_501)] {
        let name = refused(|wish| {
            share(wish).amount = yen(paid);
            wish.coupons.as_mut().unwrap().1 = yen(rest);
        });
        assert_eq!(name, "amount-mismatch", "{paid} and {rest}");
    }
    let euro = refused(|wish| share(wish).amount = Money::new(500, Currency::Eur));
    assert_eq!(euro, "amount-mismatch");
}

#[test]
fn t001_6_a_coupon_that_its_office_did_not_sign_is_refused() {
    let middle = refused(|wish| {
        let coupon = &mut share(wish).coupon;
        // A letter of the value or of a signature; whatever it is, it was signed.
        let at = coupon.len() / 2;
        coupon[at] ^= 1;
    });
    assert!(
        ["bad-signature", "malformed"].contains(&&*middle),
        "{middle}"
    );
    let last = refused(|wish| *share(wish).coupon.last_mut().unwrap() ^= 1);
    assert_eq!(last, "bad-signature");
}

#[test]
fn a_coupon_that_was_handed_over_to_another_shop_or_for_too_short_a_time_is_refused() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500, 300]);
    let right = buyer.anna.transfer(&world, &coupons[0], shop());
    let mut wrong = vec![right.clone(); 5];
    wrong[0].to = Owner::Shop(domain(OTHER_SHOP));
    wrong[1].coupon = coupons[1].id();
    wrong[2].change += 1;
    wrong[3].holder.0[0] ^= 1;
    wrong[4].until = world.now().plus_seconds(60);
    for (at, transfer) in wrong.iter().enumerate() {
        let made = buyer.share_by(&coupons[0], yen(500), transfer);
        let order = buyer.order_as(&world, &coupons[..1], |wish| *share(wish) = made);
        let expected = if at == 4 { "expired" } else { "bad-signature" };
        assert_eq!(refused_as(&world, &order), expected, "number {at}");
    }
    assert!(buyer.is_owned(&world, &coupons[0]));
}

#[test]
fn coupons_that_do_not_go_together_are_refused() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[2_000, 300]);
    let doubled = buyer.order_as(&world, &coupons[1..], |wish| {
        let (shares, rest) = wish.coupons.as_mut().unwrap();
        shares.push(shares[0].clone());
        *rest = yen(1_400);
    });
    assert_eq!(refused_as(&world, &doubled), "conflict");
    let extra = buyer.share(&world, &coupons[1], yen(1));
    let whole = buyer.share(&world, &coupons[0], yen(2_000));
    let form = form(&world, TEA);
    let mut wish = buyer.anna.holder.wish();
    wish.payment = Some(named(&coupons[0]));
    wish.coupons = Some((vec![whole, extra], yen(0)));
    let unneeded = buyer.anna.holder.order(&world, &form, &wish);
    assert_eq!(refused_as(&world, &unneeded), "conflict");
}

#[test]
fn a_shop_that_takes_no_coupons_refuses_them() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500]);
    let order = buyer.order(&world, &coupons);
    // The form that it was made from said so; one that says nothing of coupons does not take them.
    let sql = "UPDATE shop_forms SET form = ?";
    let mut plain = form(&world, TEA).form;
    plain.coupons = None;
    let database = &world.machine(SHOP).database;
    database.run(sql, &[encode(&plain).into()]).unwrap();
    assert_eq!(refused_as(&world, &order), "bad-signature");
}

#[test]
fn only_coupons_pay_nothing_and_a_coupon_pays_nothing_else() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons = buyer.coupons(&world, &[500, 2_000]);
    // A coupon as if it were an account, for the rest.
    let by_coupon = buyer.order_as(&world, &coupons[..1], |wish| {
        wish.payment = Some(named(&coupons[0]));
    });
    assert_eq!(refused_as(&world, &by_coupon), "bad-signature");
    // A card for nothing.
    let by_card = buyer.order(&world, &coupons[1..]);
    assert_eq!(refused_as(&world, &by_card), "bad-signature");
    // Whoever pays says so, too.
    assert_eq!(
        asked(&world, ISSUER, &by_card, 0),
        RefusalReason::AmountMismatch
    );
    let form = form(&world, TEA);
    let mut wish = buyer.anna.holder.wish();
    wish.payment = Some(named(&coupons[0]));
    let whole = buyer.anna.holder.order(&world, &form, &wish);
    let reason = asked(&world, COUPONS, &whole, 2_000);
    assert_eq!(reason, RefusalReason::AmountMismatch);
}

/// What a payer says to the shop that asks for so much.
fn asked(world: &World, payer: &str, order: &Order, minor: u64) -> RefusalReason {
    let to = Audience::Party(domain(payer));
    let request = AuthorisationRequest {
        envelope: Envelope::new(domain(SHOP), to, order.id.0, world.now(), 600),
        amount: yen(minor),
        part: order.split.part(Role::Issuer).unwrap().clone(),
        settlement: None,
    };
    let body = by_shop(world, &request);
    let answer = world.post(payer, "/v1/authorisations", COSE, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said = open::<Refusal>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    said.unwrap().message.reason
}

#[test]
fn a_transfer_that_its_owner_did_not_sign_holds_nothing_and_the_order_ends() {
    let world = world();
    let mut buyer = Buyer::new(&world);
    let coupons: Vec<Held> = buyer.coupons(&world, &[500]);
    super::coupon::wrong_key(&mut buyer.anna);
    let order = buyer.order(&world, &coupons);
    assert!(send_order(&world, &order).status().is_success());
    world.run_for(20 * MINUTE);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
    let owned = "SELECT count(*) FROM coupons WHERE state = 'owned'";
    assert_eq!(world.number(COUPONS, owned), 1);
    assert_eq!(owed_for_coupons(&world), 0);
    // Its letter is over a day later.
    world.run_for(26 * 60 * MINUTE);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM outbox"), 0);
    let free = "SELECT count(*) FROM shop_coupons WHERE state = 'free'";
    assert_eq!(world.number(SHOP, free), 1);
}
