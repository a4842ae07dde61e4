//! Somebody wants a coupon, and its owner is asked (C9 to C13).

use tallystick_protocol::coupon::{CouponOutcome, CouponState, Funding, VerdictKind};

use super::coupon::{
    ASKED_MS, Person, balance, by_shop, present, presentation, require_books, shop, verdict, world,
};
use super::world::COUPONS;

#[test]
fn t001_7_valid_and_confirmed_it_changes_its_owner() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::Valid);
    let request = ben.change_request(&world, &coupon);
    let told = ben.want(&world, &request);
    assert_eq!(told.outcome(), CouponOutcome::Waiting);
    assert!(told.held.is_none());
    assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::UnderWay);
    let ask = anna.asked(&world, coupon.id());
    assert_eq!((&ask.to, ask.asked), (&ben.owner(), told.answer.asked));
    assert_eq!(anna.reply(&world, coupon.id(), true), CouponOutcome::Done);
    let now = ben.want(&world, &request).coupon();
    assert_eq!((now.opened.owner(), now.change()), (&ben.owner(), 1));
    require_books(&world);
}

#[test]
fn t001_7_denied_it_stays_and_both_are_told() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let request = ben.change_request(&world, &coupon);
    ben.want(&world, &request);
    assert_eq!(anna.reply(&world, coupon.id(), false), CouponOutcome::Done);
    assert_eq!(ben.want(&world, &request).outcome(), CouponOutcome::Denied);
    let status = anna.look(&world, coupon.id()).unwrap();
    assert_eq!(status.state, Some(CouponState::Owned));
    assert_eq!(
        (status.change, status.ended),
        (0, Some(CouponOutcome::Denied))
    );
    // Who was denied does not ask again, so that nobody keeps her from using it.
    let again = ben.change_request(&world, &coupon);
    assert_eq!(ben.want(&world, &again).outcome(), CouponOutcome::Denied);
    // It is hers to give as before.
    assert_eq!(
        anna.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::Done
    );
}

#[test]
fn t001_7_while_the_owner_is_silent_it_stays_and_then_both_are_told() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let request = ben.change_request(&world, &coupon);
    ben.want(&world, &request);
    world.run_for(ASKED_MS - 60_000);
    assert_eq!(ben.want(&world, &request).outcome(), CouponOutcome::Waiting);
    let ask = anna.asked(&world, coupon.id());
    world.run_for(120_000);
    assert_eq!(ben.want(&world, &request).outcome(), CouponOutcome::Silent);
    let status = anna.look(&world, coupon.id()).unwrap();
    assert_eq!(status.state, Some(CouponState::Owned));
    assert_eq!(status.ended, Some(CouponOutcome::Silent));
    // A yes that comes late moves nothing.
    let late = anna.reply_to(&world, &ask, true);
    let told = anna.tell(&world, "/v1/coupon-replies", Some(coupon.id()), &late);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::WrongState);
    assert_eq!(anna.fetch(&world, coupon.id()).change(), 0);
}

#[test]
fn t001_7_a_shop_asks_and_is_the_owner_once_that_one_agrees() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Postpaid, 500);
    let body = by_shop(&world, &presentation(&world, &coupon, None));
    assert_eq!(
        present(&world, &body).unwrap().outcome,
        CouponOutcome::Waiting
    );
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 0);
    assert_eq!(anna.asked(&world, coupon.id()).to, shop());
    assert_eq!(anna.reply(&world, coupon.id(), true), CouponOutcome::Done);
    assert_eq!(present(&world, &body).unwrap().outcome, CouponOutcome::Done);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 500);
    assert_eq!(
        world.number(COUPONS, "SELECT count(*) FROM coupon_lines"),
        1
    );
    require_books(&world);
}

#[test]
fn t001_21_t001_22_what_is_shown_and_was_altered_is_forged_and_asks_nobody() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let other = anna.buy(&world, Funding::Prepaid, 900);
    let mut altered = coupon.bytes.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    assert_eq!(verdict(&world, &altered), VerdictKind::Forged);
    let mut request = ben.change_request(&world, &coupon);
    request.shown = other.digest();
    assert_eq!(ben.want(&world, &request).outcome(), CouponOutcome::Invalid);
    assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::Valid);
    let mut shown = presentation(&world, &coupon, None);
    shown.coupon = altered;
    let refused = present(&world, &by_shop(&world, &shown));
    assert_eq!(refused.unwrap_err(), "bad-signature");
}

#[test]
fn a_yes_for_another_asker_than_the_one_who_asks_counts_for_nothing() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let carl = Person::new(&world, 3);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let request = ben.change_request(&world, &coupon);
    ben.want(&world, &request);
    let ask = anna.asked(&world, coupon.id());
    let mut reply = anna.reply_to(&world, &ask, true);
    reply.to = carl.owner();
    let told = anna.tell(&world, "/v1/coupon-replies", Some(coupon.id()), &reply);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::Invalid);
    let mut reply = anna.reply_to(&world, &ask, true);
    reply.asked = [9; 32];
    let told = anna.tell(&world, "/v1/coupon-replies", Some(coupon.id()), &reply);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::Invalid);
    assert_eq!(ben.want(&world, &request).outcome(), CouponOutcome::Waiting);
}

#[test]
fn of_two_who_want_it_at_once_the_first_is_asked_for() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let mut carl = Person::new(&world, 3);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let request = ben.change_request(&world, &coupon);
    assert_eq!(ben.want(&world, &request).outcome(), CouponOutcome::Waiting);
    let late = carl.change_request(&world, &coupon);
    assert_eq!(
        carl.want(&world, &late).outcome(),
        CouponOutcome::WrongState
    );
    assert_eq!(
        anna.give(&world, &coupon, carl.owner()).unwrap(),
        CouponOutcome::WrongState
    );
    assert_eq!(anna.reply(&world, coupon.id(), true), CouponOutcome::Done);
    assert_eq!(ben.want(&world, &request).coupon().change(), 1);
}

#[test]
fn on_a_new_device_the_same_account_has_its_coupons_again_and_the_old_keys_move_none() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let mut there = anna.on_a_new_device(&world, 7);
    assert_ne!(there.id(), anna.id());
    let old = anna.give(&world, &coupon, ben.owner());
    assert_eq!(old.unwrap_err(), "revoked");
    // A stranger has to ask, and nobody can agree.
    let asked = ben.change_request(&world, &coupon);
    let mut other = asked.clone();
    other.shown = [1; 32];
    assert_eq!(ben.want(&world, &other).outcome(), CouponOutcome::Invalid);
    let request = there.change_request(&world, &coupon);
    let again = there.want(&world, &request).coupon();
    assert_eq!((again.opened.owner(), again.change()), (&there.owner(), 1));
    assert_eq!(
        there.give(&world, &again, shop()).unwrap(),
        CouponOutcome::Done
    );
    require_books(&world);
}
