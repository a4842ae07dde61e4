//! Gifts to somebody whose wallet is not known: a link with a secret key (claim link). It binds to the first wallet for which
//! that key signs; until then the owner can take it back, and its end does so by itself.

use data_encoding::HEXLOWER;
use tallystick_protocol::coupon::{
    ClaimCancellation, ClaimOffer, ClaimProof, ClaimRedemption, ClaimRequest, CouponOutcome,
    CouponState, Owner,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::decode;

use super::CouponOffice;
use super::handing_on::checked;
use super::key::CouponKey;
use super::notices::{Decided, Signed, keyed_fault};
use super::registry::{self, Change, Row};
use super::state::{Step, after};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob, Next};

/// The kind of the job that ends a link's time; its reference is the coupon's number.
pub(super) const LINK_ENDS: &str = "coupon-link";

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-claims`: the owner made a link.
    pub(super) async fn take_offer(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.take_notice(request, "coupon-claims", |tables, _, notice| {
            self.offer(tables, notice)
        })
        .await
    }

    fn offer(&self, tables: &dyn Tables, notice: &Signed<ClaimOffer>) -> Result<Decided, Fault> {
        let office = &self.issuer.office;
        let (asked, now) = (&notice.message, office.now());
        let mut row = match checked(tables, &asked.coupon, &asked.holder, asked.change, now)? {
            Ok(row) => row,
            Err(outcome) => return Ok(Decided::of(outcome, asked.coupon)),
        };
        if asked.until <= now || asked.until > row.valid_until {
            return Ok(Decided::of(CouponOutcome::Expired, asked.coupon));
        }
        if after(row.state, Step::Offer).is_err() {
            return Ok(Decided::of(CouponOutcome::WrongState, asked.coupon));
        }
        row.take(Step::Offer).map_err(|_| Fault::internal())?;
        row.claim = Some(asked.claim);
        row.until = Some(asked.until);
        registry::store(
            tables,
            &row,
            Step::Offer.as_str(),
            Some(&notice.digest),
            now,
        )?;
        let job = NewJob {
            kind: LINK_ENDS,
            reference: &HEXLOWER.encode(&row.id.0),
            peer: None,
            at_ms: asked.until.milliseconds(),
        };
        due::put(tables, &job, office.now_ms())?;
        Ok(Decided {
            until: Some(asked.until),
            ..Decided::of(CouponOutcome::Done, asked.coupon)
        })
    }

    /// `POST /v1/coupon-claim-cancellations`: the owner takes the link back.
    pub(super) async fn take_cancellation(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.take_notice(request, "coupon-claims", |tables, _, notice| {
            self.cancel(tables, notice)
        })
        .await
    }

    fn cancel(
        &self,
        tables: &dyn Tables,
        notice: &Signed<ClaimCancellation>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        let now = self.issuer.office.now();
        let mut row = match checked(tables, &asked.coupon, &asked.holder, asked.change, now)? {
            Ok(row) => row,
            Err(outcome) => return Ok(Decided::of(outcome, asked.coupon)),
        };
        let outcome = if row.state != CouponState::Offered {
            CouponOutcome::WrongState
        } else if row.claim != Some(asked.claim) {
            CouponOutcome::WrongClaim
        } else {
            self.withdraw(tables, &mut row, Some(&notice.digest))?;
            CouponOutcome::Done
        };
        Ok(Decided::of(outcome, asked.coupon))
    }

    fn withdraw(
        &self,
        tables: &dyn Tables,
        row: &mut Row,
        notice: Option<&[u8; 32]>,
    ) -> Result<(), Fault> {
        row.take(Step::Withdraw).map_err(|_| Fault::internal())?;
        let now = self.issuer.office.now();
        registry::store(tables, row, Step::Withdraw.as_str(), notice, now)?;
        Ok(due::cancel(tables, LINK_ENDS, &HEXLOWER.encode(&row.id.0))?)
    }

    /// `POST /v1/coupon-redemptions`: somebody redeems a link.
    pub(super) async fn take_redemption(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self
            .open_conversation(request, "coupon-redemptions")
            .await?;
        let key = self.coupon_key().await?;
        let claim: ClaimRequest = decode(&said.content)?;
        let notice: Signed<ClaimRedemption> = self.brought(&said, &claim.redemption).await?;
        self.require_proof(&notice.message, &claim.proof)?;
        let decided = self.decide_notice(&key, &notice, |tables, key, notice| {
            self.redeem(tables, key, notice)
        })?;
        self.answer_decided(&said, &key, notice.digest, decided)
    }

    /// The link's key signed for this wallet, coupon and office, and for no other.
    fn require_proof(&self, redemption: &ClaimRedemption, proof: &[u8]) -> Result<(), Fault> {
        let link = VerifyingKey::from_short(&redemption.claim_key)?;
        let proof: ClaimProof = keyed::open(proof, &link).map_err(keyed_fault)?;
        let is_for_it = proof.office == self.issuer.office.settings.domain
            && proof.coupon == redemption.coupon
            && proof.holder == redemption.holder;
        if is_for_it {
            return Ok(());
        }
        let other = "The link's key signed for another wallet or coupon.";
        Err(Fault::new(Kind::WrongSender, other))
    }

    fn redeem(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<ClaimRedemption>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        let now = self.issuer.office.now();
        let decided = |outcome| Ok(Decided::of(outcome, asked.coupon));
        let Some(mut row) = registry::find(tables, &asked.coupon)? else {
            return self.redeem_of_campaign(tables, key, notice);
        };
        let is_its_key = row.claim == Some(ClaimOffer::hash(&asked.claim_key));
        if row.state != CouponState::Offered || !is_its_key {
            return decided(CouponOutcome::WrongClaim);
        }
        if row.until.is_none_or(|until| until <= now) || row.valid_until <= now {
            return decided(CouponOutcome::Expired);
        }
        let change = Change {
            to: Owner::Holder(asked.holder),
            step: Step::Redeem,
            notice: Some(&notice.digest),
            spends: None,
        };
        if !self.change_owner(tables, key, &mut row, change)? {
            return decided(CouponOutcome::WrongState);
        }
        due::cancel(tables, LINK_ENDS, &HEXLOWER.encode(&row.id.0))?;
        decided(CouponOutcome::Done)
    }

    /// The job: the link's time is over.
    pub(super) fn end_link(&self, reference: &str) -> Result<Next, Fault> {
        let office = &self.issuer.office;
        let coupon = reference.parse().map_err(|_| Fault::internal())?;
        office.transaction(|tables| {
            let now = office.now();
            let row = registry::find(tables, &coupon)?;
            let Some(mut row) = row.filter(|row| row.state == CouponState::Offered) else {
                return Ok(Next::Done);
            };
            match row.until {
                Some(until) if until > now => Ok(Next::At(until.milliseconds())),
                _ => {
                    self.withdraw(tables, &mut row, None)?;
                    Ok(Next::Done)
                }
            }
        })
    }
}
