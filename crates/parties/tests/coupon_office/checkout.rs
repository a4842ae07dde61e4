//! Coupons at the checkout: held for an order, taken in part or whole, given free, given back.

use tallystick_protocol::coupon::{
    CouponOutcome, CouponState, Funding, SettlementKind, VerdictKind,
};

use super::coupon::{
    Held, ORDER, Person, available, balance, by_shop, held, period_passes, present, presentation,
    require_books, settle, settlement, shop, verdict, world,
};
use super::world::{COUPONS, World};

const PAYABLE: &str = "payable to kiso-tea.localhost";
/// Longer than a coupon is held, in milliseconds.
const HELD_MS: u64 = 8 * 86_400_000;
const TAKE: SettlementKind = SettlementKind::Take;
const FREE: SettlementKind = SettlementKind::Free;
const BACK: SettlementKind = SettlementKind::GiveBack;

/// The shop holds a coupon for its order, as the owner handed it over.
fn hold(world: &World, owner: &mut Person, coupon: &Held) -> CouponOutcome {
    let transfer = owner.transfer(world, coupon, shop());
    let mut said = presentation(world, coupon, Some(owner.sign(&transfer)));
    said.held_for = Some(ORDER);
    present(world, &by_shop(world, &said)).unwrap().outcome
}

fn said(
    world: &World,
    coupon: &Held,
    what: (SettlementKind, Option<u64>),
    number: u8,
) -> CouponOutcome {
    settle(world, &settlement(world, coupon.id(), what, number))
}

#[test]
fn a_coupon_is_held_for_an_order_and_taken_when_it_goes() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    assert_eq!(hold(&world, &mut anna, &coupon), CouponOutcome::Done);
    assert_eq!(
        anna.look(&world, coupon.id()).unwrap().state,
        Some(CouponState::Held)
    );
    assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::UnderWay);
    assert_eq!(balance(&world, PAYABLE), 0);
    // Nothing else is done with it meanwhile.
    let given = anna.give(&world, &coupon, ben.owner()).unwrap();
    assert_eq!(given, CouponOutcome::WrongState);
    assert_eq!(anna.convert(&world, &coupon), CouponOutcome::WrongState);
    let asked = ben.change_request(&world, &coupon);
    assert_eq!(
        ben.want(&world, &asked).outcome(),
        CouponOutcome::WrongState
    );
    assert_eq!(hold(&world, &mut anna, &coupon), CouponOutcome::WrongState);
    let body = settlement(&world, coupon.id(), (TAKE, Some(500)), 1);
    for _ in 0..2 {
        assert_eq!(settle(&world, &body), CouponOutcome::Done, "once");
    }
    assert_eq!(
        said(&world, &coupon, (TAKE, Some(500)), 2),
        CouponOutcome::Done,
        "by other words, and once"
    );
    assert_eq!(
        said(&world, &coupon, (TAKE, Some(499)), 4),
        CouponOutcome::WrongState
    );
    assert_eq!(
        said(&world, &coupon, (FREE, None), 3),
        CouponOutcome::WrongState
    );
    assert_eq!(balance(&world, PAYABLE), 500);
    assert_eq!(anna.look(&world, coupon.id()).unwrap().made, None);
    require_books(&world);
}

#[test]
fn what_an_order_does_not_need_is_a_coupon_of_the_holder_with_the_same_end() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    hold(&world, &mut anna, &coupon);
    for wrong in [0, 501] {
        let refused = said(&world, &coupon, (TAKE, Some(wrong)), 10);
        assert_eq!(refused, CouponOutcome::Invalid);
        world.clock.set((world.now().0 + 1) * 1000);
    }
    assert_eq!(
        said(&world, &coupon, (TAKE, Some(320)), 1),
        CouponOutcome::Done
    );
    let made = anna.look(&world, coupon.id()).unwrap().made.unwrap();
    let rest = anna.fetch(&world, made);
    let (terms, before) = (&rest.opened.terms, &coupon.opened.terms);
    assert_eq!(
        (terms.value.minor, terms.valid_until),
        (180, before.valid_until)
    );
    assert_eq!((terms.kind, &terms.shops), (before.kind, &before.shops));
    assert_eq!(balance(&world, PAYABLE), 320);
    assert_eq!(
        anna.give(&world, &rest, shop()).unwrap(),
        CouponOutcome::Done
    );
    assert_eq!(balance(&world, PAYABLE), 500);
    require_books(&world);
}

#[test]
fn t001_10_of_a_postpaid_coupon_what_was_taken_is_charged_to_the_unit() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Postpaid, 500);
    hold(&world, &mut anna, &coupon);
    assert_eq!(
        said(&world, &coupon, (TAKE, Some(320)), 1),
        CouponOutcome::Done
    );
    assert_eq!(available(&world, "holder 1"), 49_500, "all of it set aside");
    period_passes(&world);
    assert_eq!(balance(&world, "holder 1"), 50_000 - 320);
    assert_eq!(available(&world, "holder 1"), 50_000 - 500);
    let made = anna.look(&world, coupon.id()).unwrap().made.unwrap();
    let rest = anna.fetch(&world, made);
    anna.give(&world, &rest, shop()).unwrap();
    period_passes(&world);
    assert_eq!(balance(&world, "holder 1"), 50_000 - 500);
    assert_eq!(available(&world, "holder 1"), 50_000 - 500);
    assert_eq!(balance(&world, PAYABLE), 500);
    require_books(&world);
}

#[test]
fn nothing_comes_of_the_order_and_the_coupon_is_its_owners_as_before() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    for is_said in [true, false] {
        let coupon = anna.buy(&world, Funding::Prepaid, 500);
        hold(&world, &mut anna, &coupon);
        if is_said {
            assert_eq!(said(&world, &coupon, (FREE, None), 1), CouponOutcome::Done);
        } else {
            world.run_for(HELD_MS);
        }
        let status = anna.look(&world, coupon.id()).unwrap();
        assert_eq!((status.state, status.change), (Some(CouponState::Owned), 0));
        let late = said(&world, &coupon, (TAKE, Some(500)), 2);
        assert_eq!(late, CouponOutcome::WrongState);
        assert_eq!(
            anna.give(&world, &coupon, shop()).unwrap(),
            CouponOutcome::Done
        );
    }
    require_books(&world);
}

#[test]
fn several_coupons_go_into_one_order_and_each_is_taken_once() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupons: Vec<_> = [100, 200, 300]
        .map(|value| anna.buy(&world, Funding::Prepaid, value))
        .into();
    for coupon in &coupons {
        assert_eq!(hold(&world, &mut anna, coupon), CouponOutcome::Done);
    }
    for (coupon, amount) in coupons.iter().zip([100, 200, 50]) {
        let taken = said(&world, coupon, (TAKE, Some(amount)), 1);
        assert_eq!(taken, CouponOutcome::Done);
    }
    assert_eq!(balance(&world, PAYABLE), 350);
    let out = "SELECT sum(minor) FROM coupons WHERE state = 'owned'";
    assert_eq!(world.number(COUPONS, out), 250);
    require_books(&world);
}

#[test]
fn what_is_given_back_is_a_coupon_of_the_holder_and_never_more_than_was_taken() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Postpaid, 500);
    hold(&world, &mut anna, &coupon);
    assert_eq!(
        said(&world, &coupon, (BACK, Some(1)), 1),
        CouponOutcome::WrongState
    );
    assert_eq!(
        said(&world, &coupon, (TAKE, Some(500)), 2),
        CouponOutcome::Done
    );
    let body = settlement(&world, coupon.id(), (BACK, Some(200)), 3);
    for _ in 0..2 {
        assert_eq!(settle(&world, &body), CouponOutcome::Done, "once");
    }
    assert_eq!(
        said(&world, &coupon, (BACK, Some(301)), 4),
        CouponOutcome::Invalid
    );
    let made = anna.look(&world, coupon.id()).unwrap().made.unwrap();
    let back = anna.fetch(&world, made);
    assert_eq!(back.opened.terms.value.minor, 200);
    assert_eq!(back.opened.terms.funding, Funding::Prepaid, "it is charged");
    assert_eq!(balance(&world, PAYABLE), 300);
    period_passes(&world);
    assert_eq!(balance(&world, "holder 1"), 49_500);
    assert_eq!(
        said(&world, &back, (BACK, Some(300)), 5),
        CouponOutcome::WrongState
    );
    assert_eq!(
        said(&world, &coupon, (BACK, Some(300)), 6),
        CouponOutcome::Done
    );
    require_books(&world);
}

#[test]
fn another_order_takes_nothing_and_nothing_is_held_without_its_owner() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let mut bare = presentation(&world, &coupon, None);
    bare.held_for = Some(ORDER);
    assert_eq!(
        present(&world, &by_shop(&world, &bare)).unwrap_err(),
        "malformed"
    );
    let transfer = anna.transfer(&world, &coupon, shop());
    let mut other = presentation(&world, &coupon, Some(anna.sign(&transfer)));
    other.held_for = Some([6; 32]);
    let held = present(&world, &by_shop(&world, &other)).unwrap().outcome;
    assert_eq!(held, CouponOutcome::Done);
    assert_eq!(
        said(&world, &coupon, (TAKE, Some(500)), 1),
        CouponOutcome::NotOwner
    );
    assert_eq!(balance(&world, PAYABLE), 0);
}

#[test]
fn a_holder_who_did_not_look_in_between_finds_all_that_was_made_of_a_coupon() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    hold(&world, &mut anna, &coupon);
    let words = [(TAKE, 320), (BACK, 100), (BACK, 50)];
    for (number, (kind, minor)) in (1..).zip(words) {
        let told = said(&world, &coupon, (kind, Some(minor)), number);
        assert_eq!(told, CouponOutcome::Done);
    }
    // The last one is spent in part, and what is left of it comes before the others.
    let last = anna.look(&world, coupon.id()).unwrap().made.unwrap();
    let last = anna.fetch(&world, last);
    hold(&world, &mut anna, &last);
    assert_eq!(
        said(&world, &last, (TAKE, Some(20)), 4),
        CouponOutcome::Done
    );
    let mut found = Vec::new();
    let mut next = anna.look(&world, coupon.id()).unwrap().made;
    while let Some(made) = next {
        let made = anna.look(&world, made).unwrap();
        let whole = made.whole.map(|bytes| held(&world, bytes));
        found.push(whole.map(|whole| whole.opened.terms.value.minor));
        next = made.made;
    }
    assert_eq!(found, [None, Some(30), Some(100), Some(180)]);
    // Somebody else who has one of them now is not told of the others.
    let mut ben = Person::new(&world, 2);
    let rest = anna.look(&world, last.id()).unwrap().made.unwrap();
    let rest = anna.fetch(&world, rest);
    anna.give(&world, &rest, ben.owner()).unwrap();
    assert_eq!(ben.look(&world, rest.id()).unwrap().made, None);
    require_books(&world);
}
