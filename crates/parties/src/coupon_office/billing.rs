//! The billing ledger (C14 to C19; source document 001: charge information memory). Each postpaid coupon that reaches a shop is
//! a line on the account that was issued it, each conversion a line the other way; a period's lines become one total, which
//! alone is taken from the account or put onto it (T001-11, T001-12).
//!
//! In the books a charge is a debit of *charges N*, a conversion a credit of it, and the total brings it back to zero. What a
//! prepaid coupon cost stands on *coupons* until it is spent, converted or over. For a postpaid one as much is set aside on the
//! holder's account from its issue to its total, so that the total is always there.

use tallystick_protocol::coupon::{CouponId, Funding, LineKind};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::campaigns;
use super::registry::Row;
use crate::issuer::books;
use crate::ledger::across;
use crate::ledger::{self, Account, AccountKind, End, LedgerError, Transfer};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob};

/// The kind of the one job that totals what was charged in a period.
pub(super) const TOTAL: &str = "coupon-total";

/// What the office owes for prepaid coupons that are out.
pub(super) const COUPONS: Account<'static> = Account {
    kind: AccountKind::Coupons,
    name: "coupons",
};

/// What prepaid coupons were worth whose time was over before they were spent: owed to nobody known, and nobody's profit.
pub(super) const LAPSED: Account<'static> = Account {
    kind: AccountKind::Lapsed,
    name: "lapsed",
};

/// The name of the account on which a holder's charges of a period stand.
pub(super) fn charges_of(account: i64) -> String {
    format!("charges {account}")
}

pub(super) fn of_charges(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Charges,
        name,
    }
}

/// What is booked about a coupon.
pub(super) struct Booking<'a> {
    /// A word that with the coupon makes the booking one.
    pub what: &'a str,
    pub coupon: &'a CouponId,
    pub memo: &'a str,
    pub debit: Account<'a>,
    pub credit: Account<'a>,
    pub money: Money,
    pub at_ms: u64,
}

/// Moves money because of a coupon, once.
pub(super) fn book(tables: &dyn Tables, booking: &Booking<'_>) -> Result<(), LedgerError> {
    let id = format!("{} {}", booking.what, booking.coupon);
    ledger::transfer(tables, &transfer_of(booking, &id))?;
    Ok(())
}

fn transfer_of<'a>(booking: &Booking<'a>, id: &'a str) -> Transfer<'a> {
    Transfer {
        id,
        at_ms: booking.at_ms,
        order_id: None,
        memo: booking.memo,
        debit: booking.debit,
        credit: booking.credit,
        money: booking.money,
    }
}

/// A prepaid coupon is charged before it is issued (C2).
pub(super) fn charge_first(
    tables: &dyn Tables,
    coupon: &CouponId,
    account: i64,
    money: Money,
    at_ms: u64,
) -> Result<(), LedgerError> {
    let holder = books::name_of(account);
    let booking = Booking {
        what: "coupon-issue",
        coupon,
        memo: "Coupon, paid beforehand",
        debit: books::of_holder(&holder),
        credit: COUPONS,
        money,
        at_ms,
    };
    book(tables, &booking)
}

/// What a postpaid coupon will cost is set aside.
pub(super) fn set_aside(
    tables: &dyn Tables,
    coupon: &CouponId,
    account: i64,
    money: Money,
    at_ms: u64,
) -> Result<(), LedgerError> {
    let (holder, charges) = (books::name_of(account), charges_of(account));
    let booking = Booking {
        what: "coupon-hold",
        coupon,
        memo: "Coupon, paid afterwards",
        debit: books::of_holder(&holder),
        credit: of_charges(&charges),
        money,
        at_ms,
    };
    let id = format!("coupon-hold {coupon}");
    ledger::reserve(tables, &transfer_of(&booking, &id))?;
    Ok(())
}

/// What was set aside for a postpaid coupon is free again.
pub(super) fn free(tables: &dyn Tables, coupon: &CouponId, at_ms: u64) -> Result<(), LedgerError> {
    let part = format!("coupon-hold {coupon}/part");
    if across::is_named(tables, &part)? {
        return void(tables, &format!("coupon-free {coupon}/part"), &part, at_ms);
    }
    let (id, whole) = (
        format!("coupon-free {coupon}"),
        format!("coupon-hold {coupon}"),
    );
    void(tables, &id, &whole, at_ms)
}

/// Of what was set aside for a postpaid coupon only this part stays so, for the charge; what is over is set aside for the
/// coupon that is made of it.
pub(super) fn split(
    tables: &dyn Tables,
    coupon: &CouponId,
    account: i64,
    (part, made, rest): (Money, &CouponId, Money),
    at_ms: u64,
) -> Result<(), LedgerError> {
    free(tables, coupon, at_ms)?;
    let (holder, charges) = (books::name_of(account), charges_of(account));
    let booking = Booking {
        what: "coupon-hold",
        coupon,
        memo: "Coupon, paid afterwards in part",
        debit: books::of_holder(&holder),
        credit: of_charges(&charges),
        money: part,
        at_ms,
    };
    let id = format!("coupon-hold {coupon}/part");
    ledger::reserve(tables, &transfer_of(&booking, &id))?;
    set_aside(tables, made, account, rest, at_ms)
}

fn void(tables: &dyn Tables, id: &str, pending: &str, at_ms: u64) -> Result<(), LedgerError> {
    let end = End {
        id,
        pending,
        at_ms,
        memo: "Coupon totalled or over",
    };
    ledger::void(tables, &end)?;
    Ok(())
}

/// A line of the billing ledger.
pub(super) struct Line {
    pub account: i64,
    pub kind: LineKind,
    pub coupon: Option<CouponId>,
    pub money: Money,
}

impl<P: Ports> CouponOffice<P> {
    /// A coupon has reached a shop: the shop is owed its value, and of a postpaid one the issuee is charged (C14, C15),
    /// whoever handed it to the shop: once, and exactly (T001-10).
    pub(super) fn book_spent(
        &self,
        tables: &dyn Tables,
        row: &Row,
        money: Money,
    ) -> Result<(), Fault> {
        let shop = row.owner.shop().ok_or_else(Fault::internal)?;
        let payable = books::payable_to(shop);
        let charges = row.account.map(charges_of).unwrap_or_default();
        let is_postpaid = row.funding == Funding::Postpaid;
        let booking = Booking {
            what: "coupon-spend",
            coupon: &row.id,
            memo: "Coupon spent",
            debit: if is_postpaid {
                of_charges(&charges)
            } else {
                COUPONS
            },
            credit: Account {
                kind: AccountKind::Payable,
                name: &payable,
            },
            money,
            at_ms: self.issuer.office.now_ms(),
        };
        book(tables, &booking)?;
        campaigns::count_spent(tables, row, (money.minor, 0))?;
        if is_postpaid {
            self.charge(tables, row, money)?;
        }
        Ok(())
    }

    /// The line by which a postpaid coupon's issuee is charged.
    pub(super) fn charge(&self, tables: &dyn Tables, row: &Row, money: Money) -> Result<(), Fault> {
        let line = Line {
            account: row.account.ok_or_else(Fault::internal)?,
            kind: LineKind::Charge,
            coupon: Some(row.id),
            money,
        };
        Ok(self.write_line(tables, &line)?)
    }

    /// Writes a line that the next total takes up, and puts that total on the clock.
    pub(super) fn write_line(&self, tables: &dyn Tables, line: &Line) -> Result<(), DatabaseError> {
        let office = &self.issuer.office;
        insert_line(tables, line, None, office.now())?;
        let job = NewJob {
            kind: TOTAL,
            reference: "",
            peer: None,
            at_ms: self.period_ends().milliseconds(),
        };
        due::put_once(tables, &job, office.now_ms())
    }

    /// When the running period ends: all periods are of one length, from 1970 on.
    pub(super) fn period_ends(&self) -> Timestamp {
        let period = self.config.period_seconds.max(1);
        let now = self.issuer.office.now().0;
        Timestamp((now / period + 1).saturating_mul(period))
    }
}

pub(super) fn insert_line(
    tables: &dyn Tables,
    line: &Line,
    total: Option<i64>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO coupon_lines (account, kind, coupon, minor, currency, at, total) VALUES (?, ?, ?, ?, ?, ?, ?)",
        &[
            line.account.into(),
            line.kind.as_str().into(),
            line.coupon.into(),
            line.money.minor.into(),
            line.money.currency.into(),
            now.into(),
            total.into(),
        ],
    )?;
    Ok(())
}
