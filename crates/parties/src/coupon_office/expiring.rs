//! Coupons whose time is over (T001-8). They are refused from the second on; every night their money comes to rest: of a
//! postpaid one nothing is charged and what was set aside is free again, of a campaign's the budget has it back, of a prepaid
//! one it stands as lapsed, which is nobody's profit.

use tallystick_protocol::coupon::{CouponId, CouponOutcome, CouponState, Funding};

use super::CouponOffice;
use super::billing::{self, Booking, book};
use super::campaigns;
use super::notices;
use super::registry::{self, Row};
use super::state::{Step, after};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::store::typed;

/// How many are ended in one transaction.
const AT_ONCE: u32 = 200;
/// How many transactions a night has at most; what is left comes the next night.
const TURNS_MAX: u32 = 500;

impl<P: Ports> CouponOffice<P> {
    /// Ends all coupons whose time is over.
    pub(super) fn end_expired(&self) -> Result<(), Fault> {
        let office = &self.issuer.office;
        for _ in 0..TURNS_MAX {
            let ended = office.transaction(|tables| {
                let sql = "SELECT id FROM coupons WHERE valid_until <= ?
                    AND state NOT IN ('spent', 'converted', 'expired') ORDER BY valid_until LIMIT ?";
                let about = [office.now().into(), AT_ONCE.into()];
                let over: Vec<CouponId> = typed::all(tables, sql, &about)?;
                for coupon in &over {
                    self.expire(tables, coupon)?;
                }
                Ok::<_, Fault>(over.len())
            })?;
            if ended == 0 {
                break;
            }
        }
        Ok(())
    }

    fn expire(&self, tables: &dyn Tables, coupon: &CouponId) -> Result<(), Fault> {
        let mut row = registry::find(tables, coupon)?.ok_or_else(Fault::internal)?;
        if after(row.state, Step::Expire).is_err() {
            return Ok(());
        }
        if let (CouponState::Asked, Some(asked)) = (row.state, row.asked) {
            notices::ended(tables, &asked, CouponOutcome::Expired)?;
        }
        row.take(Step::Expire).map_err(|_| Fault::internal())?;
        let now = self.issuer.office.now();
        registry::store(tables, &row, Step::Expire.as_str(), None, now)?;
        self.book_expired(tables, &row)
    }

    fn book_expired(&self, tables: &dyn Tables, row: &Row) -> Result<(), Fault> {
        let at_ms = self.issuer.office.now_ms();
        if row.funding == Funding::Postpaid {
            return Ok(billing::free(tables, &row.id, at_ms)?);
        }
        let budget = campaigns::budget_of_row(row);
        let credit = match &budget {
            Some(name) => campaigns::of_budget(name),
            None => billing::LAPSED,
        };
        let booking = Booking {
            what: "coupon-lapse",
            coupon: &row.id,
            memo: "Coupon not spent in its time",
            debit: billing::COUPONS,
            credit,
            money: row.value,
            at_ms,
        };
        Ok(book(tables, &booking)?)
    }
}
