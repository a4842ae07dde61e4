//! Which of the holder's coupons can pay an order, and why the others cannot.

use tallystick_protocol::checkout::coupons::{CouponRuleError, CouponUnfit};
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::held::{Bar, Held, held};
use crate::slices::Slices;

tallystick_protocol::named_enum! {
    /// Why a coupon cannot pay. The name is a key of the pages' catalogue.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Obstacle {
        /// The shop takes no coupons.
        NoneHere => "none-here",
        /// The shop takes none of that office.
        Office => "office",
        /// It is good at other shops.
        Shop => "shop",
        /// It is in another currency.
        Currency => "currency",
        /// Its time has not begun.
        NotYet => "not-yet",
        /// Its time is over.
        Expired => "expired",
        /// The order comes to too little.
        Total => "total",
        /// The order does not meet its condition.
        Condition => "condition",
        /// It is locked.
        Locked => "locked",
        /// Something else is under way with it.
        UnderWay => "under-way",
        /// It is in another card than what pays.
        OtherCard => "other-card",
        /// The others pay for everything.
        Unneeded => "unneeded",
        /// More than the shop takes.
        TooMany => "too-many",
        /// More vouchers than go together.
        Vouchers => "vouchers",
        /// It is no coupon of this wallet any more.
        Gone => "gone",
    }
}

impl From<CouponUnfit> for Obstacle {
    fn from(why: CouponUnfit) -> Self {
        match why {
            CouponUnfit::Office => Self::Office,
            CouponUnfit::Shop => Self::Shop,
            CouponUnfit::Currency => Self::Currency,
            CouponUnfit::NotYet => Self::NotYet,
            CouponUnfit::Expired => Self::Expired,
            CouponUnfit::Total => Self::Total,
            CouponUnfit::Condition => Self::Condition,
            CouponUnfit::Unneeded => Self::Unneeded,
            // One that is named twice, and whatever is added to the list: it cannot pay as it was chosen.
            _ => Self::Gone,
        }
    }
}

impl From<CouponRuleError> for Obstacle {
    fn from(error: CouponRuleError) -> Self {
        match error {
            CouponRuleError::TooMany(_) => Self::TooMany,
            CouponRuleError::Vouchers => Self::Vouchers,
            CouponRuleError::Unfit { why, .. } => why.into(),
            _ => Self::Gone,
        }
    }
}

/// Why that coupon alone could not pay anything of a form's order; nothing if it could. `request_id` is the order's: what is
/// under way with the coupon for this very order does not bar it.
pub fn obstacle(
    coupon: &Held,
    (form, request_id): (&OrderForm, &str),
    now: Timestamp,
) -> Option<Obstacle> {
    let Some(rule) = &form.coupons else {
        return Some(Obstacle::NoneHere);
    };
    match &coupon.bar {
        Some(Bar::Locked) => return Some(Obstacle::Locked),
        Some(Bar::InOrder(order)) if order.request_id == request_id => {}
        Some(Bar::InOrder(_) | Bar::UnderWay) => return Some(Obstacle::UnderWay),
        None => {}
    }
    let Some(terms) = &coupon.terms else {
        return Some(Obstacle::Locked);
    };
    let order = (form.total, &form.envelope.from);
    rule.fits(terms, order, now).err().map(Obstacle::from)
}

/// What whoever pays is asked for at least, if the holder uses as many coupons as the shop takes: those that are worth
/// most. It says what could pay, and is no promise that these go together.
pub fn least_rest(slices: &Slices, order: (&OrderForm, &str), now: Timestamp) -> Money {
    let total = order.0.total;
    let most = order.0.coupons.as_ref().map_or(0, |rule| rule.most);
    let usable = held(slices)
        .into_iter()
        .filter(|one| obstacle(one, order, now).is_none());
    let terms = usable.filter_map(|coupon| coupon.terms);
    let mut worth: Vec<u64> = terms.map(|terms| terms.value.minor).collect();
    worth.sort_unstable_by(|one, other| other.cmp(one));
    let pay = worth
        .into_iter()
        .take(most.into())
        .fold(0_u64, u64::saturating_add);
    Money::new(total.minor.saturating_sub(pay), total.currency)
}
