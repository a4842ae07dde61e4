//! Which coupons a shop takes, and what each of them pays.

use alloc::{string::String, vec::Vec};

use minicbor::{Decode, Decoder, Encode};
use tallystick_codec::DecodeMap;

use super::{COUPONS_MAX, RefundOrder};
use crate::coupon::{CouponId, CouponKind, CouponTerms, is_condition};
use crate::wire::cbor::decode_list;
use crate::wire::identifier::Domain;
use crate::wire::money::Money;
use crate::wire::time::Timestamp;

/// The most offices whose coupons a shop takes.
pub const OFFICES_MAX: usize = 4;
/// The most conditions that one order meets.
pub const CONDITIONS_MAX: usize = 8;

crate::named_enum! {
    /// In which order several coupons pay.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum CouponOrder {
        /// Whichever ends first pays first.
        #[n(1)]
        EndingFirst => "ending-first",
        /// Whichever is worth most pays first.
        #[n(2)]
        LargestFirst => "largest-first",
    }
}

crate::named_enum! {
    /// Which coupons go together.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum CouponMix {
        /// Any.
        #[n(1)]
        Any => "any",
        /// At most one voucher, with any number of coupons that are electronic money.
        #[n(2)]
        OneVoucher => "one-voucher",
    }
}

/// Which coupons a shop takes for an order, as its form says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponRule {
    /// Whose coupons, 1 to [`OFFICES_MAX`].
    #[cbor(n(0), decode_with = "decode_offices")]
    pub offices: Vec<Domain>,
    /// How many at most, 1 to [`COUPONS_MAX`].
    #[n(1)]
    pub most: u8,
    /// Which of them pays first.
    #[n(2)]
    pub order: CouponOrder,
    /// Which go together.
    #[n(3)]
    pub mix: CouponMix,
    /// The conditions, by name, that the order meets; at most [`CONDITIONS_MAX`].
    #[cbor(n(4), decode_with = "decode_conditions")]
    pub conditions: Vec<String>,
    /// What is given back first.
    #[n(5)]
    pub refund: RefundOrder,
}

/// What each coupon pays of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What each pays, in the order in which they were named; none of them is zero.
    pub shares: Vec<Money>,
    /// What is left to pay.
    pub rest: Money,
}

/// Why a coupon does not fit an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CouponUnfit {
    /// The shop takes no coupons of that office.
    #[error("The shop takes no coupons of this office.")]
    Office,
    /// It is not good at this shop.
    #[error("The coupon is not good at this shop.")]
    Shop,
    /// It is in another currency than the order.
    #[error("The coupon is in another currency than the order.")]
    Currency,
    /// Its time has not begun.
    #[error("The coupon cannot be used yet.")]
    NotYet,
    /// Its time is over.
    #[error("The coupon has expired.")]
    Expired,
    /// The order comes to less than the coupon asks for.
    #[error("The order comes to less than the coupon asks for.")]
    Total,
    /// The order does not meet the coupon's condition.
    #[error("The order does not meet the coupon's condition.")]
    Condition,
    /// The others pay for the whole order.
    #[error("The order is paid without this coupon.")]
    Unneeded,
    /// It was named twice.
    #[error("A coupon pays an order once.")]
    Twice,
}

/// Why coupons cannot pay an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CouponRuleError {
    /// None was named.
    #[error("No coupon was chosen.")]
    NoCoupon,
    /// More than the shop takes.
    #[error("The shop takes at most {0} coupons for an order.")]
    TooMany(u8),
    /// More vouchers than go together.
    #[error("The shop takes one voucher for an order.")]
    Vouchers,
    /// One of them does not fit.
    #[error("{why}")]
    Unfit {
        /// Which.
        coupon: CouponId,
        /// Why not.
        why: CouponUnfit,
    },
}

impl CouponRule {
    /// Whether it is within its limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let conditions = &self.conditions;
        (1..=OFFICES_MAX).contains(&self.offices.len())
            && is_each_once(&self.offices)
            && (1..=COUPONS_MAX).contains(&self.most.into())
            && conditions.len() <= CONDITIONS_MAX
            && is_each_once(conditions)
            && conditions.iter().all(|name| is_condition(name))
    }

    /// Whether a coupon is good for an order of that total at that shop. Whether a holder has spent one of its campaign
    /// before, the office alone knows.
    ///
    /// # Errors
    /// [`CouponUnfit`] says why not.
    pub fn fits(
        &self,
        terms: &CouponTerms,
        (total, shop): (Money, &Domain),
        now: Timestamp,
    ) -> Result<(), CouponUnfit> {
        let conditions = &terms.conditions;
        let asks = |least: &Money| least.currency != total.currency || least.minor > total.minor;
        let lacks = |name: &String| !self.conditions.contains(name);
        let checks = [
            (!self.offices.contains(&terms.office), CouponUnfit::Office),
            (!terms.is_for(shop), CouponUnfit::Shop),
            (
                terms.value.currency != total.currency,
                CouponUnfit::Currency,
            ),
            (now < terms.not_before, CouponUnfit::NotYet),
            (now >= terms.valid_until, CouponUnfit::Expired),
            (
                conditions.minimum_total.as_ref().is_some_and(asks),
                CouponUnfit::Total,
            ),
            (
                conditions.condition.as_ref().is_some_and(lacks),
                CouponUnfit::Condition,
            ),
        ];
        let unmet = checks.into_iter().find(|(fails, _)| *fails);
        unmet.map_or(Ok(()), |(_, why)| Err(why))
    }

    /// What each of these coupons pays of an order of that total at that shop, and what is left. Wallet and shop both
    /// reckon so.
    ///
    /// # Errors
    /// [`CouponRuleError`] says why they cannot pay it.
    pub fn shares(
        &self,
        order: (Money, &Domain),
        now: Timestamp,
        coupons: &[&CouponTerms],
    ) -> Result<Applied, CouponRuleError> {
        self.go_together(coupons)?;
        for (at, terms) in coupons.iter().enumerate() {
            let before = coupons.iter().take(at);
            if before.into_iter().any(|one| one.coupon == terms.coupon) {
                return Err(unfit(terms, CouponUnfit::Twice));
            }
            self.fits(terms, order, now)
                .map_err(|why| unfit(terms, why))?;
        }
        let mut turns: Vec<(usize, &CouponTerms)> = coupons.iter().copied().enumerate().collect();
        turns.sort_by(|(_, one), (_, other)| self.turn(one, other));
        let mut rest = order.0;
        let mut shares: Vec<Money> = coupons.iter().map(|_| Money::zero(rest.currency)).collect();
        for (at, terms) in turns {
            let pays = terms.value.minor.min(rest.minor);
            if pays == 0 {
                return Err(unfit(terms, CouponUnfit::Unneeded));
            }
            rest.minor -= pays;
            if let Some(share) = shares.get_mut(at) {
                share.minor = pays;
            }
        }
        Ok(Applied { shares, rest })
    }

    fn go_together(&self, coupons: &[&CouponTerms]) -> Result<(), CouponRuleError> {
        if coupons.is_empty() {
            return Err(CouponRuleError::NoCoupon);
        }
        if coupons.len() > usize::from(self.most) {
            return Err(CouponRuleError::TooMany(self.most));
        }
        let is_voucher = |terms: &&&CouponTerms| terms.kind == CouponKind::Voucher;
        let vouchers = coupons.iter().filter(is_voucher).count();
        if self.mix == CouponMix::OneVoucher && vouchers > 1 {
            return Err(CouponRuleError::Vouchers);
        }
        Ok(())
    }

    /// Which of two pays first. Never equal for two coupons, so that everybody reckons alike, however they were named.
    fn turn(&self, one: &CouponTerms, other: &CouponTerms) -> core::cmp::Ordering {
        let ends = one.valid_until.cmp(&other.valid_until);
        let worth = other.value.minor.cmp(&one.value.minor);
        let first = match self.order {
            CouponOrder::EndingFirst => ends.then(worth),
            CouponOrder::LargestFirst => worth.then(ends),
        };
        first.then(one.coupon.cmp(&other.coupon))
    }
}

const fn unfit(terms: &CouponTerms, why: CouponUnfit) -> CouponRuleError {
    CouponRuleError::Unfit {
        coupon: terms.coupon,
        why,
    }
}

fn is_each_once<T: PartialEq>(all: &[T]) -> bool {
    let mut numbered = all.iter().enumerate();
    numbered.all(|(at, one)| all.iter().take(at).all(|before| before != one))
}

fn decode_offices<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<Domain>, minicbor::decode::Error> {
    decode_list(decoder, context, OFFICES_MAX)
}

fn decode_conditions<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<String>, minicbor::decode::Error> {
    decode_list(decoder, context, CONDITIONS_MAX)
}
