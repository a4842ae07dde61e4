//! The rows of what the bank outside booked on the bank's own account there, each once, by the name that it gave it.

use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::payments::stored_by_name;
use crate::iso20022::camt053::{Booked, Direction};
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

tallystick_protocol::named_enum! {
    /// What became of a booking here.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::bank) enum BookingState {
        /// It is what the bank ordered.
        Ordered => "ordered",
        /// The bank did not order it.
        Unordered => "unordered",
        /// It is on the account that it names.
        Credited => "credited",
        /// It names no account that takes it.
        Unassigned => "unassigned",
        /// An operator said whose it is.
        Assigned => "assigned",
        /// An operator sends it back.
        Returning => "returning",
        /// It was sent back.
        Returned => "returned",
    }
}
stored_by_name!(BookingState);

typed_row! {
    /// A booking, as it is kept.
    pub(in crate::bank) struct Kept in "bank_outside_bookings" {
        /// The name that the bank outside gave it.
        pub reference: String = "reference",
        /// How much.
        pub money: Money = "minor, currency",
        /// Whether it came.
        pub is_in: bool = "is_in",
        /// The day, as ISO 8601 writes it.
        pub day: String = "day",
        /// Whose the other account is, if it is said.
        pub other: Option<String> = "other",
        /// Its number, if it is said.
        pub other_account: Option<String> = "other_account",
        /// What it is for.
        pub remittance: Option<String> = "remittance",
        /// The account of the bank on which it is.
        pub account: Option<i64> = "account",
        /// The payment by which it goes back.
        pub returned_by: Option<String> = "returned_by",
        /// What became of it.
        pub state: BookingState = "state",
        /// When it was read.
        pub read_at: Timestamp = "read_at",
    }
}

impl Kept {
    pub(super) fn of(reference: &str, booked: &Booked, read_at: Timestamp) -> Self {
        Self {
            reference: reference.to_owned(),
            money: booked.money,
            is_in: booked.direction == Direction::In,
            day: booked.on.to_string(),
            other: booked.other.clone(),
            other_account: booked.other_account.as_ref().map(ToString::to_string),
            remittance: booked.remittance.clone(),
            account: None,
            returned_by: None,
            state: BookingState::Unassigned,
            read_at,
        }
    }
}

/// Whether a booking was read before.
pub(super) fn is_known(
    tables: &(impl Tables + ?Sized),
    reference: &str,
    currency: Currency,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM bank_outside_bookings WHERE reference = ? AND currency = ?";
    let found: Option<i64> = typed::one(tables, sql, &[reference.into(), currency.into()])?;
    Ok(found.is_some())
}

/// The booking of this number, as the console names it.
pub(super) fn numbered(
    tables: &(impl Tables + ?Sized),
    number: i64,
) -> Result<Option<Kept>, DatabaseError> {
    typed::find(tables, "number = ?", &[number.into()])
}

/// Notes what became of the booking of this number.
pub(super) fn note(
    tables: &dyn Tables,
    number: i64,
    state: BookingState,
    (account, returned_by): (Option<i64>, Option<&str>),
) -> Result<(), DatabaseError> {
    tables.run(
        "UPDATE bank_outside_bookings SET state = ?, account = ?, returned_by = ? WHERE number = ?",
        &[
            state.as_str().into(),
            account.into(),
            returned_by.into(),
            number.into(),
        ],
    )?;
    Ok(())
}

/// Notes how the payment ended by which a booking goes back.
pub(super) fn return_ended(
    tables: &dyn Tables,
    reference: &str,
    state: BookingState,
) -> Result<(), DatabaseError> {
    let sql =
        "UPDATE bank_outside_bookings SET state = ? WHERE returned_by = ? AND state = 'returning'";
    tables.run(sql, &[state.as_str().into(), reference.into()])?;
    Ok(())
}

typed_row! {
    /// Up to where the statement of a currency was read.
    pub(super) struct Mark in "bank_statement_marks" {
        pub currency: Currency = "currency",
        /// The day from which on it is read.
        pub day: String = "day",
        /// The page that is read next; the last one is read until the day is over.
        pub page: u32 = "page",
    }
}

/// The mark of a currency.
pub(super) fn mark(
    tables: &(impl Tables + ?Sized),
    currency: Currency,
) -> Result<Option<Mark>, DatabaseError> {
    typed::find(tables, "currency = ?", &[currency.into()])
}

/// Sets it.
pub(super) fn set_mark(tables: &dyn Tables, mark: &Mark) -> Result<(), DatabaseError> {
    let old = "DELETE FROM bank_statement_marks WHERE currency = ?";
    tables.run(old, &[mark.currency.into()])?;
    typed::insert(tables, mark)
}
