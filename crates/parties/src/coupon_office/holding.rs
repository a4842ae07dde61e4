//! Coupons at the checkout: one is held for an order from the holder's approval on, then taken, in part or whole, once the
//! order is charged, or given free if nothing comes of it. What an order did not need, and what is given back of it
//! afterwards, is a coupon of the holder's again. So several coupons go into one order, and a card or a purse pays the rest of
//! it: to its payer the order comes to what is left.
//!
//! The shop says which; it has what the owner's card signed, which would make the coupon its own at once. A hold ends by
//! itself.

use tallystick_protocol::coupon::{CouponOutcome, CouponTransfer};
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::asking::SILENCE;
use super::handing_on::{ShopsWord, checked, note_spender, spends_again};
use super::notices::{Decided, Signed};
use super::registry::{self, Row};
use super::state::{Step, after};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob};

impl<P: Ports> CouponOffice<P> {
    /// Holds a coupon for an order, as its owner handed it to the shop.
    pub(super) fn hold(
        &self,
        tables: &dyn Tables,
        notice: &Signed<CouponTransfer>,
        (word, order): (ShopsWord<'_>, &[u8; 32]),
    ) -> Result<Decided, Fault> {
        let office = &self.issuer.office;
        let (asked, now) = (&notice.message, office.now());
        let mut row = match checked(tables, &asked.coupon, &asked.holder, asked.change, now)? {
            Ok(row) => row,
            Err(outcome) => return Ok(Decided::of(outcome, asked.coupon)),
        };
        let shop = asked.to.shop().ok_or_else(Fault::internal)?;
        let barred = if asked.until <= now {
            Some(CouponOutcome::Expired)
        } else if let Some(outcome) = self.bars_shop(tables, &row, shop, word)? {
            Some(outcome)
        } else if let Some(outcome) = spends_again(tables, &row, notice.signer.account)? {
            Some(outcome)
        } else {
            after(row.state, Step::Hold)
                .err()
                .map(|_| CouponOutcome::WrongState)
        };
        if let Some(outcome) = barred {
            return Ok(Decided::of(outcome, asked.coupon));
        }
        let until = now.plus_seconds(self.config.hold_seconds);
        row.take(Step::Hold).map_err(|_| Fault::internal())?;
        row.asked = Some(*order);
        row.named = Some(asked.to.clone());
        row.until = Some(until);
        registry::store(tables, &row, Step::Hold.as_str(), Some(&notice.digest), now)?;
        note_spender(tables, &row, notice.signer.account)?;
        self.end_hold_at(tables, &row, until)?;
        Ok(Decided {
            until: Some(until),
            ..Decided::of(CouponOutcome::Done, asked.coupon)
        })
    }

    fn end_hold_at(&self, tables: &dyn Tables, row: &Row, until: Timestamp) -> Result<(), Fault> {
        let job = NewJob {
            kind: SILENCE,
            reference: &row.id.to_string(),
            peer: None,
            at_ms: until.milliseconds(),
        };
        Ok(due::put(tables, &job, self.issuer.office.now_ms())?)
    }

    /// Nothing came of the order, or nobody said so in time.
    pub(super) fn give_free(
        &self,
        tables: &dyn Tables,
        row: &mut Row,
        notice: Option<&[u8; 32]>,
    ) -> Result<(), Fault> {
        row.take(Step::Free).map_err(|_| Fault::internal())?;
        let now = self.issuer.office.now();
        registry::store(tables, row, Step::Free.as_str(), notice, now)?;
        // It was not spent after all, and what held it holds nothing any more.
        tables.run(
            "DELETE FROM coupon_spent WHERE coupon = ?",
            &[row.id.into()],
        )?;
        tables.run(
            "UPDATE coupon_notices SET outcome = ? WHERE digest = (SELECT notice FROM coupon_history
                WHERE coupon = ? AND step = ? ORDER BY number DESC LIMIT 1)",
            &[
                CouponOutcome::WrongState.as_str().into(),
                row.id.into(),
                Step::Hold.as_str().into(),
            ],
        )?;
        Ok(due::cancel(tables, SILENCE, &row.id.to_string())?)
    }
}
