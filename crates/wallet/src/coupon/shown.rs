//! From what is kept of coupons to what the pages show of it.

use tallystick_protocol::wire::time::Timestamp;

use super::view::{CouponOfficeView, CouponView, OfficeSiteView};
use crate::core::wallet::Context;
use crate::slices::Slices;

/// What the pages show of an unlocked wallet.
pub struct CouponsShown {
    /// The accounts at offices.
    pub offices: Vec<CouponOfficeView>,
    /// The coupons.
    pub coupons: Vec<CouponView>,
}

impl CouponsShown {
    /// What there is at that moment.
    #[must_use]
    pub fn of(slices: &Slices, context: &Context, _now: Timestamp) -> Self {
        let accounts = slices.profile.cards.iter();
        let accounts = accounts.filter(|account| context.coupon_offices.contains(&account.issuer));
        Self {
            offices: accounts
                .map(|account| CouponOfficeView {
                    account_id: account.id.clone(),
                    domain: account.issuer.as_str().to_owned(),
                    name: account.issuer_name.clone(),
                    currency: account
                        .limit
                        .map_or_else(String::new, |limit| limit.currency.code().to_owned()),
                    limit_minor: account.limit.map(|limit| limit.minor),
                    ready: account.enrolment.is_done(),
                })
                .collect(),
            coupons: Vec::new(),
        }
    }
}

/// The offices at which an account can be had.
#[must_use]
pub fn sites(context: &Context) -> Vec<OfficeSiteView> {
    let offices = context.coupon_offices.iter();
    let shown = offices.map(|office| OfficeSiteView {
        domain: office.as_str().to_owned(),
        url: context.urls.url(office, "/"),
    });
    shown.collect()
}
