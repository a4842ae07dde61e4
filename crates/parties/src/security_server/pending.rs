//! What cards were ordered to do and have not confirmed. Each is stored before the order leaves.

use tallystick_protocol::settlement::Alias;
use tallystick_protocol::settlement::card::{CardOrder, TransactionKind};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

tallystick_protocol::named_enum! {
    /// What a card is ordered to do.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Act {
        /// To pay an order.
        Debit => "debit",
        /// To take a credit.
        TopUp => "top-up",
    }
}

impl Act {
    /// As the card certifies it.
    pub(super) const fn certified(self) -> TransactionKind {
        match self {
            Self::Debit => TransactionKind::Debit,
            Self::TopUp => TransactionKind::TopUp,
        }
    }
}

impl Stored for Act {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

typed_row! {
    /// An order to a card that the card has not confirmed.
    #[derive(Clone)]
    pub(super) struct Pending in "security_pending" {
        /// Its number.
        pub number: u64 = "number",
        /// The card.
        pub alias: Alias = "alias",
        /// What it was ordered to do.
        pub act: Act = "kind",
        /// For what: an order's root, or a credit's number.
        pub subject: [u8; 32] = "subject",
        /// For what, as the card is told: SHA-256 of the signed bill, or the credit's number.
        pub digest: [u8; 32] = "digest",
        /// How much.
        pub amount: Money = "minor, currency",
        /// The card's counter before it.
        pub after: u32 = "after",
    }
}

impl Pending {
    /// As the card is told.
    pub(super) const fn order(&self) -> CardOrder {
        CardOrder {
            digest: self.digest,
            amount: self.amount.minor,
            after: self.after,
        }
    }
}

tallystick_protocol::named_enum! {
    /// What reading a card again has shown.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Found {
        /// The card had done it.
        Done => "done",
        /// It had not, and never will.
        NotDone => "not-done",
    }
}

/// What is open at a card: it is told nothing else until that is found out.
///
/// # Errors
/// Only the database's own.
pub(super) fn of_card(
    tables: &(impl Tables + ?Sized),
    alias: &Alias,
) -> Result<Option<Pending>, DatabaseError> {
    let open = "alias = ? AND resolved_at IS NULL";
    typed::find(tables, open, &[(*alias).into()])
}

/// The open one of this number.
///
/// # Errors
/// Only the database's own.
pub(super) fn open(tables: &dyn Tables, number: u64) -> Result<Option<Pending>, DatabaseError> {
    let open = "number = ? AND resolved_at IS NULL";
    typed::find(tables, open, &[number.into()])
}

/// Stores what a card is about to be told; `pending.number` is not looked at. A second open one of a card is an error.
///
/// # Errors
/// The database's own.
pub(super) fn insert(
    tables: &dyn Tables,
    mut pending: Pending,
    now: Timestamp,
) -> Result<Pending, Fault> {
    let row = first(
        tables,
        "INSERT INTO security_pending (alias, kind, subject, digest, minor, currency, after, left_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        &[
            pending.alias.into(),
            pending.act.as_str().into(),
            pending.subject.into(),
            pending.digest.into(),
            pending.amount.minor.into(),
            pending.amount.currency.into(),
            pending.after.into(),
            now.into(),
        ],
    )?;
    pending.number = row.ok_or_else(Fault::internal)?.number(0)?;
    Ok(pending)
}

/// The card itself has answered, in the channel in which it was told: nothing was unknown.
///
/// # Errors
/// Only the database's own.
pub(super) fn answered(tables: &dyn Tables, pending: &Pending) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM security_pending WHERE number = ?";
    tables.run(sql, &[pending.number.into()])?;
    Ok(())
}

/// The card was read again.
///
/// # Errors
/// Only the database's own.
pub(super) fn resolved(
    tables: &dyn Tables,
    pending: &Pending,
    found: Found,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE security_pending SET resolved_at = ?, resolution = ? WHERE number = ?";
    let values = [now.into(), found.as_str().into(), pending.number.into()];
    tables.run(sql, &values)?;
    Ok(())
}
