//! Campaigns: a shop pays for coupons that the office gives to whoever asks, so many, of so much each, so many for each account.
//! A campaign is at one object, and whether somebody gets one is decided there in one transaction, so that no rush gets past a
//! limit. Its budget is an account of the ledger, which refuses by itself. Its coupons are also given away by links (`claims`).

mod claims;
mod sent;

pub use claims::LINKS_MAX;
pub(super) use claims::knows;
pub(super) use sent::campaign_in;

use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{
    CampaignId, Conditions, CouponId, CouponKind, CouponOutcome, Funding, IssueRequest, Owner,
};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::registry::context;
use tallystick_protocol::wire::time::Timestamp;

use super::billing::{Booking, COUPONS, book};
use super::issuing::{New, none};
use super::key::CouponKey;
use super::notices::{Decided, Signed};
use super::{CouponOffice, registry};
use crate::console::commands::Arguments;
use crate::ledger::{self, Account, AccountKind, LedgerError, Transfer};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed::{self, typed_row};

const DAY_SECONDS: u64 = 86_400;

typed_row! {
    /// A campaign as it stands.
    struct Campaign in "coupon_campaigns" {
        id: CampaignId = "id",
        shop: Domain = "shop",
        value: Money = "minor, currency",
        count: u64 = "count",
        /// How many an account gets.
        each: u64 = "each",
        issued: u64 = "issued",
        /// How many wait for whoever redeems their links: they count as issued.
        waiting: u64 = "waiting",
        /// The least that an order comes to, in minor units; 0 for any.
        minimum: u64 = "minimum",
        /// What an order has to be, by a name that shop and office agreed on; none for any.
        condition: Option<String> = "condition",
        /// Whether an account spends one of them.
        once_each: bool = "once_each",
        ends_at: Timestamp = "ends_at",
        opened_at: Timestamp = "opened_at",
    }
}

impl Campaign {
    /// How many are left to be issued.
    const fn left(&self) -> u64 {
        self.count
            .saturating_sub(self.issued)
            .saturating_sub(self.waiting)
    }
}

/// Who gets a coupon of a campaign, and by which notice.
struct Getter<'a> {
    account: i64,
    holder: HolderId,
    notice: &'a [u8; 32],
}

/// The name of the account on which a campaign's budget stands.
fn budget_of(campaign: &CampaignId) -> String {
    format!("campaign {campaign}")
}

pub(super) fn of_budget(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Campaign,
        name,
    }
}

/// The name of the account of the campaign that a coupon is of.
pub(super) fn budget_of_row(row: &registry::Row) -> Option<String> {
    row.campaign.as_ref().map(budget_of)
}

impl<P: Ports> CouponOffice<P> {
    /// Opens the campaign of an operator's command, at the one object that it belongs to; the command's number names it.
    pub(super) fn open_campaign(
        &self,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let id = campaign_of(told.id());
        if office.spread()?.shards.of(id.start()) != office.place() {
            return Ok(());
        }
        let currency = self.config.limit.currency;
        let budget = Money::new(told.limit("budget")?, currency);
        let campaign = Campaign {
            id,
            shop: told.party()?,
            value: Money::new(told.amount()?, currency),
            count: told.limit("count")?,
            each: told.limit("each")?,
            issued: 0,
            waiting: 0,
            minimum: told.limit("minimum")?,
            condition: told.condition()?.map(str::to_owned),
            once_each: told.limit("once")? != 0,
            ends_at: office
                .now()
                .plus_seconds(told.limit("days")?.saturating_mul(DAY_SECONDS)),
            opened_at: office.now(),
        };
        let is_none = campaign.count == 0 || campaign.each == 0 || budget.minor == 0;
        if is_none || campaign.ends_at <= office.now() {
            let none = "A campaign of no coupons, no budget or no time.";
            return Err(Fault::malformed(none));
        }
        typed::insert(tables, &campaign)?;
        let name = budget_of(&id);
        let paid_in = Transfer {
            id: &name,
            at_ms: office.now_ms(),
            order_id: None,
            memo: "Budget of a campaign",
            debit: Account {
                kind: AccountKind::Settled,
                name: "settled outside",
            },
            credit: of_budget(&name),
            money: budget,
        };
        ledger::transfer(tables, &paid_in)?;
        office.log("campaign", None, "opened");
        Ok(())
    }

    /// Gives a holder a coupon of a campaign, if all its limits allow it.
    pub(super) fn issue_of_campaign(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<IssueRequest>,
        id: &CampaignId,
    ) -> Result<Decided, Fault> {
        let office = &self.issuer.office;
        let asked = &notice.message;
        let account = notice.signer.account;
        let Some(campaign) = typed::find::<Campaign>(tables, "id = ?", &[(*id).into()])? else {
            return Ok(none(CouponOutcome::Unknown));
        };
        let is_as_said = asked.value == campaign.value
            && asked.kind == CouponKind::Voucher
            && asked.funding == Funding::Prepaid;
        let refused = if is_as_said {
            let bars = bars(tables, &campaign, account, office.now())?;
            bars.or((campaign.left() == 0).then_some(CouponOutcome::Exhausted))
        } else {
            Some(CouponOutcome::NotOffered)
        };
        if let Some(outcome) = refused {
            return Ok(none(outcome));
        }
        let coupon = self.new_coupon_id();
        let budget = budget_of(id);
        let getter = Getter {
            account,
            holder: asked.holder,
            notice: &notice.digest,
        };
        if !self.give_one(tables, key, (campaign, coupon), of_budget(&budget), &getter)? {
            return Ok(none(CouponOutcome::Exhausted));
        }
        Ok(Decided::of(CouponOutcome::Done, coupon))
    }

    /// Gives a holder this coupon of a campaign, whose limits allow it, paid from that account.
    ///
    /// # Errors
    /// A fault; `Ok(false)` if the account is short, and nothing is changed.
    fn give_one(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        (campaign, coupon): (Campaign, CouponId),
        from: Account<'_>,
        getter: &Getter<'_>,
    ) -> Result<bool, Fault> {
        let booking = Booking {
            what: "coupon-issue",
            coupon: &coupon,
            memo: "Coupon of a campaign",
            debit: from,
            credit: COUPONS,
            money: campaign.value,
            at_ms: self.issuer.office.now_ms(),
        };
        match book(tables, &booking) {
            Err(LedgerError::Short) => return Ok(false),
            booked => booked?,
        }
        tables.run(
            "UPDATE coupon_campaigns SET issued = issued + 1 WHERE id = ?",
            &[campaign.id.into()],
        )?;
        tables.run(
            "INSERT INTO coupon_had (campaign, account, count) VALUES (?, ?, 1)
             ON CONFLICT (campaign, account) DO UPDATE SET count = count + 1",
            &[campaign.id.into(), getter.account.into()],
        )?;
        let new = New {
            campaign: Some(campaign.id),
            kind: CouponKind::Voucher,
            funding: Funding::Prepaid,
            value: campaign.value,
            shops: vec![campaign.shop],
            conditions: Conditions {
                minimum_total: (campaign.minimum > 0).then_some(Money {
                    minor: campaign.minimum,
                    ..campaign.value
                }),
                condition: campaign.condition,
                once_each: campaign.once_each,
            },
            valid_until: campaign.ends_at,
            account: None,
            owner: Owner::Holder(getter.holder),
        };
        self.make(tables, key, coupon, new, Some(getter.notice))?;
        Ok(true)
    }
}

/// What keeps an account from another coupon of a campaign, if anything does: the campaign is over, or it had as many as an
/// account gets.
fn bars(
    tables: &dyn Tables,
    campaign: &Campaign,
    account: i64,
    now: Timestamp,
) -> Result<Option<CouponOutcome>, DatabaseError> {
    if campaign.ends_at <= now {
        return Ok(Some(CouponOutcome::Expired));
    }
    let had: Option<u64> = typed::one(
        tables,
        "SELECT count FROM coupon_had WHERE campaign = ? AND account = ?",
        &[campaign.id.into(), account.into()],
    )?;
    Ok((had.unwrap_or(0) >= campaign.each).then_some(CouponOutcome::HadEnough))
}

/// Of a campaign's coupon: how much more, or less, shops got by now.
pub(super) fn count_spent(
    tables: &dyn Tables,
    row: &registry::Row,
    (more, less): (u64, u64),
) -> Result<(), DatabaseError> {
    if let Some(campaign) = row.campaign {
        tables.run(
            "UPDATE coupon_campaigns SET spent = spent + ? - ? WHERE id = ?",
            &[more.into(), less.into(), campaign.into()],
        )?;
    }
    Ok(())
}

/// The number of the campaign that the command of this number opens.
#[must_use]
pub fn campaign_of(command: &str) -> CampaignId {
    let named = Sha256::new().chain_update(context::CAMPAIGN_NUMBER);
    let digest: [u8; 32] = named.chain_update(command).finalize().into();
    let (start, _) = digest.split_at(16);
    CampaignId::try_from(start).unwrap_or(CampaignId([0; 16]))
}
