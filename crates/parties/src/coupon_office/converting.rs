//! Sets a coupon's value against what was charged (C17, C18). What was never charged is charged in the same entry: a postpaid
//! coupon is its issuee's charge from then on, so that nothing is paid out that nobody pays for. Whoever owns the coupon may
//! convert it; if that is somebody whose account is at another object, the value crosses to there.

use tallystick_protocol::coupon::{ConversionNotice, CouponId, CouponOutcome, Funding, LineKind};

use super::CouponOffice;
use super::billing::{self, Booking, Line, book, charges_of, of_charges};
use super::enrolled::Enrolled;
use super::handing_on::checked;
use super::key::CouponKey;
use super::notices::{Decided, Signed};
use super::registry::{self, Row};
use super::state::{Step, after};
use crate::ledger::AccountKind;
use crate::ledger::across::Crossing;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{Ports, Tables};

/// With this the name of a crossing begins that brings a conversion; the coupon's number follows.
const CROSSING: &str = "across convert ";

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-conversions` (C17).
    pub(super) async fn take_conversion(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.take_notice(request, "coupon-conversions", |tables, key, notice| {
            self.convert(tables, key, notice)
        })
        .await
    }

    fn convert(
        &self,
        tables: &dyn Tables,
        _: &CouponKey,
        notice: &Signed<ConversionNotice>,
    ) -> Result<Decided, Fault> {
        let asked = &notice.message;
        let now = self.issuer.office.now();
        let mut row = match checked(tables, &asked.coupon, &asked.holder, asked.change, now)? {
            Ok(row) => row,
            Err(outcome) => return Ok(Decided::of(outcome, asked.coupon)),
        };
        let outcome = if row.value != asked.value {
            CouponOutcome::Invalid
        } else if row.account.is_none() {
            // What a campaign gives away is for its shop, and never money.
            CouponOutcome::NotOffered
        } else if after(row.state, Step::Convert).is_err() {
            CouponOutcome::WrongState
        } else {
            row.take(Step::Convert).map_err(|_| Fault::internal())?;
            registry::store(
                tables,
                &row,
                Step::Convert.as_str(),
                Some(&notice.digest),
                now,
            )?;
            self.book_conversion(tables, &row, &notice.signer)?;
            CouponOutcome::Done
        };
        Ok(Decided::of(outcome, asked.coupon))
    }

    fn book_conversion(
        &self,
        tables: &dyn Tables,
        row: &Row,
        owner: &Enrolled,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let issuee = row.account.ok_or_else(Fault::internal)?;
        let (from, to) = (charges_of(issuee), charges_of(owner.account));
        let is_postpaid = row.funding == Funding::Postpaid;
        if is_postpaid {
            self.charge(tables, row, row.value)?;
        }
        // A postpaid coupon of one's own is charged and converted at once, which moves nothing.
        if !is_postpaid || from != to {
            let booking = Booking {
                what: "coupon-convert",
                coupon: &row.id,
                memo: "Coupon converted",
                debit: if is_postpaid {
                    of_charges(&from)
                } else {
                    billing::COUPONS
                },
                credit: of_charges(&to),
                money: row.value,
                at_ms: office.now_ms(),
            };
            book(tables, &booking)?;
        }
        let place = Place::of_object(&owner.place).ok_or_else(Fault::internal)?;
        if place == office.place() {
            return self.write_conversion(tables, owner.account, Some(row.id), row.value);
        }
        let crossing = Crossing {
            id: format!("{CROSSING}{}", row.id),
            kind: AccountKind::Charges,
            account: to,
            money: row.value,
        };
        office.send_crossing(tables, &crossing, place)
    }

    fn write_conversion(
        &self,
        tables: &dyn Tables,
        account: i64,
        coupon: Option<CouponId>,
        money: tallystick_protocol::wire::money::Money,
    ) -> Result<(), Fault> {
        let line = Line {
            account,
            kind: LineKind::Conversion,
            coupon,
            money,
        };
        Ok(self.write_line(tables, &line)?)
    }

    /// Takes in what another object sent: a conversion, or money of an account.
    pub(super) fn take_in(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.issuer.office.take_in(request, |tables, came| {
            if came.kind != AccountKind::Charges {
                return self.issuer.arrived(tables, came);
            }
            let account = came.account.strip_prefix("charges ");
            let account = account.and_then(|number| number.parse().ok());
            let coupon = came.id.strip_prefix(CROSSING);
            let coupon = coupon.and_then(|number| number.parse().ok());
            self.write_conversion(
                tables,
                account.ok_or_else(Fault::internal)?,
                coupon,
                came.money,
            )
        })
    }
}
