//! Issues coupons to holders (C1 to C4). A prepaid one is charged first, in the transaction that issues it; for a postpaid one
//! as much is set aside on the account, so that what was issued can be charged. It is at the object of its issuee's account.

use tallystick_protocol::coupon::{
    CampaignId, Conditions, CouponId, CouponKind, CouponOutcome, CouponState, CouponTerms, Funding,
    IssueRequest, Owner,
};
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::key::CouponKey;
use super::notices::{Decided, Signed};
use super::registry::{self, Row};
use super::{CouponOffice, billing};
use crate::issuer::accounts;
use crate::ledger::LedgerError;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::payer::Keeper as _;
use crate::ports::database::first;
use crate::ports::{Ports, Random, Tables};

const DAY_SECONDS: u64 = 86_400;

/// A coupon that is to be made.
pub(super) struct New {
    pub campaign: Option<CampaignId>,
    pub kind: CouponKind,
    pub funding: Funding,
    pub value: Money,
    pub shops: Vec<Domain>,
    pub conditions: Conditions,
    pub valid_until: Timestamp,
    /// Who pays for it; none of a campaign's.
    pub account: Option<i64>,
    pub owner: Owner,
}

/// Nothing is issued, and why.
pub(super) fn none(outcome: CouponOutcome) -> Decided {
    Decided {
        outcome,
        coupon: None,
        until: None,
    }
}

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-issues` (C1).
    pub(super) async fn take_issue(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.take_notice(request, "coupon-issues", |tables, key, notice| {
            self.issue(tables, key, notice)
        })
        .await
    }

    fn issue(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<IssueRequest>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        if let Some(campaign) = &asked.campaign {
            return self.issue_of_campaign(tables, key, notice, campaign);
        }
        self.issuer.require_here(&asked.holder)?;
        let new = New {
            campaign: None,
            kind: asked.kind,
            funding: asked.funding,
            value: asked.value,
            shops: Vec::new(),
            conditions: Conditions::default(),
            valid_until: self.usual_end(),
            account: Some(notice.signer.account),
            owner: Owner::Holder(asked.holder),
        };
        self.issue_to_account(tables, key, new, Some(&notice.digest))
    }

    /// Until when a coupon is good that somebody asked for now.
    pub(super) fn usual_end(&self) -> Timestamp {
        let seconds = u64::from(self.config.valid_days) * DAY_SECONDS;
        self.issuer.office.now().plus_seconds(seconds)
    }

    /// Charges an account of this object, or sets as much aside on it, and issues the coupon (C2 to C4).
    pub(super) fn issue_to_account(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        new: New,
        notice: Option<&[u8; 32]>,
    ) -> Result<Decided, Fault> {
        let account = new.account.ok_or_else(Fault::internal)?;
        let is_offered = (1..=self.config.value_max).contains(&new.value.minor)
            && new.value.currency == self.config.limit.currency
            && (new.funding == Funding::Prepaid || self.config.issues_postpaid);
        if !is_offered {
            return Ok(none(CouponOutcome::NotOffered));
        }
        if accounts::bars(tables, account)?.is_any() {
            return Ok(none(CouponOutcome::NotCharged));
        }
        if outstanding(tables, account)? >= u64::from(self.config.outstanding_max) {
            return Ok(none(CouponOutcome::HadEnough));
        }
        let coupon = self.new_coupon_id();
        let at_ms = self.issuer.office.now_ms();
        let charged = match new.funding {
            Funding::Postpaid => billing::set_aside(tables, &coupon, account, new.value, at_ms),
            _ => billing::charge_first(tables, &coupon, account, new.value, at_ms),
        };
        match charged {
            Err(LedgerError::Short) => return Ok(none(CouponOutcome::NotCharged)),
            charged => charged?,
        }
        self.make(tables, key, coupon, new, notice)?;
        Ok(Decided::of(CouponOutcome::Done, coupon))
    }

    /// A number that nobody guesses, of this object.
    pub(super) fn new_coupon_id(&self) -> CouponId {
        let office = &self.issuer.office;
        let mut bytes = [0; 16];
        office.ports.random().fill(&mut bytes);
        if let Ok(spread) = office.spread() {
            let [start, ..] = &mut bytes;
            *start = spread.shards.start_at(office.place(), *start);
        }
        CouponId(bytes)
    }

    /// Signs a coupon's two parts and registers it (C3, C4).
    pub(super) fn make(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        coupon: CouponId,
        new: New,
        notice: Option<&[u8; 32]>,
    ) -> Result<Row, Fault> {
        let office = &self.issuer.office;
        let now = office.now();
        let terms = CouponTerms {
            office: office.settings.domain.clone(),
            coupon,
            campaign: new.campaign,
            kind: new.kind,
            funding: new.funding,
            value: new.value,
            shops: new.shops,
            conditions: new.conditions,
            not_before: now,
            valid_until: new.valid_until,
            issued_at: now,
        };
        terms.check().map_err(Fault::malformed)?;
        let about = (coupon, new.valid_until);
        let signed = self.sign_ownership(tables, key, about, (&new.owner, 0))?;
        let row = Row {
            id: coupon,
            campaign: terms.campaign,
            kind: terms.kind,
            funding: terms.funding,
            value: terms.value,
            terms: key.sign(&terms)?,
            not_before: terms.not_before,
            valid_until: terms.valid_until,
            account: new.account,
            state: CouponState::Owned,
            owner: new.owner,
            change: 0,
            owner_key: signed.owner_key,
            ownership: signed.ownership,
            asked: None,
            named: None,
            until: None,
            claim: None,
            ended: None,
        };
        crate::store::typed::insert(tables, &row)?;
        registry::note(tables, &row, "issued", notice, now)?;
        Ok(row)
    }
}

/// How many coupons that an account was issued are out.
fn outstanding(tables: &dyn Tables, account: i64) -> Result<u64, Fault> {
    let sql = "SELECT count(*) FROM coupons
        WHERE account = ? AND state NOT IN ('spent', 'converted', 'expired')";
    let row = first(tables, sql, &[account.into()])?.ok_or_else(Fault::internal)?;
    Ok(row.number(0)?)
}
