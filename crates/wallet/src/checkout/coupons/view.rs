//! What the pages see of coupons that pay an order.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::place::KeyPlace;

/// A coupon of the holder's, as it could pay an order. What it is worth stands among the wallet's coupons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct OrderCouponView {
    /// The coupon, as the wallet names it.
    pub id: String,
    /// What it alone would pay, in minor units; nothing if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub pays_minor: Option<u64>,
    /// Why it cannot: key of the sentence, under `coupon.obstacle.`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub obstacle: Option<&'static str>,
    /// In which card it is: only what pays from there can pay the rest.
    pub place: KeyPlace,
}

/// What one of the chosen coupons pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CouponShareView {
    /// The coupon, as the wallet names it.
    pub id: String,
    /// What it pays, in minor units.
    pub minor: u64,
}

/// What chosen coupons pay of an order, and what they leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PricedView {
    /// What each pays, in the order in which they were chosen.
    pub shares: Vec<CouponShareView>,
    /// What is left to pay, in minor units.
    pub rest_minor: u64,
    /// Why they cannot pay: key of the sentence, under `coupon.obstacle.`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub obstacle: Option<&'static str>,
    /// Which of them cannot, if it is one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub obstacle_of: Option<String>,
    /// In which card they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub place: Option<KeyPlace>,
    /// The office that answers for the order, if they pay for everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub office_domain: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub office_name: Option<String>,
}

impl PricedView {
    /// No coupon pays anything.
    #[must_use]
    pub const fn unpaid(total_minor: u64) -> Self {
        Self {
            shares: Vec::new(),
            rest_minor: total_minor,
            obstacle: None,
            obstacle_of: None,
            place: None,
            office_domain: None,
            office_name: None,
        }
    }
}

/// What a coupon paid of an order that was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct PaidCouponView {
    /// The coupon, as the wallet names it; it may be forgotten by now.
    pub id: String,
    /// What its office is called.
    pub office_name: String,
    /// What it paid, in minor units.
    pub minor: u64,
    /// How much of that was given back, as a coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub given_back_minor: Option<u64>,
}
