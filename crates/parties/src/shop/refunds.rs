//! The rows of refunds that the shop asked for, and the only place that decides to ask.

use tallystick_protocol::checkout::coupons::{Paid, RefundOrder, split_refund};
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::checkout::refunds::{REFUNDS_MAX, RefundOutcome};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::book::{self, Order};
use super::coupons::{self, CouponRefund, ShareState};
use super::state::OrderState;
use super::{letters, settling};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A refund that the shop asked for.
    pub struct Refund in "shop_refunds" {
        /// The order.
        pub order_id: OrderId = "order_id",
        /// Which refund of this order, from 1.
        pub number: u32 = "number",
        /// How much.
        pub money: Money = "minor, currency",
        /// When it was asked for.
        pub asked_at: Timestamp = "asked_at",
        /// What came of it, once whoever paid has signed that.
        pub outcome: Option<RefundOutcome> = "outcome",
    }
}

impl Refund {
    /// The reference of its letter and its statement.
    #[must_use]
    pub fn reference(&self, root: &Root) -> String {
        format!("{root} {}", self.number)
    }
}

/// What was decided to be given back, and to whom.
pub struct Decided {
    /// To whoever paid what coupons did not, if it gets anything.
    pub rest: Option<Refund>,
    /// To coupons.
    pub coupons: Vec<CouponRefund>,
}

/// Decides to give back `minor` of what an order cost: to its coupons and to whoever paid the rest, as the form's rule splits
/// it. Call it in a transaction.
///
/// # Errors
/// [`Kind::Conflict`] if the order is not charged, if less is left, or after [`REFUNDS_MAX`] refunds.
pub fn decide(
    tables: &dyn Tables,
    order: &Order,
    minor: u64,
    now: Timestamp,
) -> Result<Decided, Fault> {
    let is_charged = settling::is_charged(tables, &order.root)?;
    if order.state != OrderState::Accepted || !is_charged {
        let said = "Only what was charged can be given back.";
        return Err(Fault::new(Kind::Conflict, said));
    }
    let asked = of(tables, &order.order_id)?;
    let asked_of_coupons = coupons::refunds_of(tables, &order.order_id)?;
    let paid = paid_by_coupons(tables, order, &asked_of_coupons, now)?;
    let rest = Paid {
        taken: order.rest(),
        given_back: Money::new(given(&asked), order.amount.currency),
    };
    let left = paid.iter().chain([&rest]).fold(0_u64, |sum, paid| {
        sum.saturating_add(paid.taken.minor.saturating_sub(paid.given_back.minor))
    });
    if minor == 0 || minor > left {
        let said = format!("At most {left} can be given back.");
        return Err(Fault::new(Kind::Conflict, said));
    }
    let numbers = asked.iter().map(|refund| refund.number);
    let numbers = numbers.chain(asked_of_coupons.iter().map(|refund| refund.number));
    let number = numbers.max().unwrap_or(0).saturating_add(1);
    if number > REFUNDS_MAX {
        return Err(Fault::new(Kind::OverCap, ""));
    }
    let amount = Money::new(minor, order.amount.currency);
    let split = split_refund(refund_order(order)?, &paid, rest, amount);
    let split = split.map_err(|_| Fault::internal())?;
    let refund = |money| Refund {
        order_id: order.order_id,
        number,
        money,
        asked_at: now,
        outcome: None,
    };
    let rest = Some(split.rest).filter(|money| money.minor > 0).map(refund);
    if let Some(rest) = &rest {
        typed::insert(tables, rest)?;
    }
    let mut refunds = Vec::new();
    for (place, money) in (0..).zip(split.coupons) {
        if money.minor == 0 {
            continue;
        }
        let refund = CouponRefund {
            order_id: order.order_id,
            number,
            place,
            money,
            asked_at: now,
            outcome: None,
        };
        typed::insert(tables, &refund)?;
        refunds.push(refund);
    }
    Ok(Decided {
        rest,
        coupons: refunds,
    })
}

/// What each coupon of an order has paid and been given back. To one whose time is over nothing can be given back.
fn paid_by_coupons(
    tables: &dyn Tables,
    order: &Order,
    asked: &[CouponRefund],
    now: Timestamp,
) -> Result<Vec<Paid>, Fault> {
    let currency = order.amount.currency;
    let coupons = coupons::of_order(tables, &order.order_id)?;
    if coupons.iter().any(|one| one.state == ShareState::Taking) {
        let said = "Its coupons are not taken yet. Try again in a moment.";
        return Err(Fault::new(Kind::Conflict, said));
    }
    let paid = coupons.iter().map(|coupon| {
        let mine = asked.iter().filter(|refund| refund.place == coupon.place);
        let back = mine.filter(|refund| refund.counts());
        let back = back.fold(0_u64, |sum, refund| sum.saturating_add(refund.money.minor));
        let can = coupon.state == ShareState::Taken && coupon.valid_until > now;
        Paid {
            taken: Money::new(if can { coupon.share.minor } else { back }, currency),
            given_back: Money::new(back, currency),
        }
    });
    Ok(paid.collect())
}

/// What is given back first, as the order's form says.
fn refund_order(order: &Order) -> Result<RefundOrder, Fault> {
    let form: OrderForm = decode(&order.form).map_err(|_| Fault::internal())?;
    Ok(form
        .coupons
        .map_or(RefundOrder::CouponsFirst, |rule| rule.refund))
}

/// The refunds of an order, in their order.
///
/// # Errors
/// Only the database's own.
pub fn of(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Vec<Refund>, DatabaseError> {
    let of_order = "order_id = ? ORDER BY number";
    typed::find_all(tables, of_order, &[(*order_id).into()])
}

/// What whoever paid signed about the refunds of an order.
///
/// # Errors
/// Only the database's own.
pub fn advices(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Vec<Vec<u8>>, DatabaseError> {
    let sql = "SELECT p.bytes FROM shop_refunds r JOIN shop_papers p
        ON p.order_id = r.order_id AND p.kind = ? || '-' || r.number
        WHERE r.order_id = ? ORDER BY r.number LIMIT ?";
    let values = [
        letters::REFUND_ADVICE.into(),
        order_id.0.into(),
        REFUNDS_MAX.into(),
    ];
    typed::all(tables, sql, &values)
}

/// What was given back, or may still be, in minor units.
fn given(refunds: &[Refund]) -> u64 {
    let counts = |refund: &&Refund| matches!(refund.outcome, None | Some(RefundOutcome::Refunded));
    let counted = refunds.iter().filter(counts);
    counted.fold(0, |sum, refund| sum.saturating_add(refund.money.minor))
}

/// The order and the refund that a letter of this reference is about.
///
/// # Errors
/// [`Kind::NotFound`] if there is none.
pub fn by_reference(tables: &dyn Tables, reference: &str) -> Result<(Order, Refund), Fault> {
    let (root, number) = reference.split_once(' ').ok_or_else(Fault::not_found)?;
    let number: u32 = number.parse().map_err(|_| Fault::not_found())?;
    let order = book::by_reference(tables, root)?;
    let values = [order.order_id.into(), number.into()];
    let refund = typed::find(tables, "order_id = ? AND number = ?", &values)?;
    Ok((order, refund.ok_or_else(Fault::not_found)?))
}

/// Keeps what whoever paid signed about a refund: what came of it, and of how much.
///
/// # Errors
/// Only the database's own.
pub fn settle(
    tables: &dyn Tables,
    refund: &Refund,
    outcome: RefundOutcome,
    money: Money,
    signed: &[u8],
) -> Result<(), DatabaseError> {
    tables.run(
        "UPDATE shop_refunds SET outcome = ?, minor = ?, currency = ?
         WHERE order_id = ? AND number = ? AND outcome IS NULL",
        &[
            outcome.as_str().into(),
            money.minor.into(),
            money.currency.code().into(),
            refund.order_id.0.into(),
            refund.number.into(),
        ],
    )?;
    let paper = format!("{}-{}", letters::REFUND_ADVICE, refund.number);
    book::keep_paper(tables, &refund.order_id, &paper, signed)
}
