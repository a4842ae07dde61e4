//! What the pages see of coupons. Amounts are minor units of the currency beside them, times seconds since
//! 1970-01-01 00:00 UTC.

use serde::Serialize;
use tallystick_protocol::wire::money::Money;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::place::KeyPlace;

/// An amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct MoneyView {
    /// In minor units.
    pub minor: u64,
    /// ISO 4217 code.
    pub currency: String,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self {
            minor: money.minor,
            currency: money.currency.code().to_owned(),
        }
    }
}

/// An office at which an account can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct OfficeSiteView {
    /// Its domain.
    pub domain: String,
    /// Where its page is.
    pub url: String,
}

/// An account at an office, where coupons are bought and received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CouponOfficeView {
    /// Names the account in calls.
    pub account_id: String,
    /// The office's domain.
    pub domain: String,
    /// Its certified name.
    pub name: String,
    /// ISO 4217 code of what it sells; empty if the office told no limit.
    pub currency: String,
    /// What the account may spend, in minor units, if the office told it.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub limit_minor: Option<u64>,
    /// Whether the account is enrolled.
    pub ready: bool,
    /// Where the account's keys are: their PIN is asked for.
    pub place: KeyPlace,
}

/// How far a coupon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum CouponStanding {
    /// It is here and its owner's.
    Owned,
    /// It is held for an order.
    Held,
    /// Somebody wants it, and the holder is asked.
    Asked,
    /// The office waits for whoever was named to show it.
    Named,
    /// There is a link with which it can be redeemed.
    Offered,
    /// A shop has it.
    Spent,
    /// Its value was set against what was charged.
    Converted,
    /// Its time is over.
    Expired,
    /// The office stopped it.
    Blocked,
    /// It is another's.
    Given,
}

/// Something that was begun with a coupon and is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum CouponWhat {
    /// It was handed to another wallet.
    #[n(1)]
    Transfer,
    /// A link was made.
    #[n(2)]
    Offer,
    /// The link is taken back.
    #[n(3)]
    CancelOffer,
    /// Its value is to be set against what was charged.
    #[n(4)]
    Conversion,
    /// The holder wants it from its owner.
    #[n(5)]
    Request,
    /// The holder answered somebody who wants it.
    #[n(6)]
    Reply,
    /// The holder redeems a link.
    #[n(7)]
    Redemption,
    /// It is in an order.
    #[n(8)]
    Order,
    /// It is being bought, or had of a campaign.
    #[n(9)]
    Issue,
    /// Somebody gave it, and the holder brings their transfer to the office.
    #[n(10)]
    Receipt,
}

/// What is under way with a coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct UnderWayView {
    /// What.
    pub what: CouponWhat,
    /// Since when.
    pub since: u64,
    /// To whom, or which order.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub to: Option<String>,
    /// Until when it counts.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub until: Option<u64>,
    /// What is handed over: the text of a gift, or the link.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub text: Option<String>,
    /// Why it came to nothing, or not further: the kind of an error.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub failure: Option<&'static str>,
}

/// Somebody wants the coupon, and the holder is asked: `answer_coupon`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CouponAskView {
    /// Who.
    pub to: String,
    /// Until when the answer counts; without one the coupon stays here.
    pub until: u64,
}

/// What happened to a coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum CouponEventKind {
    /// It was bought.
    #[n(1)]
    Bought,
    /// It came from a campaign.
    #[n(2)]
    FromCampaign,
    /// Somebody gave it.
    #[n(3)]
    Received,
    /// It came by a link.
    #[n(4)]
    Redeemed,
    /// The holder handed it to somebody.
    #[n(5)]
    HandedOn,
    /// The office has said that it is another's.
    #[n(6)]
    Given,
    /// Handing it on came to nothing: it is the holder's as before.
    #[n(7)]
    NotGiven,
    /// Somebody wanted it.
    #[n(8)]
    WasAsked,
    /// The holder said yes.
    #[n(9)]
    SaidYes,
    /// The holder said no.
    #[n(10)]
    SaidNo,
    /// A link was made.
    #[n(11)]
    Offered,
    /// The link was taken back, or its time was over.
    #[n(12)]
    OfferEnded,
    /// It was put into an order.
    #[n(13)]
    Ordered,
    /// The order came to nothing: it is the holder's as before.
    #[n(14)]
    Freed,
    /// A shop has it.
    #[n(15)]
    Spent,
    /// Its value was set against what was charged.
    #[n(16)]
    Converted,
    /// Its time was over.
    #[n(17)]
    Expired,
    /// The office stopped it.
    #[n(18)]
    Blocked,
    /// It is what an order did not need of another, or what was given back.
    #[n(19)]
    MadeOf,
    /// It was found at the office: another device of the account had it, or the wallet was restored.
    #[n(20)]
    Found,
    /// The holder asked its owner for it.
    #[n(21)]
    AskedFor,
    /// Its owner said no, or nothing in time.
    #[n(22)]
    Denied,
}

/// An event of a coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CouponEventView {
    /// When.
    pub at: u64,
    /// What.
    pub what: CouponEventKind,
    /// With whom.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub whom: Option<String>,
    /// How much, if it is not the coupon's whole value.
    #[cfg_attr(feature = "typescript", tsify(type = "MoneyView | null"))]
    pub money: Option<MoneyView>,
}

/// A coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CouponView {
    /// Names it in calls.
    pub id: String,
    /// Whose it is: the account at the office.
    pub account_id: String,
    /// The office's domain.
    pub office_domain: String,
    /// Its certified name.
    pub office_name: String,
    /// What it is; none while it is locked, or not here yet.
    #[cfg_attr(
        feature = "typescript",
        tsify(type = "'voucher' | 'electronic-money' | null")
    )]
    pub kind: Option<&'static str>,
    /// When it is paid for; none while it is locked, or not here yet.
    #[cfg_attr(feature = "typescript", tsify(type = "'prepaid' | 'postpaid' | null"))]
    pub funding: Option<&'static str>,
    /// What it is worth; none while it is locked, or not known yet.
    #[cfg_attr(feature = "typescript", tsify(type = "MoneyView | null"))]
    pub value: Option<MoneyView>,
    /// Where it is good; anywhere if there is none.
    pub shops: Vec<String>,
    /// The smallest order.
    #[cfg_attr(feature = "typescript", tsify(type = "MoneyView | null"))]
    pub minimum_total: Option<MoneyView>,
    /// The name of a condition that the order has to meet.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub condition: Option<String>,
    /// Whether one spends only one coupon of its campaign.
    pub once_each: bool,
    /// From when on it is good; 0 while not known.
    pub not_before: u64,
    /// Until when it is good; 0 while not known.
    pub valid_until: u64,
    /// How far it is.
    pub state: CouponStanding,
    /// Whether it can be handed on, spent or converted now.
    pub usable: bool,
    /// Whether the office has still to say that it is so.
    pub unconfirmed: bool,
    /// Whether it wants the password.
    pub locked: bool,
    /// Whether it is still owned by keys that the account had before: `take_coupon` with what `show_coupon` says brings it to
    /// those that it has now.
    pub former: bool,
    /// What is under way.
    #[cfg_attr(feature = "typescript", tsify(type = "UnderWayView | null"))]
    pub under_way: Option<UnderWayView>,
    /// Somebody wants it.
    #[cfg_attr(feature = "typescript", tsify(type = "CouponAskView | null"))]
    pub ask: Option<CouponAskView>,
    /// What happened, oldest first.
    pub timeline: Vec<CouponEventView>,
    /// Of which coupon of this wallet it was made.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub made_of: Option<String>,
    /// Whether it ends within seven days.
    pub ends_soon: bool,
}

/// What a text or link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum CouponTextKind {
    /// Where somebody wants a coupon given to.
    Address,
    /// A coupon with its owner's transfer.
    Given,
    /// A coupon that somebody shows.
    Shown,
    /// A link to a coupon.
    Link,
    /// A link to a campaign.
    Campaign,
}

/// What the coupon in a text says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct LookedAtCoupon {
    /// What it is.
    #[cfg_attr(feature = "typescript", tsify(type = "'voucher' | 'electronic-money'"))]
    pub kind: &'static str,
    /// What it is worth.
    pub value: MoneyView,
    /// Until when it is good; of a campaign none.
    #[cfg_attr(feature = "typescript", tsify(type = "number | null"))]
    pub valid_until: Option<u64>,
    /// Where it is good; anywhere if there is none.
    pub shops: Vec<String>,
    /// The smallest order.
    #[cfg_attr(feature = "typescript", tsify(type = "MoneyView | null"))]
    pub minimum_total: Option<MoneyView>,
    /// The name of a condition.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub condition: Option<String>,
}

/// What a text or link is, before anything is done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct LookedAt {
    /// What it is.
    pub what: CouponTextKind,
    /// The office's certified name; empty if the wallet has no account there.
    pub office_name: String,
    /// Its domain.
    pub office_domain: String,
    /// For whom it is: the holder of an address or a gift.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub to: Option<String>,
    /// What the coupon says; none of an address or a link.
    #[cfg_attr(feature = "typescript", tsify(type = "LookedAtCoupon | null"))]
    pub coupon: Option<LookedAtCoupon>,
    /// What the office says of the coupon: `valid`, `forged`, `unknown`, `changed`, `under-way`, `over` or `expired`;
    /// none if it was not asked or does not answer.
    #[cfg_attr(
        feature = "typescript",
        tsify(
            type = "'valid' | 'forged' | 'unknown' | 'changed' | 'under-way' | 'over' | 'expired' | null"
        )
    )]
    pub verdict: Option<&'static str>,
    /// Whether it is this wallet's own: its address, or a coupon of its own.
    pub mine: bool,
    /// The accounts of this wallet at that office.
    pub account_ids: Vec<String>,
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct BillLineView {
    /// Its number.
    pub number: u64,
    /// What it is.
    #[cfg_attr(
        feature = "typescript",
        tsify(type = "'charge' | 'conversion' | 'debit' | 'paid-out'")
    )]
    pub kind: &'static str,
    /// Which coupon; none of a total.
    #[cfg_attr(feature = "typescript", tsify(type = "string | null"))]
    pub coupon: Option<String>,
    /// How much.
    pub money: MoneyView,
    /// When.
    pub at: u64,
}

/// What an office has charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct BillView {
    /// Charged in the running period.
    pub charged: MoneyView,
    /// Set against it.
    pub converted: MoneyView,
    /// When the period ends.
    pub period_ends: u64,
    /// The lines, newest first.
    pub lines: Vec<BillLineView>,
}
