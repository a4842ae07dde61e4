//! The owner hands a coupon on (C5 to C8): to another terminal, to a shop, and on from there (T001-1 to T001-4).

use tallystick_protocol::coupon::{CouponId, CouponOutcome, CouponState, CouponTransfer, Owner};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::key::CouponKey;
use super::notices::{Decided, Signed};
use super::registry::{self, Change, Row};
use super::state::Step;
use crate::issuer::parties;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{Ports, Tables};

/// What a shop says of the order that a coupon is spent for.
#[derive(Clone, Copy, Default)]
pub(super) struct ShopsWord<'a> {
    pub total: Option<Money>,
    pub condition: Option<&'a str>,
}

/// The coupon that a holder says something about: known here, the holder's, of that change, and not over. Otherwise what is
/// answered.
pub(super) fn checked(
    tables: &dyn Tables,
    coupon: &CouponId,
    holder: &HolderId,
    change: u32,
    now: Timestamp,
) -> Result<Result<Row, CouponOutcome>, Fault> {
    let Some(row) = registry::find(tables, coupon)? else {
        return Ok(Err(CouponOutcome::Unknown));
    };
    Ok(if row.owner.holder() != Some(holder) {
        Err(if change < row.change {
            CouponOutcome::Changed
        } else {
            CouponOutcome::NotOwner
        })
    } else if row.change != change {
        Err(CouponOutcome::Changed)
    } else if row.valid_until <= now && row.state != CouponState::Expired {
        Err(CouponOutcome::Expired)
    } else {
        Ok(row)
    })
}

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-transfers` (C7), by the owner, or by the holder to whom it goes.
    pub(super) async fn take_transfer(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "coupon-transfers").await?;
        let key = self.coupon_key().await?;
        let notice: Signed<CouponTransfer> = self.brought(&said, &said.content).await?;
        // Nobody is given a coupon who could not have it.
        let is_known = match &notice.message.to {
            Owner::Holder(holder) => self.enrolled(holder).await?.is_some(),
            Owner::Shop(_) => true,
        };
        let decided = self.decide_notice(&key, &notice, |tables, key, notice| {
            if is_known {
                self.hand_on(tables, key, notice, None)
            } else {
                Ok(Decided::of(CouponOutcome::Unknown, notice.message.coupon))
            }
        })?;
        self.answer_decided(&said, &key, notice.digest, decided)
    }

    /// Hands a coupon on as its owner signed. `word`: what the shop says that brings it, if a shop does.
    pub(super) fn hand_on(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<CouponTransfer>,
        word: Option<ShopsWord<'_>>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        let now = self.issuer.office.now();
        let mut row = match checked(tables, &asked.coupon, &asked.holder, asked.change, now)? {
            Ok(row) => row,
            Err(outcome) => return Ok(Decided::of(outcome, asked.coupon)),
        };
        let barred = if asked.until <= now {
            Some(CouponOutcome::Expired)
        } else {
            match &asked.to {
                Owner::Shop(shop) => {
                    let word = word.unwrap_or_default();
                    let bars = self.bars_shop(tables, &row, shop, word)?;
                    bars.or(spends_again(tables, &row, notice.signer.account)?)
                }
                // To oneself is no transfer.
                Owner::Holder(holder) => {
                    (*holder == asked.holder).then_some(CouponOutcome::NotOffered)
                }
            }
        };
        if let Some(outcome) = barred {
            return Ok(Decided::of(outcome, asked.coupon));
        }
        let change = Change {
            to: asked.to.clone(),
            step: match asked.to {
                Owner::Shop(_) => Step::Spend,
                Owner::Holder(_) => Step::HandOn,
            },
            notice: Some(&notice.digest),
            spends: None,
        };
        let is_spent = change.step == Step::Spend;
        let outcome = if self.change_owner(tables, key, &mut row, change)? {
            if is_spent {
                note_spender(tables, &row, notice.signer.account)?;
            }
            CouponOutcome::Done
        } else {
            CouponOutcome::WrongState
        };
        Ok(Decided::of(outcome, asked.coupon))
    }

    /// Whether settings or an operator's command stop the shop.
    pub(super) fn is_blocked(&self, tables: &dyn Tables, shop: &Domain) -> Result<bool, Fault> {
        Ok(self.config.blocked.contains(shop) || parties::blocked(tables)?.contains(shop))
    }

    /// What keeps a coupon from being spent at a shop, if anything does. What was bought the office does not know: that an
    /// order meets the coupon's conditions the shop says, and where there are any nobody else can.
    pub(super) fn bars_shop(
        &self,
        tables: &dyn Tables,
        row: &Row,
        shop: &Domain,
        word: ShopsWord<'_>,
    ) -> Result<Option<CouponOutcome>, Fault> {
        let terms = row.read_terms()?;
        if self.is_blocked(tables, shop)? || !terms.is_for(shop) {
            return Ok(Some(CouponOutcome::NotHere));
        }
        if row.not_before > self.issuer.office.now() {
            return Ok(Some(CouponOutcome::NotYet));
        }
        let conditions = &terms.conditions;
        let is_large = conditions.minimum_total.is_none_or(|least| {
            let total = word.total.filter(|total| total.currency == least.currency);
            total.is_some_and(|total| total.minor >= least.minor)
        });
        let is_named =
            conditions.condition.is_none() || conditions.condition.as_deref() == word.condition;
        if !is_large || !is_named {
            return Ok(Some(CouponOutcome::ConditionNotMet));
        }
        Ok(None)
    }
}

/// Of a campaign that a holder spends one coupon of: whether this account has spent its own.
pub(super) fn spends_again(
    tables: &dyn Tables,
    row: &Row,
    account: i64,
) -> Result<Option<CouponOutcome>, Fault> {
    let Some(campaign) = row.campaign.filter(|_| once_each(row).unwrap_or(true)) else {
        return Ok(None);
    };
    let sql = "SELECT 1 FROM coupon_spent WHERE campaign = ? AND account = ? AND coupon <> ?";
    let found = first(
        tables,
        sql,
        &[campaign.into(), account.into(), row.id.into()],
    )?;
    Ok(found.map(|_| CouponOutcome::HadEnough))
}

/// Notes who spent a campaign's coupon.
pub(super) fn note_spender(tables: &dyn Tables, row: &Row, account: i64) -> Result<(), Fault> {
    if let Some(campaign) = row.campaign {
        let sql = "INSERT INTO coupon_spent (campaign, account, coupon) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING";
        tables.run(sql, &[campaign.into(), account.into(), row.id.into()])?;
    }
    Ok(())
}

fn once_each(row: &Row) -> Result<bool, Fault> {
    Ok(row.read_terms()?.conditions.once_each)
}
