//! The rows of what the bank ordered outside, and the only place that changes the state of one.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::iso20022::Order;
use crate::iso20022::pain002::Reason;
use crate::office::place::Place;
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

/// How many bytes of a digest name a payment: 112 bits, which leave it below the 35 characters of an EndToEndId.
const NAMED_BYTES: usize = 14;

tallystick_protocol::named_enum! {
    /// What a payment outside is for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::bank) enum Purpose {
        /// A fee is collected from the account outside (fee option B1).
        Fee => "fee",
        /// What is on an account goes to the account outside, because it is closed.
        Closing => "closing",
        /// Money that came in for nobody known goes back.
        Return => "return",
    }
}

impl Purpose {
    /// Which way the money goes.
    pub(in crate::bank) const fn order(self) -> Order {
        match self {
            Self::Fee => Order::Collections,
            Self::Closing | Self::Return => Order::Transfers,
        }
    }

    /// With what the names of its payments begin.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Fee => "FEE",
            Self::Closing => "END",
            Self::Return => "RET",
        }
    }

    /// The name (EndToEndId, at most 35 characters) of the payment that is made once for this purpose about this
    /// matter. It says which object of the bank orders it.
    pub(in crate::bank) fn reference(self, place: Place, about: &[u8]) -> String {
        let digest = Sha256::digest(about);
        let digest = digest.get(..NAMED_BYTES).unwrap_or_default();
        let digest = BASE32_NOPAD.encode(digest);
        format!("{}-{}-{digest}", self.prefix(), word_of(place))
    }
}

/// An object as payments name it.
fn word_of(place: Place) -> String {
    match place {
        Place::Shard(_) => place.short_name(),
        Place::Office | Place::Stock => "office".to_owned(),
    }
}

tallystick_protocol::named_enum! {
    /// Where a payment stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::bank) enum OutsideState {
        /// It is ordered, again and again under its name, until there is an answer.
        Ordered => "ordered",
        /// The bank outside booked it.
        Booked => "booked",
        /// The bank outside rejected it, and nothing moved.
        Rejected => "rejected",
    }
}

macro_rules! stored_by_name {
    ($($type:ty),+) => {
        $(impl Stored for $type {
            const WIDTH: usize = 1;

            fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
                Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
            }

            fn write(&self, values: &mut Vec<Value>) {
                values.push(self.as_str().into());
            }
        })+
    };
}
pub(super) use stored_by_name;

stored_by_name!(Purpose, OutsideState);

typed_row! {
    /// A payment that was ordered outside.
    #[derive(Clone, Debug)]
    pub(in crate::bank) struct OutsidePayment in "bank_outside_payments" {
        /// Its name (EndToEndId).
        pub reference: String = "reference",
        /// What it is for.
        pub purpose: Purpose = "purpose",
        /// The account of the bank that it is about, with whose account outside it is made.
        pub account: Option<i64> = "account",
        /// Sealed: the account outside to which it goes, if it is about no account of the bank.
        pub other: Option<Vec<u8>> = "other",
        /// How much.
        pub money: Money = "minor, currency",
        /// The day on which it is ordered, as ISO 8601 writes it.
        pub day: String = "day",
        /// Where it stands.
        pub state: OutsideState = "state",
        /// Why it was rejected (ExternalStatusReason1Code).
        pub reason: Option<String> = "reason",
        /// When it was ordered first.
        pub ordered_at: Timestamp = "ordered_at",
        /// When the answer was heard.
        pub ended_at: Option<Timestamp> = "ended_at",
    }
}

/// The payment of this name, if this object ordered it.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn find(
    tables: &(impl Tables + ?Sized),
    reference: &str,
) -> Result<Option<OutsidePayment>, DatabaseError> {
    typed::find(tables, "reference = ?", &[reference.into()])
}

/// Where a payment stands, if this object ordered it.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn state_of(
    tables: &(impl Tables + ?Sized),
    reference: &str,
) -> Result<Option<OutsideState>, DatabaseError> {
    Ok(find(tables, reference)?.map(|payment| payment.state))
}

/// Notes how an ordered payment ended.
pub(super) fn end(
    tables: &dyn Tables,
    reference: &str,
    outcome: Result<(), Reason>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let state = match outcome {
        Ok(()) => OutsideState::Booked,
        Err(_) => OutsideState::Rejected,
    };
    tables.run(
        "UPDATE bank_outside_payments SET state = ?, reason = ?, ended_at = ?
         WHERE reference = ? AND state = 'ordered'",
        &[
            state.as_str().into(),
            outcome.err().map(Reason::as_str).into(),
            now.into(),
            reference.into(),
        ],
    )?;
    Ok(())
}
