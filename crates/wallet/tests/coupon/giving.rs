//! Two wallets: one gives the other a coupon by a text.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{CouponEventKind, CouponStanding, CouponTextKind, CouponWhat};

use super::customer::{
    MINE, address, at_office, buy, coupon, customer, follow, give, state, take, world,
};
use super::world::COUPONS;

#[test]
fn t001_1_t001_23_t001_27_a_coupon_goes_from_wallet_to_wallet() {
    let world = world();
    let (giver, taker) = (customer(&world), customer(&world));
    let id = buy(&giver, 500);
    let to = address(&taker);
    let looked = block_on(giver.wallet.look_at_coupon(&to)).unwrap();
    assert_eq!((looked.what, looked.mine), (CouponTextKind::Address, false));
    let text = give(&giver, &id, &to).unwrap();
    assert_eq!(state(&giver, &id), (CouponStanding::Given, false));
    let handed = coupon(&giver, &id).under_way.and_then(|it| it.text);
    assert_eq!(
        handed.as_ref(),
        Some(&text),
        "its receiver knows it by that"
    );
    assert!(!coupon(&giver, &id).unconfirmed);
    let looked = block_on(taker.wallet.look_at_coupon(&text)).unwrap();
    assert_eq!((looked.what, looked.mine), (CouponTextKind::Given, true));
    assert_eq!(looked.coupon.unwrap().value.minor, 500);
    let taken = take(&taker, &text).unwrap();
    assert_eq!(state(&taker, &taken), MINE);
    // And back: the place that it left takes it again.
    let text = give(&taker, &taken, &address(&giver)).unwrap();
    assert_eq!(take(&giver, &text), Ok(id.clone()));
    assert_eq!(state(&giver, &id), MINE);
    let events: Vec<_> = coupon(&giver, &id)
        .timeline
        .iter()
        .map(|event| event.what)
        .collect();
    let expected = [
        CouponEventKind::Bought,
        CouponEventKind::HandedOn,
        CouponEventKind::Given,
        CouponEventKind::Received,
    ];
    assert_eq!(events, expected);
    assert_eq!(at_office(&world, "owned"), 1);
}

#[test]
fn t001_23_a_coupon_is_given_while_no_network_is_there_and_unconfirmed_until_then() {
    let world = world();
    let (giver, taker) = (customer(&world), customer(&world));
    let id = buy(&giver, 500);
    // The taker's wallet has talked to the office before.
    buy(&taker, 100);
    let to = address(&taker);
    world.hub.cut(COUPONS, true);
    let text = give(&giver, &id, &to).unwrap();
    let given = coupon(&giver, &id);
    assert!(given.unconfirmed && !given.usable);
    let under_way = given.under_way.unwrap();
    assert_eq!(
        (under_way.what, under_way.text.as_ref()),
        (CouponWhat::Transfer, Some(&text))
    );
    assert_eq!(give(&giver, &id, &to).as_ref(), Ok(&text), "shown again");
    let other = customer_address(&taker);
    assert_ne!(give(&giver, &id, &other), Ok(text.clone()), "nobody else");
    let looked = block_on(taker.wallet.look_at_coupon(&text)).unwrap();
    assert_eq!((looked.verdict, looked.mine), (None, true));
    let taken = take(&taker, &text).unwrap();
    let received = coupon(&taker, &taken);
    assert!(received.unconfirmed && !received.usable);
    assert_eq!(received.value.unwrap().minor, 500);
    world.hub.cut(COUPONS, false);
    // The receiver is there first.
    taker.finish();
    assert_eq!(state(&taker, &taken), MINE);
    giver.finish();
    assert_eq!(state(&giver, &id), (CouponStanding::Given, false));
}

/// Where nobody's wallet is.
fn customer_address(taker: &super::holder::Holder<'_>) -> String {
    let mut text = address(taker);
    let last = text.pop().unwrap();
    text.push(if last == 'A' { 'E' } else { 'A' });
    text
}

#[test]
fn texts_that_do_not_belong_here_are_said_by_name_and_do_nothing() {
    let world = world();
    let (giver, taker, third) = (customer(&world), customer(&world), customer(&world));
    let id = buy(&giver, 500);
    assert_eq!(
        give(&giver, &id, "hello"),
        Err(ErrorKind::CouponTextInvalid)
    );
    assert_eq!(
        give(&giver, &id, &address(&giver)),
        Err(ErrorKind::CouponMine)
    );
    assert_eq!(
        take(&taker, &address(&giver)),
        Err(ErrorKind::CouponTextInvalid)
    );
    world.hub.cut(COUPONS, true);
    let text = give(&giver, &id, &address(&taker)).unwrap();
    world.hub.cut(COUPONS, false);
    assert_eq!(take(&third, &text), Err(ErrorKind::CouponElsewhere));
    let middle = text.len() / 2;
    let flipped = if &text[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    let altered = [&text[..middle], flipped, &text[middle + 1..]].concat();
    assert!(take(&taker, &altered).is_err());
    assert!(taker.view().coupons.is_empty());
    let taken = take(&taker, &text).unwrap();
    assert_eq!(take(&taker, &text), Err(ErrorKind::CouponMine));
    assert_eq!(state(&taker, &taken), MINE);
    follow(&giver);
    assert_eq!(state(&giver, &id), (CouponStanding::Given, false));
}

#[test]
fn t001_7_a_gift_to_nobody_comes_back_once_it_counts_no_more() {
    let world = world();
    let (giver, taker) = (customer(&world), customer(&world));
    let id = buy(&giver, 500);
    // The office knows no such holder.
    let nobody = customer_address(&taker);
    assert!(give(&giver, &id, &nobody).is_err());
    let refused = coupon(&giver, &id);
    assert!(!refused.usable, "the card promised it");
    assert!(refused.under_way.unwrap().failure.is_some());
    world
        .clock
        .set(world.now().plus_seconds(8 * 86_400).0 * 1000);
    world.run_for(60_000);
    block_on(giver.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    follow(&giver);
    assert_eq!(state(&giver, &id), MINE);
    assert_eq!(coupon(&giver, &id).under_way, None);
}
