//! What of a refund goes back to which coupon, and what to whoever paid the rest.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};

use crate::wire::money::{Money, MoneyError};

crate::named_enum! {
    /// What is given back first.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum RefundOrder {
        /// What the coupons paid, then what was paid otherwise.
        #[n(1)]
        CouponsFirst => "coupons-first",
        /// Each as it paid.
        #[n(2)]
        InProportion => "in-proportion",
    }
}

/// What one coupon, or whoever paid the rest, has paid of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    /// What was paid.
    pub taken: Money,
    /// What of it was given back before.
    pub given_back: Money,
}

/// What goes back to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitRefund {
    /// To each coupon, in their order; it may be zero.
    pub coupons: Vec<Money>,
    /// To whoever paid the rest; it may be zero.
    pub rest: Money,
}

/// Why a refund cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitRefundError {
    /// More than is left of what was paid.
    #[error("That is more than what was paid and not given back.")]
    TooMuch,
    /// The amounts are not of one kind.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// What of `amount` goes back to each coupon, and what to whoever paid the rest.
///
/// In proportion means: to what each has paid and not been given back; what rounding leaves goes to whoever lost most by it,
/// the first of them if several did. So all that is given back never exceeds what was paid, by anybody.
///
/// # Errors
/// [`SplitRefundError::TooMuch`], or [`SplitRefundError::Money`] of amounts in several currencies.
pub fn split_refund(
    order: RefundOrder,
    coupons: &[Paid],
    rest: Paid,
    amount: Money,
) -> Result<SplitRefund, SplitRefundError> {
    let all = coupons.iter().copied().chain([rest]);
    let left: Vec<u64> = all
        .map(|paid| left_of(paid, amount))
        .collect::<Result<_, _>>()?;
    let sum: u128 = left.iter().copied().map(u128::from).sum();
    if u128::from(amount.minor) > sum {
        return Err(SplitRefundError::TooMuch);
    }
    let mut parts = match order {
        RefundOrder::CouponsFirst => one_after_another(&left, amount.minor),
        RefundOrder::InProportion => in_proportion(&left, amount.minor, sum),
    };
    let of = |minor| Money::new(minor, amount.currency);
    let rest = of(parts.pop().unwrap_or(0));
    let coupons = parts.into_iter().map(of).collect();
    Ok(SplitRefund { coupons, rest })
}

fn left_of(paid: Paid, amount: Money) -> Result<u64, MoneyError> {
    let left = paid.taken.checked_sub(paid.given_back)?;
    // Says whether they are of one currency.
    left.checked_add(Money::zero(amount.currency))?;
    Ok(left.minor)
}

fn one_after_another(left: &[u64], amount: u64) -> Vec<u64> {
    let mut open = amount;
    let take = |left: &u64| {
        let part = open.min(*left);
        open -= part;
        part
    };
    left.iter().map(take).collect()
}

/// The largest remainders: each part is rounded down, and the units left over go where most was lost. A part that loses
/// something is below what is left of it, so that one unit more is not too much.
fn in_proportion(left: &[u64], amount: u64, sum: u128) -> Vec<u64> {
    let product = |left: &u64| u128::from(*left) * u128::from(amount);
    let share = |left: &u64| product(left).checked_div(sum).unwrap_or(0);
    let lost = |left: &u64| product(left).checked_rem(sum).unwrap_or(0);
    // No share is above its own part, which is a u64.
    let mut parts: Vec<u64> = left
        .iter()
        .map(|part| u64::try_from(share(part)).unwrap_or(*part))
        .collect();
    let mut turns: Vec<usize> = (0..left.len()).collect();
    turns.sort_by_key(|at| core::cmp::Reverse(left.get(*at).map_or(0, lost)));
    let over = amount - parts.iter().sum::<u64>();
    for at in turns.into_iter().take(usize::try_from(over).unwrap_or(0)) {
        if let Some(part) = parts.get_mut(at) {
            *part += 1;
        }
    }
    parts
}
