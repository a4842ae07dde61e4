//! How a coupon is, for its owner, and what was charged, for whom (T001-16). Nobody else is told more than that a coupon has
//! changed its owner.

use tallystick_protocol::coupon::{
    BillingAnswer, BillingLine, BillingQuery, ConfirmationAsk, CouponId, CouponQuery, CouponState,
    CouponStatus, LINES_MAX, LineKind,
};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::conversation::Said;
use super::key::CouponKey;
use super::registry::{self, Row};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::ports::Ports;
use crate::store::typed;

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-states`, sealed.
    pub(super) async fn show_status(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "coupon-states").await?;
        self.require_enrolled(&said).await?;
        let asked: CouponQuery = decode(&said.content)?;
        let key = self.coupon_key().await?;
        let unknown = || Fault::new(Kind::NotFound, "There is no such coupon, or not for you.");
        let row = registry::find(self.issuer.office.tables(), &asked.coupon)?;
        let row = row.ok_or_else(unknown)?;
        let is_owner = row.owner == said.speaker();
        if !is_owner && !self.has_owned(&row.id, &said)? {
            return Err(unknown());
        }
        let speaker = &said.pair.holder;
        let status = self.status(&key, &row, is_owner.then_some(speaker), speaker)?;
        self.answer_sealed(&said, &key.sign(&status)?)
    }

    /// Requires that the speaker's account is not on another device by now.
    async fn require_enrolled(&self, said: &Said) -> Result<(), Fault> {
        let none = || Fault::new(Kind::Revoked, "The account is on another device.");
        self.enrolled(&said.pair.holder)
            .await?
            .map(|_| ())
            .ok_or_else(none)
    }

    fn has_owned(&self, coupon: &CouponId, said: &Said) -> Result<bool, Fault> {
        let owner = tallystick_protocol::wire::cbor::encode_value(&said.speaker());
        let sql = "SELECT 1 FROM coupon_history WHERE coupon = ? AND owner = ? LIMIT 1";
        let tables = self.issuer.office.tables();
        let found: Option<i64> = typed::one(tables, sql, &[(*coupon).into(), owner.into()])?;
        Ok(found.is_some())
    }

    fn status(
        &self,
        key: &CouponKey,
        row: &Row,
        owner: Option<&HolderId>,
        speaker: &HolderId,
    ) -> Result<CouponStatus, Fault> {
        let office = &self.issuer.office;
        let ask = match owner {
            Some(holder) if row.state == CouponState::Asked => Some(self.ask(key, row, holder)?),
            _ => None,
        };
        let made = self.made_of(office.tables(), &row.id, speaker)?;
        Ok(CouponStatus {
            office: office.settings.domain.clone(),
            coupon: row.id,
            state: owner.map(|_| row.state),
            change: row.change,
            whole: owner.map(|_| encode(&row.whole())),
            ask,
            ended: owner.and(row.ended),
            at: office.now(),
            made,
        })
    }

    /// What the owner is asked (C12), signed.
    fn ask(&self, key: &CouponKey, row: &Row, holder: &HolderId) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        key.sign(&ConfirmationAsk {
            office: office.settings.domain.clone(),
            holder: *holder,
            coupon: row.id,
            change: row.change,
            to: row.named.clone().ok_or_else(Fault::internal)?,
            asked: row.asked.ok_or_else(Fault::internal)?,
            until: row.until.ok_or_else(Fault::internal)?,
            at: office.now(),
        })
    }

    /// `POST /v1/coupon-bills`, sealed: the lines of the speaker's account at this object.
    pub(super) async fn show_bill(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "coupon-bills").await?;
        let asked: BillingQuery = decode(&said.content)?;
        let none = || Fault::new(Kind::Revoked, "The account is on another device.");
        let holder = said.pair.holder;
        let account = self.enrolled(&holder).await?.ok_or_else(none)?.account;
        let key = self.coupon_key().await?;
        let answer = BillingAnswer {
            office: self.issuer.office.settings.domain.clone(),
            holder,
            charged: self.open_sum(account, LineKind::Charge, asked.currency)?,
            converted: self.open_sum(account, LineKind::Conversion, asked.currency)?,
            period_ends: self.period_ends(),
            lines: self.lines_before(account, asked.currency, asked.before)?,
            at: self.issuer.office.now(),
        };
        self.answer_sealed(&said, &key.sign(&answer)?)
    }

    fn open_sum(&self, account: i64, kind: LineKind, currency: Currency) -> Result<Money, Fault> {
        let sql = "SELECT coalesce(sum(minor), 0) FROM coupon_lines
            WHERE account = ? AND total IS NULL AND kind = ? AND currency = ?";
        let about = [account.into(), kind.as_str().into(), currency.into()];
        let sum: Option<u64> = typed::one(self.issuer.office.tables(), sql, &about)?;
        Ok(Money::new(sum.unwrap_or(0), currency))
    }

    fn lines_before(
        &self,
        account: i64,
        currency: Currency,
        before: Option<u64>,
    ) -> Result<Vec<BillingLine>, Fault> {
        type Line = (u64, LineKind, Option<CouponId>, Money, Timestamp);
        let sql = "SELECT number, kind, coupon, minor, currency, at FROM coupon_lines
            WHERE account = ? AND currency = ? AND number < ? ORDER BY number DESC LIMIT ?";
        let newest = tallystick_protocol::wire::number::WHOLE_MAX;
        let about = [
            account.into(),
            currency.into(),
            before.unwrap_or(newest).into(),
            u32::try_from(LINES_MAX).unwrap_or(u32::MAX).into(),
        ];
        let lines: Vec<Line> = typed::all(self.issuer.office.tables(), sql, &about)?;
        let line = |(number, kind, coupon, money, at)| BillingLine {
            number,
            kind,
            coupon,
            money,
            at,
        };
        Ok(lines.into_iter().map(line).collect())
    }
}
