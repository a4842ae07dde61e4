//! Checks the coupons of an order before anything is written: they are coupons of offices that the form names, the holder signed
//! them over to this shop, and each pays exactly what the form's rule says.

use tallystick_protocol::checkout::coupons::{CouponShare, coupons_of};
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::checkout::order::{OpenedPart, SplitOrder};
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::coupon::{Coupon, CouponTerms, CouponTransfer, OpenedCoupon, Owner};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::money::Money;

use super::rows::{OrderCoupon, ShareState};
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;
use crate::shop::Shop;

/// What coupons pay of an order.
pub(in crate::shop) struct ByCoupons {
    /// The rows to store.
    pub coupons: Vec<OrderCoupon>,
    /// What they leave.
    pub rest: Money,
}

/// What is left to pay of an order.
pub(in crate::shop) fn rest_of(form: &OrderForm, paid: Option<&ByCoupons>) -> Money {
    paid.map_or(form.total, |paid| paid.rest)
}

impl<P: Ports> Shop<P> {
    /// What the coupons of an order pay; none if it has none.
    ///
    /// # Errors
    /// [`Kind::BadSignature`] of what was not signed so, [`Kind::AmountMismatch`] if they pay something else,
    /// [`Kind::Conflict`] if the form's rule says no; [`Kind::Unreachable`] if the office's key is not known.
    pub(in crate::shop) async fn check_coupons(
        &self,
        form: &OrderForm,
        order: &SplitOrder,
        part: &OpenedPart,
    ) -> Result<Option<ByCoupons>, Fault> {
        let Some(content) = part.get(Field::Coupons) else {
            return Ok(None);
        };
        let not_offered = || Fault::untrusted("The form takes no coupons.");
        let rule = form.coupons.as_ref().ok_or_else(not_offered)?;
        let shares = coupons_of(content).map_err(Fault::untrusted)?;
        let mut opened = Vec::with_capacity(shares.len());
        for share in &shares {
            opened.push(self.open_coupon(form, order, share).await?);
        }
        let terms: Vec<&CouponTerms> = opened.iter().map(|one| &one.terms).collect();
        let by = (form.total, &self.office.settings.domain);
        let applied = rule.shares(by, self.office.now(), &terms);
        let applied = applied.map_err(|error| Fault::new(Kind::Conflict, error))?;
        let said = shares.iter().map(|share| &share.amount);
        if !said.eq(&applied.shares) {
            let other = "The coupons pay something else than the form's rule says.";
            return Err(Fault::new(Kind::AmountMismatch, other));
        }
        let rows = opened.into_iter().zip(shares).zip(0..);
        Ok(Some(ByCoupons {
            coupons: rows
                .map(|((opened, share), place)| row(order, opened, share, place))
                .collect(),
            rest: applied.rest,
        }))
    }

    async fn open_coupon(
        &self,
        form: &OrderForm,
        order: &SplitOrder,
        share: &CouponShare,
    ) -> Result<OpenedCoupon, Fault> {
        let coupon: Coupon = decode(&share.coupon)?;
        let claimed: CouponTerms = keyed::unverified(&coupon.terms).map_err(Fault::untrusted)?;
        let rule = form.coupons.as_ref();
        // Before anything is sent: nobody has this shop ask where its form does not say.
        if !rule.is_some_and(|rule| rule.offices.contains(&claimed.office)) {
            return Err(Fault::untrusted(
                "The form takes no coupons of this office.",
            ));
        }
        let key = self.coupon_key(&claimed.office).await?;
        let by = (&claimed.office, &key);
        let opened =
            Coupon::open(&share.coupon, by, self.office.now()).map_err(Fault::untrusted)?;
        // Whose signature it is, its office knows.
        let transfer: CouponTransfer =
            keyed::unverified(&share.transfer).map_err(Fault::untrusted)?;
        let owner = opened.owner().holder();
        let is_ours = transfer.office == opened.terms.office
            && transfer.coupon == opened.terms.coupon
            && transfer.change == opened.ownership.change
            && Some(&transfer.holder) == owner
            && transfer.to == Owner::Shop(self.office.settings.domain.clone());
        if !is_ours {
            return Err(Fault::untrusted(
                "The coupon was not handed over to this shop.",
            ));
        }
        if transfer.until < order.header.expires_at {
            let early = "What hands the coupon over ends before the order.";
            return Err(Fault::new(Kind::Expired, early));
        }
        Ok(opened)
    }
}

fn row(order: &SplitOrder, opened: OpenedCoupon, share: CouponShare, place: u32) -> OrderCoupon {
    let terms = opened.terms;
    OrderCoupon {
        order_id: order.header.order_id,
        place,
        office: terms.office,
        coupon: terms.coupon,
        share: share.amount,
        condition: terms.conditions.condition,
        asks_total: terms.conditions.minimum_total.is_some(),
        valid_until: terms.valid_until,
        whole: share.coupon,
        transfer: share.transfer,
        state: ShareState::Asked,
    }
}
