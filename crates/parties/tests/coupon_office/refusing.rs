//! What is refused, and changes nothing (source document 001: failures; T001-7 to T001-9).

use tallystick_protocol::coupon::{
    CouponId, CouponOutcome, CouponState, Funding, Owner, VerdictKind, asked_digest,
};

use super::coupon::{
    Person, balance, by_shop, command, present, presentation, require_books, shop, verdict, world,
    wrong_key,
};
use super::world::{COUPONS, domain};

const DAY_MS: u64 = 86_400_000;

#[test]
fn what_another_key_signed_moves_nothing() {
    let world = world();
    let (mut anna, ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    wrong_key(&mut anna);
    let refused = anna.give(&world, &coupon, ben.owner());
    assert_eq!(refused.unwrap_err(), "bad-signature");
    assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::Valid);
}

#[test]
fn a_coupon_that_is_another_s_or_of_nobody_is_handed_on_by_nobody() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    assert_eq!(
        ben.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::NotOwner
    );
    // In the owner's name neither.
    let mut forged = ben.transfer(&world, &coupon, shop());
    forged.holder = anna.id();
    let told = ben.tell(&world, "/v1/coupon-transfers", Some(coupon.id()), &forged);
    assert_eq!(told.err().unwrap(), "bad-signature");
    let mut unknown = anna.transfer(&world, &coupon, shop());
    unknown.coupon = CouponId([9; 16]);
    let about = Some(unknown.coupon);
    let told = anna.tell(&world, "/v1/coupon-transfers", about, &unknown);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::Unknown);
    assert_eq!(ben.look(&world, coupon.id()).unwrap_err(), "not-found");
    assert_eq!(anna.fetch(&world, coupon.id()).change(), 0);
}

#[test]
fn what_names_another_office_coupon_or_speaker_is_refused() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let other = anna.buy(&world, Funding::Prepaid, 600);
    let mut elsewhere = anna.transfer(&world, &coupon, shop());
    elsewhere.office = domain("other.localhost");
    let path = "/v1/coupon-transfers";
    let told = anna.tell(&world, path, Some(coupon.id()), &elsewhere);
    assert_eq!(told.err().unwrap(), "wrong-recipient");
    let transfer = anna.transfer(&world, &coupon, shop());
    let told = anna.tell(&world, path, Some(other.id()), &transfer);
    assert_eq!(told.err().unwrap(), "wrong-recipient");
    let signed = anna.sign(&transfer);
    let about = Some(coupon.id());
    let told = ben.bring(&world, path, about, &signed, asked_digest(&transfer));
    assert_eq!(told.err().unwrap(), "wrong-sender");
}

#[test]
fn t001_9_what_was_said_before_is_answered_again_and_done_once() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let transfer = anna.transfer(&world, &coupon, ben.owner());
    let about = Some(coupon.id());
    for _ in 0..2 {
        let told = anna.tell(&world, "/v1/coupon-transfers", about, &transfer);
        assert_eq!(told.unwrap().outcome(), CouponOutcome::Done);
    }
    let at_ben = ben.fetch(&world, coupon.id());
    ben.give(&world, &at_ben, anna.owner()).unwrap();
    // It is hers again, and what she signed of its first time moves it no more.
    let told = anna.tell(&world, "/v1/coupon-transfers", about, &transfer);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::Done, "as it was");
    let old = anna.transfer(&world, &coupon, ben.owner());
    let told = anna.tell(&world, "/v1/coupon-transfers", about, &old);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::Changed);
    assert_eq!(anna.fetch(&world, coupon.id()).change(), 2);
}

#[test]
fn t001_9_handed_to_two_at_once_it_has_exactly_one_owner() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let mut carl = Person::new(&world, 3);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let to_ben = anna.transfer(&world, &coupon, ben.owner());
    let to_carl = anna.transfer(&world, &coupon, carl.owner());
    let path = "/v1/coupon-transfers";
    let about = Some(coupon.id());
    let (signed_ben, signed_carl) = (anna.sign(&to_ben), anna.sign(&to_carl));
    let first = carl.bring(&world, path, about, &signed_carl, asked_digest(&to_carl));
    assert_eq!(first.unwrap().outcome(), CouponOutcome::Done);
    let second = ben.bring(&world, path, about, &signed_ben, asked_digest(&to_ben));
    assert_eq!(second.unwrap().outcome(), CouponOutcome::Changed);
    assert_eq!(ben.look(&world, coupon.id()).unwrap_err(), "not-found");
    assert_eq!(
        carl.fetch(&world, coupon.id()).opened.owner(),
        &carl.owner()
    );
    require_books(&world);
}

#[test]
fn a_coupon_from_a_backup_is_spent_once() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let backup = coupon.clone();
    anna.give(&world, &coupon, shop()).unwrap();
    assert_eq!(
        anna.give(&world, &backup, shop()).unwrap(),
        CouponOutcome::Changed
    );
    assert_eq!(verdict(&world, &backup.bytes), VerdictKind::Changed);
    assert_eq!(anna.convert(&world, &backup), CouponOutcome::Changed);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 500);
}

#[test]
fn t001_8_an_expired_coupon_is_refused_and_its_money_comes_to_rest() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let prepaid = anna.buy(&world, Funding::Prepaid, 500);
    let postpaid = anna.buy(&world, Funding::Postpaid, 700);
    let terms = &prepaid.opened.terms;
    let lasts = terms.valid_until.seconds_since(world.now());
    world.clock.set((world.now().0 + lasts) * 1000);
    for coupon in [&prepaid, &postpaid] {
        assert_eq!(
            anna.give(&world, coupon, shop()).unwrap(),
            CouponOutcome::Expired
        );
        assert_eq!(anna.convert(&world, coupon), CouponOutcome::Expired);
        assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::Expired);
    }
    world.run_for(DAY_MS);
    let over = "SELECT count(*) FROM coupons WHERE state = 'expired'";
    assert_eq!(world.number(COUPONS, over), 2);
    assert_eq!(balance(&world, "lapsed"), 500);
    assert_eq!(super::coupon::available(&world, "holder 1"), 49_500);
    require_books(&world);
}

#[test]
fn what_was_signed_until_a_time_counts_no_longer() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let mut late = anna.transfer(&world, &coupon, shop());
    late.until = world.now();
    let about = Some(coupon.id());
    let told = anna.tell(&world, "/v1/coupon-transfers", about, &late);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::Expired);
    let mut old = anna.transfer(&world, &coupon, shop());
    old.at = world.now().minus_seconds(32 * 86_400);
    let told = anna.tell(&world, "/v1/coupon-transfers", about, &old);
    assert_eq!(told.err().unwrap(), "expired");
}

#[test]
fn nobody_is_given_a_coupon_who_could_not_have_it() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let nobody = Owner::Holder(tallystick_protocol::wire::identifier::HolderId([9; 32]));
    assert_eq!(
        anna.give(&world, &coupon, nobody).unwrap(),
        CouponOutcome::Unknown
    );
    let own = anna.owner();
    assert_eq!(
        anna.give(&world, &coupon, own).unwrap(),
        CouponOutcome::NotOffered
    );
    assert_eq!(anna.fetch(&world, coupon.id()).change(), 0);
}

#[test]
fn a_stopped_coupon_moves_nowhere_until_it_is_let_go_on() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let told = [("coupon", coupon.id().to_string())];
    command(&world, "block-coupon", &told, "1");
    assert_eq!(
        anna.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::WrongState
    );
    assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::Over);
    let body = by_shop(&world, &presentation(&world, &coupon, None));
    assert_eq!(
        present(&world, &body).unwrap().outcome,
        CouponOutcome::WrongState
    );
    let status = anna.look(&world, coupon.id()).unwrap();
    assert_eq!(status.state, Some(CouponState::Blocked));
    command(&world, "unblock-coupon", &told, "2");
    assert_eq!(
        anna.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::Done
    );
}

#[test]
fn a_locked_account_is_issued_nothing_and_a_blocked_shop_is_given_nothing() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    command(&world, "lock-account", &[("account", "1".to_owned())], "1");
    let asked = anna.issue_request(&world, Funding::Prepaid, 500);
    let told = anna.tell(&world, "/v1/coupon-issues", None, &asked);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::NotCharged);
    let shop_name = [("party", "kiso-tea.localhost".to_owned())];
    command(&world, "block-party", &shop_name, "2");
    assert_eq!(
        anna.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::NotHere
    );
}

#[test]
fn what_the_office_does_not_offer_is_not_issued() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    for minor in [0, 20_001] {
        let asked = anna.issue_request(&world, Funding::Prepaid, minor);
        let told = anna.tell(&world, "/v1/coupon-issues", None, &asked);
        assert_eq!(told.unwrap().outcome(), CouponOutcome::NotOffered);
    }
    assert_eq!(world.number(COUPONS, "SELECT count(*) FROM coupons"), 0);
}
