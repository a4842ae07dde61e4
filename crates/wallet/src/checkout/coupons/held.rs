//! The holder's coupons, as they could pay.

use tallystick_card::host::coupon::Progress;
use tallystick_protocol::coupon::{CouponTerms, Owner};
use tallystick_protocol::wire::time::Timestamp;

use crate::core::place::KeyPlace;
use crate::coupon::record::{CouponRecord, Standing};
use crate::coupon::view::CouponWhat;
use crate::holder::card_account::CardAccount;
use crate::slices::Slices;

/// A coupon that is here and not over.
pub struct Held {
    /// The coupon, as the wallet names it.
    pub id: String,
    /// The account at its office, as the wallet names it.
    pub account: String,
    /// What the office is called.
    pub office_name: String,
    /// Where the card is that has it.
    pub card: KeyPlace,
    /// Its place in that card.
    pub place: u8,
    /// How often it changed its owner.
    pub change: u32,
    /// The encoded coupon; none of a locked one.
    pub coupon: Option<Vec<u8>>,
    /// What it is worth; nothing of a locked one.
    pub terms: Option<CouponTerms>,
    /// What bars it.
    pub bar: Option<Bar>,
}

/// What bars a coupon from being used.
#[derive(Clone, PartialEq, Eq)]
pub enum Bar {
    /// It is locked.
    Locked,
    /// Something is under way with it.
    UnderWay,
    /// The card has signed it over to a shop.
    InOrder(InOrder),
}

/// A coupon that was put into an order.
#[derive(Clone, PartialEq, Eq)]
pub struct InOrder {
    /// The order.
    pub request_id: String,
    /// Until when the transfer counts.
    pub until: Timestamp,
    /// What the card signed.
    pub transfer: Vec<u8>,
}

/// The coupons that are here and not over.
pub fn held(slices: &Slices) -> Vec<Held> {
    let coupons = slices.coupons.iter();
    let held = coupons.filter_map(|coupon| {
        let account = slices.profile.card(&coupon.account).ok()?;
        of(coupon, account)
    });
    held.collect()
}

fn of(coupon: &CouponRecord, account: &CardAccount) -> Option<Held> {
    let is_here = !coupon.standing.is_over()
        && !matches!(coupon.standing, Standing::Blocked | Standing::Coming);
    Some(Held {
        place: coupon.place.filter(|_| is_here)?,
        id: coupon.id.clone(),
        account: account.id.clone(),
        office_name: account.issuer_name.clone(),
        card: account.place(),
        change: coupon.change,
        coupon: coupon.whole.clone().filter(|_| !coupon.is_locked),
        terms: coupon.terms().filter(|_| !coupon.is_locked),
        bar: bar(coupon, account),
    })
}

fn bar(coupon: &CouponRecord, account: &CardAccount) -> Option<Bar> {
    if coupon.is_locked {
        return Some(Bar::Locked);
    }
    if let Some(under_way) = &coupon.under_way {
        let is_order = under_way.what == CouponWhat::Order && under_way.failure.is_none();
        let order = under_way.to.clone().filter(|_| is_order);
        return Some(match (order, under_way.until) {
            (Some(request_id), Some(until)) => Bar::InOrder(InOrder {
                request_id,
                until,
                transfer: under_way.said.clone(),
            }),
            _ => Bar::UnderWay,
        });
    }
    let whose = coupon.ownership().map(|ownership| ownership.owner);
    // One of the keys that an account had before is in another card.
    let is_own = whose == Some(Owner::Holder(account.enrolment.holder()));
    let is_free = is_own
        && coupon.standing == Standing::Owned
        && coupon.progress.is_none_or(|it| it == Progress::Held);
    (!is_free).then_some(Bar::UnderWay)
}
