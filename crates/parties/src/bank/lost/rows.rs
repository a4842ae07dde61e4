//! The rows of purses that their holders blocked.

use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use crate::console::{Cell, Table};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

/// How many a console shows.
const SHOWN: u32 = 30;

/// The table of lost purses, for the bank's schema.
pub(in crate::bank) const TABLE: &str = "CREATE TABLE bank_lost (
    purse BLOB PRIMARY KEY REFERENCES bank_purses (number),
    blocked_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    blocked_by TEXT NOT NULL,
    paid_back_at INTEGER,
    paid_back INTEGER NOT NULL CHECK (paid_back >= 0),
    passed_on INTEGER NOT NULL CHECK (passed_on >= 0),
    reclaimed INTEGER NOT NULL CHECK (reclaimed BETWEEN 0 AND paid_back),
    borne INTEGER NOT NULL CHECK (borne BETWEEN 0 AND reclaimed),
    bookings INTEGER NOT NULL
) STRICT";

tallystick_protocol::named_enum! {
    /// Which word of the holder blocked a purse.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
    #[cbor(index_only)]
    pub(in crate::bank) enum By {
        /// An instruction that the account's key signed.
        #[n(0)]
        Instruction => "instruction",
        /// The password, at the bank's page.
        #[n(1)]
        Page => "page",
    }
}

impl Stored for By {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

typed_row! {
    /// A purse that its holder blocked. Amounts are in minor units of its currency.
    #[derive(Clone)]
    pub(in crate::bank) struct Lost in "bank_lost" {
        /// The purse.
        pub purse: PurseNumber = "purse",
        /// Since when nothing new begins.
        pub blocked_at: Timestamp = "blocked_at",
        /// When the reconciliation window ends.
        pub until: Timestamp = "until",
        /// By which word.
        pub by: By = "blocked_by",
        /// When it was paid back first; from then on the purse is closed for good.
        pub paid_back_at: Option<Timestamp> = "paid_back_at",
        /// How much of what it held went to the account in all.
        pub paid_back: u64 = "paid_back",
        /// How much of what waited for it went to the account in all: no receipt of this purse claims that.
        pub passed_on: u64 = "passed_on",
        /// How much of what was paid back receipts have claimed.
        pub reclaimed: u64 = "reclaimed",
        /// How much of that was not on the account any more, so that the bank bears it.
        pub borne: u64 = "borne",
        /// How many times something was booked; each has its number in its name.
        pub bookings: u32 = "bookings",
    }
}

impl Lost {
    /// How much of what was paid back receipts may still claim, in minor units.
    pub(in crate::bank) fn reclaimable(&self) -> u64 {
        self.paid_back.saturating_sub(self.reclaimed)
    }

    /// Its state as a fixed word.
    pub(in crate::bank) fn state(&self) -> &'static str {
        match self.paid_back_at {
            None => "lost",
            Some(_) => "paid-back",
        }
    }
}

/// The row of this purse, if its holder blocked it.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn find(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
) -> Result<Option<Lost>, DatabaseError> {
    typed::find(tables, "purse = ?", &[(*purse).into()])
}

/// Stores a purse that was just blocked.
pub(super) fn insert(tables: &dyn Tables, lost: &Lost) -> Result<(), DatabaseError> {
    typed::insert(tables, lost)
}

/// Stores what was booked.
pub(super) fn update(tables: &dyn Tables, lost: &Lost) -> Result<(), DatabaseError> {
    let sql = "UPDATE bank_lost SET paid_back_at = ?, paid_back = ?, passed_on = ?, reclaimed = ?, borne = ?,
        bookings = ? WHERE purse = ?";
    let values = [
        lost.paid_back_at.map(|at| at.0).into(),
        lost.paid_back.into(),
        lost.passed_on.into(),
        lost.reclaimed.into(),
        lost.borne.into(),
        lost.bookings.into(),
        lost.purse.into(),
    ];
    tables.run(sql, &values)?;
    Ok(())
}

/// The operator has the purse again: its window ends, if nothing was paid back.
///
/// # Errors
/// [`Kind::Conflict`] of a purse that was paid back.
pub(in crate::bank) fn lift(tables: &dyn Tables, purse: &PurseNumber) -> Result<(), Fault> {
    if find(tables, purse)?.is_some_and(|lost| lost.paid_back_at.is_some()) {
        let closed = "What it held was paid back: the purse is closed for good.";
        return Err(Fault::new(Kind::Conflict, closed));
    }
    tables.run("DELETE FROM bank_lost WHERE purse = ?", &[(*purse).into()])?;
    Ok(())
}

/// The newest lost purses, as the console shows them.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn table(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        PurseNumber,
        Timestamp,
        Timestamp,
        String,
        Option<Timestamp>,
        Amounts,
    );
    type Amounts = (u64, u64, u64, Currency);
    let sql = "SELECT l.purse, l.blocked_at, l.until, l.blocked_by, l.paid_back_at,
            l.paid_back + l.passed_on, l.reclaimed, l.borne, p.currency
        FROM bank_lost l JOIN bank_purses p ON p.number = l.purse ORDER BY l.until DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(purse, blocked_at, until, by, paid_back_at, amounts): Line| {
        let (paid_back, reclaimed, borne, currency) = amounts;
        let money = |minor: u64| Cell::money(i64::try_from(minor).unwrap_or(i64::MAX), currency);
        vec![
            Cell::Text(purse.to_string()),
            Cell::Time(blocked_at.0),
            Cell::word(&by),
            Cell::Time(until.0),
            money(paid_back),
            money(reclaimed),
            money(borne),
            Cell::word(if paid_back_at.is_some() {
                "paid-back"
            } else {
                "lost"
            }),
        ]
    };
    Ok(Table {
        name: "lost",
        columns: &[
            "purse",
            "blocked",
            "by",
            "until",
            "paid_back",
            "reclaimed",
            "borne",
            "state",
        ],
        rows: lines.into_iter().map(line).collect(),
    })
}
