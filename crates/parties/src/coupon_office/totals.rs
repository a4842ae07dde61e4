//! Totals what was charged in a period (C16, C19): one debit of the account, or one credit if more was converted than charged.

use core::cmp::Ordering;

use tallystick_protocol::coupon::{CouponId, LineKind};
use tallystick_protocol::wire::money::{Currency, Money};

use super::CouponOffice;
use super::billing::{self, Line};
use crate::issuer::books;
use crate::ledger::{self, Transfer};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::store::typed;

/// The most lines that one total takes up; what is left becomes a total of its own at once.
const LINES_AT_ONCE: u32 = 1_000;
/// The most accounts that one run of the job totals.
const ACCOUNTS_AT_ONCE: u32 = 100;

/// An open line as a total reads it.
type OpenLine = (i64, LineKind, Option<CouponId>, Money);

impl<P: Ports> CouponOffice<P> {
    /// The job of each period: totals every account of this object, each in a transaction of its own.
    pub(super) fn total_all(&self) -> Result<Next, Fault> {
        let office = &self.issuer.office;
        let sql = "SELECT DISTINCT account FROM coupon_lines WHERE total IS NULL LIMIT ?";
        let accounts: Vec<i64> = typed::all(office.tables(), sql, &[ACCOUNTS_AT_ONCE.into()])?;
        if accounts.is_empty() {
            return Ok(Next::Done);
        }
        for account in accounts {
            office.transaction(|tables| self.total(tables, account))?;
        }
        // Not in this wake: requests are answered in between.
        Ok(Next::At(office.now_ms().saturating_add(1)))
    }

    /// An operator wants the totals now, not at the period's end.
    pub(super) fn total_soon(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        let now_ms = self.issuer.office.now_ms();
        let job = NewJob {
            kind: billing::TOTAL,
            reference: "",
            peer: None,
            at_ms: now_ms,
        };
        due::put(tables, &job, now_ms)
    }

    fn total(&self, tables: &dyn Tables, account: i64) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let sql = "SELECT currency FROM coupon_lines WHERE account = ? AND total IS NULL ORDER BY number LIMIT 1";
        let Some(currency) = typed::one::<Currency>(tables, sql, &[account.into()])? else {
            return Ok(());
        };
        let sql = "SELECT number, kind, coupon, minor, currency FROM coupon_lines
            WHERE account = ? AND total IS NULL AND currency = ? ORDER BY number LIMIT ?";
        let about = [account.into(), currency.into(), LINES_AT_ONCE.into()];
        let lines: Vec<OpenLine> = typed::all(tables, sql, &about)?;
        let last = lines.last().map_or(0, |(number, ..)| *number);
        let (mut charged, mut converted) = (Money::zero(currency), Money::zero(currency));
        for (_, kind, coupon, money) in &lines {
            let sum = if *kind == LineKind::Charge {
                &mut charged
            } else {
                &mut converted
            };
            *sum = sum.checked_add(*money).map_err(|_| Fault::internal())?;
            if let (LineKind::Charge, Some(coupon)) = (kind, coupon) {
                billing::free(tables, coupon, office.now_ms())?;
            }
        }
        self.book_total(tables, (account, last), charged, converted)?;
        tables.run(
            "UPDATE coupon_lines SET total = ? WHERE account = ? AND total IS NULL AND currency = ? AND number <= ?",
            &[last.into(), account.into(), currency.into(), last.into()],
        )?;
        if !office.spread()?.shards.is_none() {
            // The account may live elsewhere by now.
            self.issuer.look_at(tables, account, office.now_ms())?;
        }
        office.log("coupon-total", None, "ok");
        Ok(())
    }

    /// One transfer between the account and what was charged to it; none if both are equal.
    fn book_total(
        &self,
        tables: &dyn Tables,
        (account, last): (i64, i64),
        charged: Money,
        converted: Money,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let (holder, charges) = (books::name_of(account), billing::charges_of(account));
        let (holder, charges) = (books::of_holder(&holder), billing::of_charges(&charges));
        let (kind, memo, debit, credit) = match charged.minor.cmp(&converted.minor) {
            Ordering::Equal => return Ok(()),
            Ordering::Greater => (LineKind::Debit, "Total of coupons", holder, charges),
            Ordering::Less => (LineKind::PayOut, "Coupons paid out", charges, holder),
        };
        let minor = charged.minor.abs_diff(converted.minor);
        let money = Money { minor, ..charged };
        let transfer = Transfer {
            id: &format!("coupon-total {account}/{last}"),
            at_ms: office.now_ms(),
            order_id: None,
            memo,
            debit,
            credit,
            money,
        };
        ledger::transfer(tables, &transfer)?;
        let line = Line {
            account,
            kind,
            coupon: None,
            money,
        };
        Ok(billing::insert_line(
            tables,
            &line,
            Some(last),
            office.now(),
        )?)
    }
}
