//! Coupons are issued, and handed on by what their owners sign (C1 to C8).

use tallystick_protocol::coupon::{CouponKind, CouponOutcome, CouponState, Funding, VerdictKind};

use super::coupon::{
    Person, available, balance, by_shop, present, presentation, require_books, shop, verdict,
    world, yen,
};
use super::world::COUPONS;

#[test]
fn t001_1_what_is_issued_is_registered_and_a_transfer_changes_its_owner() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    assert_eq!(coupon.opened.owner(), &anna.owner());
    assert_eq!(coupon.opened.terms.value, yen(500));
    let status = anna.look(&world, coupon.id()).unwrap();
    assert_eq!((status.state, status.change), (Some(CouponState::Owned), 0));
    let given = anna.give(&world, &coupon, ben.owner()).unwrap();
    assert_eq!(given, CouponOutcome::Done);
    let now = ben.fetch(&world, coupon.id());
    assert_eq!(now.opened.owner(), &ben.owner());
    assert_eq!(now.change(), 1);
    assert_eq!(now.opened.terms, coupon.opened.terms);
    let told = anna.look(&world, coupon.id()).unwrap();
    assert_eq!(
        (told.state, told.whole),
        (None, None),
        "it is another's now"
    );
    require_books(&world);
}

#[test]
fn t001_2_a_terminal_hands_a_coupon_to_a_shop() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    assert_eq!(
        anna.give(&world, &coupon, shop()).unwrap(),
        CouponOutcome::Done
    );
    let state = "SELECT count(*) FROM coupons WHERE state = 'spent' AND change = 1";
    assert_eq!(world.number(COUPONS, state), 1);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 500);
    assert_eq!(balance(&world, "coupons"), 0);
    require_books(&world);
}

#[test]
fn t001_2_a_shop_brings_what_the_owner_signed() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let transfer = anna.transfer(&world, &coupon, shop());
    let signed = anna.sign(&transfer);
    let body = by_shop(&world, &presentation(&world, &coupon, Some(signed)));
    for _ in 0..2 {
        let answer = present(&world, &body).unwrap();
        assert_eq!(answer.outcome, CouponOutcome::Done);
    }
    // The holder brings it, too: it is one transfer.
    let told = anna.tell(&world, "/v1/coupon-transfers", Some(coupon.id()), &transfer);
    assert_eq!(told.unwrap().outcome(), CouponOutcome::Done);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 500);
    require_books(&world);
}

#[test]
fn t001_3_another_terminal_can_hand_it_on_again() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    anna.give(&world, &coupon, ben.owner()).unwrap();
    let at_ben = ben.fetch(&world, coupon.id());
    let back = ben.give(&world, &at_ben, anna.owner()).unwrap();
    assert_eq!(back, CouponOutcome::Done);
    assert_eq!(anna.fetch(&world, coupon.id()).change(), 2);
}

#[test]
fn t001_4_from_terminal_to_terminal_to_shop_it_changes_twice_and_is_charged_once() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Postpaid, 700);
    anna.give(&world, &coupon, ben.owner()).unwrap();
    let at_ben = ben.fetch(&world, coupon.id());
    assert_eq!(
        ben.give(&world, &at_ben, shop()).unwrap(),
        CouponOutcome::Done
    );
    let chain = "SELECT count(*) FROM coupon_history WHERE step IN ('handed-on', 'spent')";
    assert_eq!(world.number(COUPONS, chain), 2);
    let change = "SELECT change FROM coupons";
    assert_eq!(world.number(COUPONS, change), 2);
    let lines = "SELECT count(*) FROM coupon_lines WHERE account = 1 AND minor = 700";
    assert_eq!(world.number(COUPONS, lines), 1, "the issuee pays");
    assert_eq!(
        world.number(COUPONS, "SELECT count(*) FROM coupon_lines"),
        1
    );
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 700);
    require_books(&world);
}

#[test]
fn t001_17_t001_18_t001_19_t001_20_the_registry_says_the_same_when_the_office_starts_anew_between_the_steps()
 {
    let mut world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    world.restart(COUPONS);
    anna.give(&world, &coupon, ben.owner()).unwrap();
    world.restart(COUPONS);
    let at_ben = ben.fetch(&world, coupon.id());
    ben.give(&world, &at_ben, shop()).unwrap();
    world.restart(COUPONS);
    assert_eq!(verdict(&world, &at_ben.bytes), VerdictKind::Changed);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 500);
    require_books(&world);
}

#[test]
fn t001_27_the_receiver_may_bring_what_the_owner_signed_far_from_any_network() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let transfer = anna.transfer(&world, &coupon, ben.owner());
    let signed = anna.sign(&transfer);
    let asked = tallystick_protocol::coupon::asked_digest(&transfer);
    let (path, about) = ("/v1/coupon-transfers", Some(coupon.id()));
    let told = ben.bring(&world, path, about, &signed, asked).unwrap();
    assert_eq!(told.coupon().opened.owner(), &ben.owner());
    // A third can bring nothing of it.
    let mut carl = Person::new(&world, 3);
    let refused = carl.bring(&world, path, about, &signed, asked);
    assert_eq!(refused.err().unwrap(), "wrong-sender");
}

#[test]
fn t001_28_electronic_money_goes_the_same_ways() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    for funding in [Funding::Prepaid, Funding::Postpaid] {
        let mut asked = anna.issue_request(&world, funding, 300);
        asked.kind = CouponKind::ElectronicMoney;
        let money = anna.tell(&world, "/v1/coupon-issues", None, &asked);
        let money = money.unwrap().coupon();
        assert_eq!(money.opened.terms.kind, CouponKind::ElectronicMoney);
        anna.give(&world, &money, ben.owner()).unwrap();
        let at_ben = ben.fetch(&world, money.id());
        assert_eq!(verdict(&world, &at_ben.bytes), VerdictKind::Valid);
        assert_eq!(
            ben.give(&world, &at_ben, shop()).unwrap(),
            CouponOutcome::Done
        );
    }
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 600);
    require_books(&world);
}

#[test]
fn t001_25_a_prepaid_coupon_is_issued_only_if_it_was_charged() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    for _ in 0..2 {
        anna.buy(&world, Funding::Prepaid, 20_000);
    }
    assert_eq!(available(&world, "holder 1"), 10_000);
    let asked = anna.issue_request(&world, Funding::Prepaid, 10_001);
    let told = anna
        .tell(&world, "/v1/coupon-issues", None, &asked)
        .unwrap();
    assert_eq!(told.outcome(), CouponOutcome::NotCharged);
    assert!(told.held.is_none());
    assert_eq!(world.number(COUPONS, "SELECT count(*) FROM coupons"), 2);
    assert_eq!(available(&world, "holder 1"), 10_000);
    // What a postpaid one will cost has to be there as well.
    let asked = anna.issue_request(&world, Funding::Postpaid, 10_001);
    let told = anna
        .tell(&world, "/v1/coupon-issues", None, &asked)
        .unwrap();
    assert_eq!(told.outcome(), CouponOutcome::NotCharged);
    require_books(&world);
}

#[test]
fn the_same_request_again_is_the_same_coupon() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let asked = anna.issue_request(&world, Funding::Prepaid, 500);
    let ids: Vec<_> = (0..3)
        .map(|_| {
            let told = anna.tell(&world, "/v1/coupon-issues", None, &asked);
            told.unwrap().coupon().id()
        })
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(available(&world, "holder 1"), 49_500);
}
