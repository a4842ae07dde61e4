//! From what is kept of coupons to what the pages show of it.

use core::cmp::Reverse;

use tallystick_protocol::coupon::Owner;
use tallystick_protocol::wire::time::Timestamp;

use super::record::{CouponRecord, Standing, UnderWay};
use super::view::{
    CouponAskView, CouponEventView, CouponOfficeView, CouponStanding, CouponView, CouponWhat,
    OfficeSiteView, UnderWayView,
};
use crate::core::error::ErrorKind;
use crate::core::wallet::Context;
use crate::holder::card_account::CardAccount;
use crate::slices::Slices;

/// How long before its end a coupon is pointed out, in seconds (seven days).
const SOON_SECONDS: u64 = 7 * 86_400;
/// How many characters of a holder's identifier are shown.
const SHORT: usize = 8;

/// Whose something is, in few characters.
#[must_use]
pub fn short(owner: &Owner) -> String {
    match owner {
        Owner::Holder(holder) => holder.to_string().chars().take(SHORT).collect(),
        Owner::Shop(shop) => shop.to_string(),
    }
}

/// What the pages show of an unlocked wallet.
pub struct CouponsShown {
    /// The accounts at offices.
    pub offices: Vec<CouponOfficeView>,
    /// The coupons: usable ones by their end, then the others, newest first.
    pub coupons: Vec<CouponView>,
}

impl CouponsShown {
    /// What there is at that moment.
    #[must_use]
    pub fn of(slices: &Slices, context: &Context, now: Timestamp) -> Self {
        let accounts = slices.profile.cards.iter();
        let accounts = accounts.filter(|account| context.coupon_offices.contains(&account.issuer));
        let mut records: Vec<_> = slices.coupons.iter().collect();
        records.sort_by_key(|record| {
            let is_usable = record.is_usable(now);
            let end = record.valid_until.filter(|_| is_usable);
            (!is_usable, end, Reverse(record.created_at))
        });
        Self {
            offices: accounts.map(office_view).collect(),
            coupons: records
                .into_iter()
                .map(|record| {
                    let account = slices.profile.card(&record.account).ok();
                    let former = account.is_some_and(|account| record.is_formers(account));
                    CouponView {
                        former,
                        usable: record.is_usable(now) && !former,
                        ..coupon_view(record, now)
                    }
                })
                .collect(),
        }
    }
}

fn office_view(account: &CardAccount) -> CouponOfficeView {
    let currency = account.limit.map(|limit| limit.currency.code().to_owned());
    CouponOfficeView {
        account_id: account.id.clone(),
        domain: account.issuer.as_str().to_owned(),
        name: account.issuer_name.clone(),
        currency: currency.unwrap_or_default(),
        limit_minor: account.limit.map(|limit| limit.minor),
        ready: account.enrolment.is_done(),
        place: account.place(),
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

fn coupon_view(record: &CouponRecord, now: Timestamp) -> CouponView {
    let terms = record.terms();
    let usable = record.is_usable(now);
    let is_past = record.valid_until.is_some_and(|until| until <= now);
    let conditions = terms.as_ref().map(|terms| &terms.conditions);
    let events = record.events.iter().map(|event| CouponEventView {
        at: event.at.seconds(),
        what: event.what,
        whom: event.whom.clone(),
        money: event.money.map(Into::into),
    });
    CouponView {
        id: record.id.clone(),
        account_id: record.account.clone(),
        office_domain: record.office.as_str().to_owned(),
        office_name: record.office_name.clone(),
        kind: terms.as_ref().map(|terms| terms.kind.as_str()),
        funding: terms.as_ref().map(|terms| terms.funding.as_str()),
        value: terms.as_ref().map(|terms| terms.value.into()),
        shops: terms
            .iter()
            .flat_map(|terms| &terms.shops)
            .map(ToString::to_string)
            .collect(),
        minimum_total: conditions.and_then(|it| it.minimum_total).map(Into::into),
        condition: conditions.and_then(|it| it.condition.clone()),
        once_each: conditions.is_some_and(|it| it.once_each),
        not_before: terms.as_ref().map_or(0, |terms| terms.not_before.seconds()),
        valid_until: record.valid_until.map_or(0, Timestamp::seconds),
        state: standing(record, is_past),
        usable,
        unconfirmed: is_unconfirmed(record),
        locked: record.is_locked,
        former: false,
        under_way: record.under_way.as_ref().map(under_way_view),
        ask: record.asked().map(|asked| CouponAskView {
            to: short(&asked.to),
            until: asked.until.seconds(),
        }),
        timeline: events.collect(),
        made_of: record.made_of.clone(),
        ends_soon: !record.standing.is_over()
            && !is_past
            && record
                .valid_until
                .is_some_and(|until| until <= now.plus_seconds(SOON_SECONDS)),
    }
}

const fn standing(record: &CouponRecord, is_past: bool) -> CouponStanding {
    match record.standing {
        Standing::Coming | Standing::Owned if is_past => CouponStanding::Expired,
        Standing::Coming | Standing::Owned => CouponStanding::Owned,
        Standing::Asked => CouponStanding::Asked,
        Standing::Named => CouponStanding::Named,
        Standing::Offered => CouponStanding::Offered,
        Standing::Held => CouponStanding::Held,
        Standing::Spent => CouponStanding::Spent,
        Standing::Converted => CouponStanding::Converted,
        Standing::Expired => CouponStanding::Expired,
        Standing::Blocked => CouponStanding::Blocked,
        Standing::Given => CouponStanding::Given,
    }
}

/// Whether the office has still to say that it is so.
fn is_unconfirmed(record: &CouponRecord) -> bool {
    record
        .under_way
        .as_ref()
        .is_some_and(|it| it.failure.is_none() && !it.is_answered && it.what != CouponWhat::Order)
}

fn under_way_view(it: &UnderWay) -> UnderWayView {
    UnderWayView {
        what: it.what,
        since: it.since.seconds(),
        to: it.to.clone(),
        until: it.until.map(Timestamp::seconds),
        text: it.text.clone(),
        failure: it.failure.or(it.told).map(ErrorKind::name),
    }
}
