//! The rows of refunds, and the only place that gives money back.

use tallystick_protocol::checkout::refunds::RefundOutcome;
use tallystick_protocol::wire::identifier::Root;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::books;
use super::reservations::Reservation;
use super::state::ReservationState;
use crate::ledger::LedgerError;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

/// The table of refunds, for a step of the schema of a role that pays.
pub const TABLE: &str = "CREATE TABLE payer_refunds (
    root BLOB NOT NULL,
    number INTEGER NOT NULL,
    minor INTEGER NOT NULL CHECK (minor > 0),
    currency TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (root, number)
) STRICT";

typed_row! {
    /// A refund that was decided.
    pub struct Refund in "payer_refunds" {
        /// The order's root.
        pub root: Root = "root",
        /// Which refund of this order.
        pub number: u32 = "number",
        /// How much was asked for.
        pub money: Money = "minor, currency",
        /// What came of it.
        pub outcome: RefundOutcome = "outcome",
        /// When it was decided.
        pub at: Timestamp = "at",
    }
}

impl Refund {
    /// The reference of statements about it.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{} {}", self.root, self.number)
    }
}

/// The refund of this number, if it was decided.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
    number: u32,
) -> Result<Option<Refund>, DatabaseError> {
    let values = [(*root).into(), number.into()];
    typed::find(tables, "root = ? AND number = ?", &values)
}

/// Decides a refund that was not decided before, and gives the money back if it can be. Call it in a transaction.
///
/// # Errors
/// Those of the ledger and the database.
pub fn decide(
    tables: &dyn Tables,
    stored: &Reservation,
    number: u32,
    money: Money,
    now_ms: u64,
) -> Result<Refund, Fault> {
    let outcome = if stored.money.minor == 0 {
        RefundOutcome::NotCharged
    } else if stored.state == ReservationState::Captured {
        match books::refund(tables, &stored.root, number, money, now_ms) {
            Ok(()) => RefundOutcome::Refunded,
            Err(LedgerError::Exceeded) => RefundOutcome::TooMuch,
            Err(LedgerError::Short) => RefundOutcome::NotCovered,
            Err(error) => return Err(error.into()),
        }
    } else {
        RefundOutcome::NotCharged
    };
    let refund = Refund {
        root: stored.root,
        number,
        money,
        outcome,
        at: Timestamp(now_ms / 1000),
    };
    typed::insert(tables, &refund)?;
    Ok(refund)
}

/// Books what was decided about a refund before it was forgotten. Call it in a transaction.
///
/// # Errors
/// [`Kind::Conflict`] if the books do not allow it; those of the ledger and the database.
pub(super) fn take_over(
    tables: &dyn Tables,
    stored: &Reservation,
    refund: &Refund,
    now_ms: u64,
) -> Result<(), Fault> {
    if refund.outcome == RefundOutcome::Refunded {
        let not_so = |_| {
            let why = "It was given back, and the books do not allow it.";
            Fault::new(Kind::Conflict, why)
        };
        if stored.state != ReservationState::Captured {
            return Err(not_so(LedgerError::Unknown));
        }
        let (number, money) = (refund.number, refund.money);
        match books::refund(tables, &stored.root, number, money, now_ms) {
            Err(error @ (LedgerError::Exceeded | LedgerError::Short)) => return Err(not_so(error)),
            booked => booked?,
        }
    }
    Ok(typed::insert(tables, refund)?)
}
