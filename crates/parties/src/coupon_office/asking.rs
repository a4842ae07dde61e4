//! Somebody who was given a coupon wants to be its owner (C9 to C13): the office verifies it, asks the present owner, and
//! changes the registry if that one says yes. No, or nothing in time, leaves the coupon whose it is (T001-7); both are told.

use data_encoding::HEXLOWER;
use tallystick_protocol::coupon::{
    CouponOutcome, CouponState, Owner, OwnerChangeRequest, TransferReply,
};
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::handing_on::{checked, note_spender, spends_again};
use super::key::CouponKey;
use super::notices::{self, Decided, Signed};
use super::registry::{self, Change, Row};
use super::state::{Step, after};
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob, Next};

/// The kind of the job that ends the time in which an owner may reply; its reference is the coupon's number.
pub(super) const SILENCE: &str = "coupon-silence";

/// Somebody who wants a coupon.
pub(super) struct Wanted<'a> {
    pub by: Owner,
    /// SHA-256 of the coupon that was shown.
    pub shown: [u8; 32],
    pub change: u32,
    /// SHA-256 of what asks.
    pub asked: &'a [u8; 32],
}

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-requests` (C11), by a holder.
    pub(super) async fn take_request(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "coupon-requests").await?;
        let key = self.coupon_key().await?;
        let notice: Signed<OwnerChangeRequest> = self.brought(&said, &said.content).await?;
        let reclaims = self.reclaims(&notice).await?;
        let decided = self.decide_notice(&key, &notice, |tables, key, notice| {
            if reclaims {
                self.reclaim(tables, key, notice)
            } else {
                self.ask_for(tables, key, notice)
            }
        })?;
        self.answer_decided(&said, &key, notice.digest, decided)
    }

    /// Whether the coupon's owner is who asks, under the identifier that the account had on another device.
    async fn reclaims(&self, notice: &Signed<OwnerChangeRequest>) -> Result<bool, Fault> {
        let row = registry::find(self.issuer.office.tables(), &notice.message.coupon)?;
        let owner = row.and_then(|row| row.owner.holder().copied());
        match owner {
            Some(owner) if owner != notice.message.holder => {
                Ok(self.former(&owner).await? == Some(notice.signer.account))
            }
            _ => Ok(false),
        }
    }

    /// Nobody has to be asked: both identifiers are one account's, and the owner's counts no more.
    fn reclaim(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<OwnerChangeRequest>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        let decided = |outcome| Ok(Decided::of(outcome, asked.coupon));
        let Some(mut row) = registry::find(tables, &asked.coupon)? else {
            return decided(CouponOutcome::Unknown);
        };
        if row.change != asked.change {
            return decided(CouponOutcome::Changed);
        }
        if row.whole().digest() != asked.shown {
            return decided(CouponOutcome::Invalid);
        }
        if row.valid_until <= self.issuer.office.now() {
            return decided(CouponOutcome::Expired);
        }
        let change = Change {
            to: Owner::Holder(asked.holder),
            step: Step::Reclaim,
            notice: Some(&notice.digest),
            spends: None,
        };
        if self.change_owner(tables, key, &mut row, change)? {
            decided(CouponOutcome::Done)
        } else {
            decided(CouponOutcome::WrongState)
        }
    }

    fn ask_for(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<OwnerChangeRequest>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        let Some(row) = registry::find(tables, &asked.coupon)? else {
            return Ok(Decided::of(CouponOutcome::Unknown, asked.coupon));
        };
        let wanted = Wanted {
            by: Owner::Holder(asked.holder),
            shown: asked.shown,
            change: asked.change,
            asked: &notice.digest,
        };
        self.ask_owner(tables, key, row, &wanted)
    }

    /// Verifies what was shown and has the owner asked (C10, C12).
    pub(super) fn ask_owner(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        mut row: Row,
        wanted: &Wanted<'_>,
    ) -> Result<Decided, Fault> {
        let office = &self.issuer.office;
        let now = office.now();
        let refused = if row.valid_until <= now {
            Some(CouponOutcome::Expired)
        } else if row.change != wanted.change {
            Some(CouponOutcome::Changed)
        } else if row.whole().digest() != wanted.shown {
            Some(CouponOutcome::Invalid)
        } else if row.owner == wanted.by {
            Some(CouponOutcome::NotOffered)
        } else if row.state == CouponState::Named {
            // The owner said by a gateway who shall have it, and is not asked again.
            return self.present(tables, key, row, &wanted.by, wanted.asked);
        } else if row.owner.holder().is_none() || after(row.state, Step::Ask).is_err() {
            Some(CouponOutcome::WrongState)
        } else if was_denied(tables, &row, &wanted.by)? {
            Some(CouponOutcome::Denied)
        } else {
            None
        };
        if let Some(outcome) = refused {
            return Ok(Decided::of(outcome, row.id));
        }
        let until = now.plus_seconds(self.config.ask_seconds);
        let until = Timestamp(until.0.min(row.valid_until.0));
        row.take(Step::Ask).map_err(|_| Fault::internal())?;
        row.asked = Some(*wanted.asked);
        row.named = Some(wanted.by.clone());
        row.until = Some(until);
        row.ended = None;
        registry::store(tables, &row, Step::Ask.as_str(), Some(wanted.asked), now)?;
        let job = NewJob {
            kind: SILENCE,
            reference: &HEXLOWER.encode(&row.id.0),
            peer: None,
            at_ms: until.milliseconds(),
        };
        due::put(tables, &job, office.now_ms())?;
        Ok(Decided {
            outcome: CouponOutcome::Waiting,
            coupon: Some(row.id),
            until: Some(until),
        })
    }

    /// `POST /v1/coupon-replies` (C12): the owner says yes or no.
    pub(super) async fn take_reply(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.take_notice(request, "coupon-replies", |tables, key, notice| {
            self.hear_reply(tables, key, notice)
        })
        .await
    }

    fn hear_reply(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        notice: &Signed<TransferReply>,
    ) -> Result<Decided, Fault> {
        let said = &notice.message;
        let now = self.issuer.office.now();
        let mut row = match checked(tables, &said.coupon, &said.holder, said.change, now)? {
            Ok(row) => row,
            Err(outcome) => return Ok(Decided::of(outcome, said.coupon)),
        };
        let decided = |outcome| Ok(Decided::of(outcome, said.coupon));
        if row.state != CouponState::Asked {
            return decided(CouponOutcome::WrongState);
        }
        // What the card showed is what was asked: neither the asker nor the request is another by now.
        if row.asked != Some(said.asked) || row.named.as_ref() != Some(&said.to) {
            return decided(CouponOutcome::Invalid);
        }
        if row.until.is_none_or(|until| until <= now) {
            self.end_ask(tables, &mut row, CouponOutcome::Silent, None)?;
            return decided(CouponOutcome::Expired);
        }
        let digest = Some(&notice.digest);
        if !said.agrees {
            note_denied(tables, &row, &said.to)?;
            self.end_ask(tables, &mut row, CouponOutcome::Denied, digest)?;
            return decided(CouponOutcome::Done);
        }
        let barred = match said.to.shop() {
            Some(shop) if self.is_blocked(tables, shop)? => Some(CouponOutcome::NotHere),
            Some(_) => spends_again(tables, &row, notice.signer.account)?,
            None => None,
        };
        let is_shop = said.to.shop().is_some();
        if let Some(outcome) = barred {
            self.end_ask(tables, &mut row, outcome, digest)?;
            return decided(outcome);
        }
        let asked = said.asked;
        let change = Change {
            to: said.to.clone(),
            step: if is_shop {
                Step::ConfirmShop
            } else {
                Step::Confirm
            },
            notice: digest,
            spends: None,
        };
        if !self.change_owner(tables, key, &mut row, change)? {
            return decided(CouponOutcome::WrongState);
        }
        if is_shop {
            note_spender(tables, &row, notice.signer.account)?;
        }
        notices::ended(tables, &asked, CouponOutcome::Done)?;
        due::cancel(tables, SILENCE, &HEXLOWER.encode(&row.id.0))?;
        decided(CouponOutcome::Done)
    }

    /// The coupon stays whose it is, and both hear so: who asked, asking again; the owner, looking at the coupon.
    pub(super) fn end_ask(
        &self,
        tables: &dyn Tables,
        row: &mut Row,
        outcome: CouponOutcome,
        notice: Option<&[u8; 32]>,
    ) -> Result<(), Fault> {
        if let Some(asked) = row.asked {
            notices::ended(tables, &asked, outcome)?;
        }
        row.take(Step::Refuse).map_err(|_| Fault::internal())?;
        row.ended = Some(outcome);
        let now = self.issuer.office.now();
        registry::store(tables, row, outcome.as_str(), notice, now)?;
        Ok(due::cancel(tables, SILENCE, &HEXLOWER.encode(&row.id.0))?)
    }

    /// The job: the owner said nothing in time.
    pub(super) fn hear_silence(&self, reference: &str) -> Result<Next, Fault> {
        let office = &self.issuer.office;
        let coupon = reference.parse().map_err(|_| Fault::internal())?;
        office.transaction(|tables| {
            let now = office.now();
            let waits = |row: &Row| {
                use CouponState::{Asked, Held, Named};
                matches!(row.state, Asked | Named | Held)
            };
            let Some(mut row) = registry::find(tables, &coupon)?.filter(waits) else {
                return Ok(Next::Done);
            };
            match row.until {
                Some(until) if until > now => Ok(Next::At(until.milliseconds())),
                _ if row.state == CouponState::Held => {
                    self.give_free(tables, &mut row, None)?;
                    Ok(Next::Done)
                }
                _ => {
                    self.end_ask(tables, &mut row, CouponOutcome::Silent, None)?;
                    office.log("coupon", None, CouponOutcome::Silent.as_str());
                    Ok(Next::Done)
                }
            }
        })
    }
}

/// Whether this owner said no to them before: nobody who has once seen a coupon can keep its owner from using it by asking.
fn was_denied(tables: &dyn Tables, row: &Row, asker: &Owner) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM coupon_denied WHERE coupon = ? AND change = ? AND asker = ?";
    let about = [row.id.into(), row.change.into(), asker.clone().into()];
    Ok(first(tables, sql, &about)?.is_some())
}

fn note_denied(tables: &dyn Tables, row: &Row, asker: &Owner) -> Result<(), Fault> {
    let sql =
        "INSERT INTO coupon_denied (coupon, change, asker) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    tables.run(
        sql,
        &[row.id.into(), row.change.into(), asker.clone().into()],
    )?;
    Ok(())
}
