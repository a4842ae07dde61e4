//! Coupons of a campaign that are given away by links, to be printed or sent to many. The operator's browser draws the links'
//! secret keys; this office has of each the hash of its public half, so that nobody here can redeem one. When they are issued
//! they count as issued, and what they are worth is set aside from the budget: whoever has a link finds its coupon. The coupon
//! itself is made, with its owner, when somebody redeems the link, by what that wallet and the link's key signed.

use tallystick_protocol::coupon::{
    CampaignId, ClaimOffer, ClaimRedemption, CouponId, CouponOutcome, claimed_coupon,
};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::sent::sent_list;
use super::{Campaign, Getter, bars, budget_of, of_budget};
use crate::console::commands::Arguments;
use crate::coupon_office::CouponOffice;
use crate::coupon_office::key::CouponKey;
use crate::coupon_office::notices::{Decided, Signed};
use crate::coupon_office::schema;
use crate::ledger::{self, Account, AccountKind, LedgerError, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// The most links of one list.
pub const LINKS_MAX: usize = 4_000;
/// How many campaigns' links one night ends.
const ENDED_AT_ONCE: u32 = 100;
/// How many links are forgotten in one night.
const FORGOTTEN_AT_ONCE: u32 = 20_000;

/// The name of the account on which stands what the links of a campaign are worth that wait.
fn links_of(campaign: &CampaignId) -> String {
    format!("links {campaign}")
}

fn of_links(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Links,
        name,
    }
}

/// Whether a campaign or a link of one has this number.
pub(in crate::coupon_office) fn knows(
    tables: &(impl Tables + ?Sized),
    number: &CouponId,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM coupon_links WHERE coupon = ?1)
        OR EXISTS (SELECT 1 FROM coupon_campaigns WHERE id = ?1)";
    let found: Option<i64> = typed::one(tables, sql, &[(*number).into()])?;
    Ok(found.is_some())
}

fn campaign(tables: &dyn Tables, id: &CampaignId) -> Result<Option<Campaign>, DatabaseError> {
    typed::find(tables, "id = ?", &[(*id).into()])
}

/// What many links of a campaign are worth.
fn worth(campaign: &Campaign, count: u64) -> Result<Money, Fault> {
    let minor = campaign.value.minor.checked_mul(count);
    let too_many = || Fault::malformed("These are worth more than can be counted.");
    Ok(Money {
        minor: minor.ok_or_else(too_many)?,
        ..campaign.value
    })
}

impl<P: Ports> CouponOffice<P> {
    /// Issues the links of a list that was sent before: all of them or none.
    pub(in crate::coupon_office) fn issue_links(
        &self,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let now = self.issuer.office.now();
        let (campaign, claims) = self.commanded(tables, told)?;
        let count = claims.len() as u64;
        let refused = |why: &'static str| Err(Fault::new(Kind::Conflict, why));
        if count > campaign.left() {
            return refused("The campaign has not as many coupons left.");
        }
        let (budget, links) = (budget_of(&campaign.id), links_of(&campaign.id));
        let set_aside = Transfer {
            id: &format!("coupon-links {}", told.id()),
            at_ms: self.issuer.office.now_ms(),
            order_id: None,
            memo: "Links of a campaign",
            debit: of_budget(&budget),
            credit: of_links(&links),
            money: worth(&campaign, count)?,
        };
        match ledger::transfer(tables, &set_aside) {
            Err(LedgerError::Short) => return refused("The campaign's budget is too small."),
            booked => booked?,
        };
        for claim in &claims {
            let sql = "INSERT OR IGNORE INTO coupon_links (coupon, campaign, claim, state, at)
                VALUES (?, ?, ?, 'waiting', ?) RETURNING number";
            let coupon = claimed_coupon(&campaign.id, claim);
            let about = [
                coupon.into(),
                campaign.id.into(),
                (*claim).into(),
                now.into(),
            ];
            if tables.run(sql, &about)?.is_empty() {
                return refused("A link of the list is known already.");
            }
        }
        tables.run(
            "UPDATE coupon_campaigns SET waiting = waiting + ? WHERE id = ?",
            &[count.into(), campaign.id.into()],
        )?;
        self.issuer.office.log("campaign-links", None, "issued");
        Ok(())
    }

    /// Cancels those links of a list that nobody has redeemed.
    pub(in crate::coupon_office) fn cancel_links(
        &self,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let (campaign, claims) = self.commanded(tables, told)?;
        let mut cancelled = 0;
        for claim in &claims {
            let coupon = claimed_coupon(&campaign.id, claim);
            cancelled += u64::from(self.mark_cancelled(tables, &campaign.id, &coupon)?);
        }
        self.give_back_links(tables, &campaign, cancelled, told.id())
    }

    /// Cancels one link, by its coupon's number.
    pub(in crate::coupon_office) fn cancel_link(
        &self,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let coupon = told.coupon()?;
        let none = || Fault::new(Kind::NotFound, "There is no such link.");
        let sql = "SELECT campaign FROM coupon_links WHERE coupon = ?";
        let id: CampaignId = typed::one(tables, sql, &[coupon.into()])?.ok_or_else(none)?;
        let campaign = campaign(tables, &id)?.ok_or_else(Fault::internal)?;
        self.require_running(&campaign)?;
        if !self.mark_cancelled(tables, &id, &coupon)? {
            let over = "The link was redeemed or cancelled before.";
            return Err(Fault::new(Kind::Conflict, over));
        }
        self.give_back_links(tables, &campaign, 1, told.id())
    }

    fn mark_cancelled(
        &self,
        tables: &dyn Tables,
        campaign: &CampaignId,
        coupon: &CouponId,
    ) -> Result<bool, Fault> {
        let sql = "UPDATE coupon_links SET state = 'cancelled', at = ?
            WHERE coupon = ? AND campaign = ? AND state = 'waiting' RETURNING number";
        let now = self.issuer.office.now();
        let about = [now.into(), (*coupon).into(), (*campaign).into()];
        Ok(!tables.run(sql, &about)?.is_empty())
    }

    /// So many links wait no more: the budget has what was set aside for them.
    fn give_back_links(
        &self,
        tables: &dyn Tables,
        campaign: &Campaign,
        count: u64,
        id: &str,
    ) -> Result<(), Fault> {
        if count == 0 {
            return Ok(());
        }
        let (budget, links) = (budget_of(&campaign.id), links_of(&campaign.id));
        let back = Transfer {
            id: &format!("coupon-links-back {id}"),
            at_ms: self.issuer.office.now_ms(),
            order_id: None,
            memo: "Links of a campaign that nobody redeemed",
            debit: of_links(&links),
            credit: of_budget(&budget),
            money: worth(campaign, count)?,
        };
        ledger::transfer(tables, &back)?;
        tables.run(
            "UPDATE coupon_campaigns SET waiting = waiting - ? WHERE id = ?",
            &[count.into(), campaign.id.into()],
        )?;
        Ok(())
    }

    /// The campaign and the list that a command names. Of several objects the one that has the campaign does it.
    fn commanded(
        &self,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(Campaign, Vec<[u8; 32]>), Fault> {
        let none = || Fault::new(Kind::NotFound, "There is no such campaign.");
        let campaign = campaign(tables, &told.campaign()?)?.ok_or_else(none)?;
        self.require_running(&campaign)?;
        let claims = sent_list(tables, &campaign.id, &told.digest("list")?)?;
        Ok((campaign, claims))
    }

    fn require_running(&self, campaign: &Campaign) -> Result<(), Fault> {
        if campaign.ends_at <= self.issuer.office.now() {
            return Err(Fault::new(Kind::Conflict, "The campaign is over."));
        }
        Ok(())
    }

    /// Somebody redeems a link of a campaign: the coupon is made, and theirs. That the link's key signed for them was
    /// verified; that it is the link's key is decided here.
    pub(in crate::coupon_office) fn redeem_of_campaign(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<ClaimRedemption>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        let now = self.issuer.office.now();
        let decided = |outcome| Ok(Decided::of(outcome, asked.coupon));
        let sql = "SELECT campaign, claim, state FROM coupon_links WHERE coupon = ?";
        let link: Option<(CampaignId, [u8; 32], String)> =
            typed::one(tables, sql, &[asked.coupon.into()])?;
        let Some((id, claim, state)) = link else {
            return decided(CouponOutcome::Unknown);
        };
        if claim != ClaimOffer::hash(&asked.claim_key) || state != "waiting" {
            return decided(CouponOutcome::WrongClaim);
        }
        let campaign = campaign(tables, &id)?.ok_or_else(Fault::internal)?;
        if let Some(outcome) = bars(tables, &campaign, notice.signer.account, now)? {
            return decided(outcome);
        }
        tables.run(
            "UPDATE coupon_links SET state = 'redeemed', at = ? WHERE coupon = ?",
            &[now.into(), asked.coupon.into()],
        )?;
        tables.run(
            "UPDATE coupon_campaigns SET waiting = waiting - 1, redeemed = redeemed + 1 WHERE id = ?",
            &[id.into()],
        )?;
        let links = links_of(&id);
        let getter = Getter {
            account: notice.signer.account,
            holder: asked.holder,
            notice: &notice.digest,
        };
        let made = (campaign, asked.coupon);
        if !self.give_one(tables, key, made, of_links(&links), &getter)? {
            return Err(Fault::internal());
        }
        decided(CouponOutcome::Done)
    }

    /// Every night: of campaigns that are over the budget has what nobody redeemed, and what is long over is forgotten.
    pub(in crate::coupon_office) fn end_links(&self) -> Result<(), Fault> {
        let office = &self.issuer.office;
        office.transaction(|tables| {
            let over = "ends_at <= ? AND waiting > 0 ORDER BY ends_at LIMIT ?";
            let about = [office.now().into(), ENDED_AT_ONCE.into()];
            let over: Vec<Campaign> = typed::find_all(tables, over, &about)?;
            for campaign in over {
                let id = format!("end {}", campaign.id);
                self.give_back_links(tables, &campaign, campaign.waiting, &id)?;
            }
            forget(tables, office.now())
        })
    }
}

/// Drops links that nobody redeemed, long after their campaign, and lists that no command named.
fn forget(tables: &dyn Tables, now: Timestamp) -> Result<(), Fault> {
    tables.run("DELETE FROM coupon_lists", &[])?;
    let before = now.minus_seconds(schema::NOTICE_DAYS * 86_400);
    tables.run(
        "DELETE FROM coupon_links WHERE number IN (SELECT l.number FROM coupon_campaigns c
            JOIN coupon_links l ON l.campaign = c.id
            WHERE c.ends_at <= ? AND l.state <> 'redeemed' LIMIT ?)",
        &[before.into(), FORGOTTEN_AT_ONCE.into()],
    )?;
    Ok(())
}
