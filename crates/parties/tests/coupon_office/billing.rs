//! What is charged, totalled and paid out (C14 to C19).

use tallystick_protocol::coupon::{BillingAnswer, BillingQuery, CouponOutcome, Funding, LineKind};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::Currency;

use super::coupon::{
    Person, available, balance, command, office_key, period_passes, require_books, shop, world, yen,
};
use super::world::{COUPONS, World};

fn posted_debits(world: &World) -> i64 {
    let sql = "SELECT coalesce((SELECT debits_posted FROM accounts WHERE name = 'holder 1'), 0)";
    world.number(COUPONS, sql)
}

fn bill(person: &mut Person, world: &World) -> BillingAnswer {
    let asked = BillingQuery {
        currency: Currency::Jpy,
        before: None,
    };
    let said = person.say(world, "/v1/coupon-bills", None, &encode(&asked));
    keyed::open(&said.unwrap(), &office_key(world)).unwrap()
}

#[test]
fn t001_10_what_reaches_a_shop_charges_its_exact_value() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let values = [1, 700, 19_999];
    for value in values {
        let coupon = anna.buy(&world, Funding::Postpaid, value);
        assert_eq!(
            anna.give(&world, &coupon, shop()).unwrap(),
            CouponOutcome::Done
        );
    }
    let sum: u64 = values.iter().sum();
    let bill = bill(&mut anna, &world);
    assert_eq!((bill.charged, bill.converted), (yen(sum), yen(0)));
    assert_eq!(bill.lines.len(), 3);
    assert!(bill.lines.iter().all(|line| line.kind == LineKind::Charge));
    let sum = i64::try_from(sum).unwrap();
    assert_eq!(balance(&world, "charges 1"), -sum);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), sum);
    require_books(&world);
}

#[test]
fn t001_11_the_account_is_debited_at_the_periods_total_only() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    for value in [700, 300] {
        let coupon = anna.buy(&world, Funding::Postpaid, value);
        anna.give(&world, &coupon, shop()).unwrap();
        assert_eq!(posted_debits(&world), 0, "set aside, not debited");
    }
    assert_eq!(available(&world, "holder 1"), 49_000);
    period_passes(&world);
    assert_eq!(posted_debits(&world), 1_000);
    assert_eq!(balance(&world, "charges 1"), 0);
    assert_eq!(available(&world, "holder 1"), 49_000);
    let debits = "SELECT count(*) FROM transfers t JOIN accounts d ON d.account = t.debit
        WHERE d.name = 'holder 1' AND t.kind = 'single'";
    assert_eq!(world.number(COUPONS, debits), 1, "one total");
    let bill = bill(&mut anna, &world);
    assert_eq!(
        (bill.charged, bill.lines[0].kind),
        (yen(0), LineKind::Debit)
    );
    assert_eq!(bill.lines[0].money, yen(1_000));
    period_passes(&world);
    assert_eq!(posted_debits(&world), 1_000, "once");
    require_books(&world);
}

#[test]
fn t001_11_an_operator_has_it_totalled_before() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Postpaid, 700);
    anna.give(&world, &coupon, shop()).unwrap();
    command(&world, "bill-coupons", &[], "1");
    world.run_for(5_000);
    assert_eq!(posted_debits(&world), 700);
    require_books(&world);
}

#[test]
fn t001_12_a_conversion_lessens_what_is_charged() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let spent = anna.buy(&world, Funding::Postpaid, 700);
    anna.give(&world, &spent, shop()).unwrap();
    let prepaid = anna.buy(&world, Funding::Prepaid, 200);
    assert_eq!(anna.convert(&world, &prepaid), CouponOutcome::Done);
    let before = available(&world, "holder 1");
    period_passes(&world);
    // 700 was set aside, of which 500 is taken.
    assert_eq!(available(&world, "holder 1"), before + 200);
    assert_eq!(available(&world, "holder 1"), 50_000 - 700);
    assert_eq!(balance(&world, "charges 1"), 0);
    require_books(&world);
}

#[test]
fn t001_12_a_negative_total_is_paid_out() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 900);
    anna.give(&world, &coupon, ben.owner()).unwrap();
    let at_ben = ben.fetch(&world, coupon.id());
    assert_eq!(ben.convert(&world, &at_ben), CouponOutcome::Done);
    assert_eq!(
        available(&world, "holder 2"),
        50_000,
        "not before the total"
    );
    period_passes(&world);
    assert_eq!(available(&world, "holder 2"), 50_900);
    assert_eq!(available(&world, "holder 1"), 49_100);
    let bill = bill(&mut ben, &world);
    assert_eq!(bill.lines[0].kind, LineKind::PayOut);
    assert_eq!(bill.lines[0].money, yen(900));
    require_books(&world);
}

#[test]
fn t001_12_converting_a_postpaid_coupon_charges_its_issuee_in_the_same_entry() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Postpaid, 800);
    anna.give(&world, &coupon, ben.owner()).unwrap();
    let at_ben = ben.fetch(&world, coupon.id());
    assert_eq!(ben.convert(&world, &at_ben), CouponOutcome::Done);
    assert_eq!(balance(&world, "charges 1"), -800);
    assert_eq!(balance(&world, "charges 2"), 800);
    period_passes(&world);
    assert_eq!(available(&world, "holder 1"), 49_200);
    assert_eq!(available(&world, "holder 2"), 50_800);
    require_books(&world);
}

#[test]
fn t001_12_converting_ones_own_postpaid_coupon_wins_nothing() {
    let world = world();
    let mut anna = Person::new(&world, 1);
    let coupon = anna.buy(&world, Funding::Postpaid, 800);
    assert_eq!(anna.convert(&world, &coupon), CouponOutcome::Done);
    let bill = bill(&mut anna, &world);
    assert_eq!((bill.charged, bill.converted), (yen(800), yen(800)));
    period_passes(&world);
    assert_eq!(available(&world, "holder 1"), 50_000);
    assert_eq!(anna.convert(&world, &coupon), CouponOutcome::WrongState);
    require_books(&world);
}

#[test]
fn t001_10_the_charges_equal_the_sum_of_what_reached_shops_to_the_unit() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let mut sum = 0;
    for number in 0_u64..12 {
        let value = 101 * (number + 1);
        let coupon = anna.buy(&world, Funding::Postpaid, value);
        if number % 3 == 0 {
            anna.give(&world, &coupon, ben.owner()).unwrap();
            let at_ben = ben.fetch(&world, coupon.id());
            ben.give(&world, &at_ben, shop()).unwrap();
        } else {
            anna.give(&world, &coupon, shop()).unwrap();
        }
        sum += i64::try_from(value).unwrap();
    }
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), sum);
    period_passes(&world);
    assert_eq!(available(&world, "holder 1"), 50_000 - sum);
    assert_eq!(available(&world, "holder 2"), 50_000);
    require_books(&world);
}
