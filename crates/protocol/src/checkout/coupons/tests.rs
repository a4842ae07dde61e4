//! What coupons pay of an order, and what goes back to them.

use alloc::string::ToString as _;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::coupon::{Conditions, CouponId, CouponKind, CouponTerms, Funding};
use crate::wire::cbor::encode_value;
use crate::wire::identifier::Domain;
use crate::wire::money::Currency;
use crate::wire::time::Timestamp;

const NOW: Timestamp = Timestamp(1_000);

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

fn rule() -> CouponRule {
    CouponRule {
        offices: vec![domain("coupons.example")],
        most: 3,
        order: CouponOrder::EndingFirst,
        mix: CouponMix::Any,
        conditions: vec!["tea".into()],
        refund: RefundOrder::CouponsFirst,
    }
}

/// A coupon of that number, worth that much, that ends then.
fn worth(number: u8, value: u64, valid_until: u64) -> CouponTerms {
    CouponTerms {
        office: domain("coupons.example"),
        coupon: CouponId([number; 16]),
        campaign: None,
        kind: CouponKind::Voucher,
        funding: Funding::Prepaid,
        value: yen(value),
        shops: Vec::new(),
        conditions: Conditions::default(),
        not_before: Timestamp(900),
        valid_until: Timestamp(valid_until),
        issued_at: Timestamp(900),
    }
}

fn applied(
    rule: &CouponRule,
    total: u64,
    coupons: &[CouponTerms],
) -> Result<(Vec<u64>, u64), CouponRuleError> {
    let shop = domain("shop.example");
    let coupons: Vec<&CouponTerms> = coupons.iter().collect();
    let applied = rule.shares((yen(total), &shop), NOW, &coupons)?;
    let shares = applied.shares.iter().map(|share| share.minor).collect();
    Ok((shares, applied.rest.minor))
}

#[test]
fn coupons_pay_in_the_order_that_the_form_says_however_they_were_named() {
    let (early, large) = (worth(1, 300, 2_000), worth(2, 500, 3_000));
    let ending_first = rule();
    let largest_first = CouponRule {
        order: CouponOrder::LargestFirst,
        ..rule()
    };
    let named = [early.clone(), large.clone()];
    let reversed = [large, early];
    assert_eq!(applied(&ending_first, 600, &named), Ok((vec![300, 300], 0)));
    assert_eq!(
        applied(&ending_first, 600, &reversed),
        Ok((vec![300, 300], 0))
    );
    assert_eq!(
        applied(&largest_first, 600, &named),
        Ok((vec![100, 500], 0))
    );
    assert_eq!(
        applied(&largest_first, 600, &reversed),
        Ok((vec![500, 100], 0))
    );
    // What they do not pay is left.
    assert_eq!(
        applied(&ending_first, 3_480, &named),
        Ok((vec![300, 500], 2_680))
    );
    // Of two alike everybody has the same one pay first.
    let (one, other) = (worth(3, 400, 2_000), worth(4, 400, 2_000));
    let alike = applied(&ending_first, 500, &[other, one]);
    assert_eq!(alike, Ok((vec![100, 400], 0)));
}

#[test]
fn a_coupon_that_does_not_fit_is_refused_and_named() {
    type Change = fn(&mut CouponTerms);
    let changes: [(Change, CouponUnfit); 7] = [
        (
            |terms| terms.office = domain("other.example"),
            CouponUnfit::Office,
        ),
        (
            |terms| terms.shops = vec![domain("tea.example")],
            CouponUnfit::Shop,
        ),
        (
            |terms| terms.value.currency = Currency::Eur,
            CouponUnfit::Currency,
        ),
        (
            |terms| terms.not_before = Timestamp(1_001),
            CouponUnfit::NotYet,
        ),
        (|terms| terms.valid_until = NOW, CouponUnfit::Expired),
        (
            |terms| terms.conditions.minimum_total = Some(yen(1_001)),
            CouponUnfit::Total,
        ),
        (
            |terms| terms.conditions.condition = Some("coffee".into()),
            CouponUnfit::Condition,
        ),
    ];
    for (change, why) in changes {
        let mut other = worth(2, 200, 3_000);
        change(&mut other);
        let coupon = other.coupon;
        let refused = applied(&rule(), 1_000, &[worth(1, 300, 2_000), other]);
        assert_eq!(refused, Err(CouponRuleError::Unfit { coupon, why }));
    }
}

#[test]
fn a_coupon_whose_conditions_the_order_meets_pays() {
    let mut bound = worth(1, 300, 2_000);
    bound.shops = vec![domain("tea.example"), domain("shop.example")];
    bound.not_before = NOW;
    bound.conditions = Conditions {
        minimum_total: Some(yen(1_000)),
        condition: Some("tea".into()),
        once_each: true,
    };
    assert_eq!(applied(&rule(), 1_000, &[bound]), Ok((vec![300], 700)));
}

#[test]
fn which_coupons_go_together_says_the_form() {
    let money = |number| CouponTerms {
        kind: CouponKind::ElectronicMoney,
        ..worth(number, 100, 2_000)
    };
    let voucher = |number| worth(number, 100, 2_000);
    let one_voucher = CouponRule {
        mix: CouponMix::OneVoucher,
        ..rule()
    };
    let two = [voucher(1), voucher(2)];
    assert_eq!(
        applied(&one_voucher, 900, &two),
        Err(CouponRuleError::Vouchers)
    );
    assert_eq!(applied(&rule(), 900, &two), Ok((vec![100, 100], 700)));
    let mixed = [money(1), voucher(2), money(3)];
    let paid = applied(&one_voucher, 900, &mixed);
    assert_eq!(paid, Ok((vec![100, 100, 100], 600)));
    let four = [money(1), money(2), money(3), money(4)];
    assert_eq!(
        applied(&rule(), 900, &four),
        Err(CouponRuleError::TooMany(3))
    );
    assert_eq!(applied(&rule(), 900, &[]), Err(CouponRuleError::NoCoupon));
}

#[test]
fn a_coupon_that_would_pay_nothing_or_twice_is_refused() {
    let unfit = |number: u8, why| CouponRuleError::Unfit {
        coupon: CouponId([number; 16]),
        why,
    };
    let (one, other) = (worth(1, 300, 2_000), worth(2, 500, 3_000));
    assert_eq!(
        applied(&rule(), 300, &[other, one.clone()]),
        Err(unfit(2, CouponUnfit::Unneeded))
    );
    assert_eq!(
        applied(&rule(), 900, &[one.clone(), one]),
        Err(unfit(1, CouponUnfit::Twice))
    );
}

#[test]
fn a_rule_outside_its_limits_is_none() {
    type Change = fn(&mut CouponRule);
    let long = |rule: &mut CouponRule| rule.conditions = vec!["a".repeat(65)];
    let changes: [Change; 8] = [
        |rule| rule.offices.clear(),
        |rule| rule.offices.push(domain("coupons.example")),
        |rule| {
            let number = |number: usize| domain(&alloc::format!("office-{number}.example"));
            rule.offices = (0..=OFFICES_MAX).map(number).collect();
        },
        |rule| rule.most = 0,
        |rule| rule.most = 5,
        |rule| rule.conditions.push("tea".into()),
        |rule| rule.conditions = (0..=CONDITIONS_MAX).map(|at| at.to_string()).collect(),
        long,
    ];
    assert!(rule().is_sound());
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = rule();
        change(&mut changed);
        assert!(!changed.is_sound(), "number {at}");
    }
}

#[test]
fn an_order_takes_one_to_four_coupons_within_the_fields_limit() {
    let share = |bytes: usize| CouponShare {
        coupon: vec![1; bytes],
        transfer: vec![2; 400],
        amount: yen(1),
    };
    let four = vec![share(2_500); COUPONS_MAX];
    let content = content_of(&four).unwrap();
    assert_eq!(coupons_of(&content), Ok(four));
    for other in [vec![], vec![share(1); COUPONS_MAX + 1]] {
        assert_eq!(content_of(&other), Err(FieldError::Coupons));
        assert_eq!(coupons_of(&encode_value(&other)), Err(FieldError::Coupons));
    }
    assert_eq!(content_of(&vec![share(3_000); 4]), Err(FieldError::Coupons));
    let malformed = Err(FieldError::Malformed(Field::Coupons));
    assert_eq!(coupons_of(&content[1..]), malformed);
}

const fn paid(taken: u64, given_back: u64) -> Paid {
    Paid {
        taken: Money::new(taken, Currency::Jpy),
        given_back: Money::new(given_back, Currency::Jpy),
    }
}

fn split(
    order: RefundOrder,
    coupons: &[Paid],
    rest: Paid,
    amount: u64,
) -> Result<(Vec<u64>, u64), SplitRefundError> {
    let split = split_refund(order, coupons, rest, yen(amount))?;
    let coupons = split.coupons.iter().map(|part| part.minor).collect();
    Ok((coupons, split.rest.minor))
}

#[test]
fn what_coupons_paid_is_given_back_first_or_each_as_it_paid() {
    let coupons = [paid(300, 0), paid(500, 100)];
    let rest = paid(1_200, 0);
    let first = |amount| split(RefundOrder::CouponsFirst, &coupons, rest, amount);
    assert_eq!(first(200), Ok((vec![200, 0], 0)));
    assert_eq!(first(600), Ok((vec![300, 300], 0)));
    assert_eq!(first(1_000), Ok((vec![300, 400], 300)));
    let even = |amount| split(RefundOrder::InProportion, &coupons, rest, amount);
    assert_eq!(even(190), Ok((vec![30, 40], 120)));
    assert_eq!(even(1_900), Ok((vec![300, 400], 1_200)));
    for order in RefundOrder::ALL {
        assert_eq!(
            split(order, &coupons, rest, 1_901),
            Err(SplitRefundError::TooMuch)
        );
    }
}

#[test]
fn whatever_is_given_back_in_whatever_steps_nobody_gets_more_than_was_paid() {
    for order in RefundOrder::ALL {
        for step in [1, 3, 7, 100, 999] {
            let mut coupons = [paid(1, 0), paid(333, 0), paid(500, 0)];
            let mut rest = paid(165, 0);
            let mut open = 999;
            while open > 0 {
                let amount = step.min(open);
                let (parts, other) = split(order, &coupons, rest, amount).unwrap();
                assert_eq!(parts.iter().sum::<u64>() + other, amount);
                for (paid, part) in coupons.iter_mut().zip(parts) {
                    paid.given_back.minor += part;
                    assert!(paid.given_back.minor <= paid.taken.minor);
                }
                rest.given_back.minor += other;
                assert!(rest.given_back.minor <= rest.taken.minor);
                open -= amount;
            }
            let all = coupons.iter().chain([&rest]);
            assert!(all.into_iter().all(|paid| paid.given_back == paid.taken));
        }
    }
}

#[test]
fn the_largest_amounts_are_split_without_overflow_and_other_currencies_are_refused() {
    let most = crate::wire::money::MINOR_MAX;
    let parts = split(
        RefundOrder::InProportion,
        &[paid(most, 0)],
        paid(most, 0),
        most,
    );
    assert_eq!(parts, Ok((vec![most / 2 + 1], most / 2)));
    let euro = Paid {
        taken: Money::new(5, Currency::Eur),
        given_back: Money::zero(Currency::Eur),
    };
    let mixed = split(RefundOrder::CouponsFirst, &[euro], paid(5, 0), 1);
    assert!(matches!(mixed, Err(SplitRefundError::Money(_))));
}
