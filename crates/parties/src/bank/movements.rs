//! The rows of movements, and the only place that changes a movement's state.

use tallystick_protocol::purse::{Endpoint, MovementOutcome, MovementVerdict, PurseNumber};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{HolderId, Root, TransactionId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::checkpoints::{self, Change};
use super::{lost, statements};
use crate::moves::IllegalMove;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

/// The longest stored endpoint, in bytes: a domain has at most 253.
const ENDPOINT_BYTES_MAX: usize = 300;

tallystick_protocol::named_enum! {
    /// Where a movement stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum MovementState {
        /// The bank holds the value and waits for the reply (Sa8, Sd5).
        Offered => "offered",
        /// The bank holds the value for an order.
        Reserved => "reserved",
        /// It is done (Sa15, Sd9).
        Completed => "completed",
        /// The holder said no (T004-34), or the order is not delivered.
        Refused => "refused",
        /// No reply came in time (T004-35).
        Lapsed => "lapsed",
        /// It never began, and never will (T004-36).
        Barred => "barred",
    }
}

impl MovementState {
    /// How it ended, if it has.
    pub(super) fn outcome(self) -> Option<MovementOutcome> {
        match self {
            Self::Offered | Self::Reserved => None,
            Self::Completed => Some(MovementOutcome::Completed),
            Self::Refused | Self::Lapsed | Self::Barred => Some(MovementOutcome::NotCompleted),
        }
    }

    /// Moves to `next`: what is under way ends once.
    fn move_to(self, next: Self) -> Result<Self, IllegalMove> {
        match (self.outcome(), next.outcome()) {
            (None, Some(_)) => Ok(next),
            _ => Err(IllegalMove {
                what: "a movement",
                from: self.as_str(),
                to: next.as_str(),
            }),
        }
    }
}

impl Stored for MovementState {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

impl Stored for Endpoint {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        decode_value(row.blob(at)?, ENDPOINT_BYTES_MAX).map_err(|_| DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(encode_value(self).into());
    }
}

typed_row! {
    /// A movement that was asked for, or that was barred.
    #[derive(Clone)]
    pub(super) struct Movement in "bank_movements" {
        /// Its number.
        pub transaction: TransactionId = "transaction_id",
        /// The purse that asked, or that pays.
        pub purse: PurseNumber = "purse",
        /// Whose card that is in.
        pub holder: HolderId = "holder",
        /// The purse whose checkpoint tells what changes: the asking one, or the prepaid card that it relays.
        pub changes: PurseNumber = "changes",
        /// Whose value; not known of what was barred.
        pub source: Option<Endpoint> = "source",
        /// Who gets it.
        pub destination: Option<Endpoint> = "destination",
        /// How much.
        pub money: Option<Money> = "minor, currency",
        /// Where it stands.
        pub state: MovementState = "state",
        /// SHA-256 of what asks for it.
        pub digest: Option<[u8; 32]> = "asked_digest",
        /// What asks for it, as the purse signed it: evidence.
        pub asked: Option<Vec<u8>> = "asked",
        /// When it was asked for, by the wallet's clock; not of an order.
        pub asked_at: Option<Timestamp> = "asked_at",
        /// What the holder decided, as the purse signed it: evidence (T004-34).
        pub reply: Option<Vec<u8>> = "reply",
        /// By what the wallet asks for the verdict of an order.
        pub reference: Option<[u8; 32]> = "reference",
        /// The object to which the value is sent on once it is complete, if it does not stay at this one.
        pub onward: Option<String> = "onward",
        /// When the bank heard of it.
        pub received_at: Timestamp = "received_at",
        /// Until when the bank waits for the reply.
        pub expires_at: Timestamp = "expires_at",
        /// When it ended.
        pub ended_at: Option<Timestamp> = "ended_at",
    }
}

impl Movement {
    /// The reference of statements about it, and of its job.
    pub(super) fn reference_text(&self) -> String {
        reference_of(&self.purse, &self.transaction)
    }

    /// One that never began, and never will: of that purse, told by that holder.
    pub(super) const fn barred(
        (purse, holder): (PurseNumber, HolderId),
        transaction: TransactionId,
        now: Timestamp,
    ) -> Self {
        Self {
            transaction,
            purse,
            holder,
            changes: purse,
            source: None,
            destination: None,
            money: None,
            state: MovementState::Barred,
            digest: None,
            asked: None,
            asked_at: None,
            reply: None,
            reference: None,
            onward: None,
            received_at: now,
            expires_at: now,
            ended_at: Some(now),
        }
    }

    /// The name of what it holds on the ledger.
    pub(super) fn ledger_id(&self) -> String {
        format!("move {}", self.reference_text())
    }
}

/// The reference of statements about a movement of this purse. A number is a purse's own: nobody takes another's by
/// naming it first.
pub(super) fn reference_of(purse: &PurseNumber, transaction: &TransactionId) -> String {
    format!("{transaction} {purse}")
}

/// What a reference names.
pub(super) fn read_reference(reference: &str) -> Option<(PurseNumber, TransactionId)> {
    let (transaction, purse) = reference.split_once(' ')?;
    Some((purse.parse().ok()?, transaction.parse().ok()?))
}

/// The movement of this purse of this number, if it is known.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
    transaction: &TransactionId,
) -> Result<Option<Movement>, DatabaseError> {
    let values = [(*purse).into(), (*transaction).into()];
    typed::find(tables, "purse = ? AND transaction_id = ?", &values)
}

/// What was completed of this purse's value since then.
pub(super) fn completed_since(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
    since: Timestamp,
) -> Result<Vec<Movement>, DatabaseError> {
    let completed = MovementState::Completed.as_str().into();
    let values = [(*purse).into(), since.into(), completed];
    typed::find_all(
        tables,
        "changes = ? AND ended_at >= ? AND state = ?",
        &values,
    )
}

/// The movement by which a purse paid the order of this root, in this state.
pub(super) fn of_order(
    tables: &(impl Tables + ?Sized),
    root: &Root,
    state: MovementState,
) -> Result<Option<Movement>, DatabaseError> {
    let values = [root.0.into(), state.as_str().into()];
    typed::find(
        tables,
        "transaction_id = ? AND state = ? AND reference IS NOT NULL",
        &values,
    )
}

/// The order's movement by what the wallet asks for its verdict.
pub(super) fn by_reference(
    tables: &(impl Tables + ?Sized),
    reference: &[u8; 32],
) -> Result<Option<Movement>, DatabaseError> {
    typed::find(tables, "reference = ?", &[reference.into()])
}

/// What is known beside a movement that is to begin.
pub(super) struct Standing {
    has_number: bool,
    has_time: bool,
    is_offered: bool,
}

/// Looks for what a movement that is asked for `at` that time may not be beside.
pub(super) fn standing(
    tables: &(impl Tables + ?Sized),
    movement: &Movement,
    at: Timestamp,
) -> Result<Standing, DatabaseError> {
    let sql = "SELECT
        EXISTS (SELECT 1 FROM bank_movements WHERE changes = ? AND transaction_id = ?),
        EXISTS (SELECT 1 FROM bank_movements WHERE holder = ? AND asked_at = ?),
        EXISTS (SELECT 1 FROM bank_movements WHERE purse = ? AND state = 'offered')";
    let values = [
        movement.changes.into(),
        movement.transaction.into(),
        movement.holder.into(),
        at.into(),
        movement.purse.into(),
    ];
    let found: Option<(bool, bool, bool)> = typed::one(tables, sql, &values)?;
    let (has_number, has_time, is_offered) = found.ok_or(DatabaseError::RolledBack)?;
    Ok(Standing {
        has_number,
        has_time,
        is_offered,
    })
}

impl Standing {
    /// Requires that no other purse asked for the movement of this number of the card that changes: a verdict names
    /// neither an amount nor who has to hear it.
    ///
    /// # Errors
    /// [`Kind::Replayed`].
    pub(super) fn require_new_number(&self) -> Result<(), Fault> {
        let other = "Another purse has asked for this movement of the card.";
        refuse_if(self.has_number, Kind::Replayed, other)
    }

    /// Requires that this user asked for nothing else at that time (Sa4; T004-37).
    ///
    /// # Errors
    /// [`Kind::Replayed`].
    pub(super) fn require_new_time(&self) -> Result<(), Fault> {
        let other = "Something else was asked for at the same time.";
        refuse_if(self.has_time, Kind::Replayed, other)
    }

    /// Requires that no movement of the purse that asks waits for a reply.
    ///
    /// # Errors
    /// [`Kind::Conflict`].
    pub(super) fn require_none_offered(&self) -> Result<(), Fault> {
        let other = "Another movement of this purse waits for its reply.";
        refuse_if(self.is_offered, Kind::Conflict, other)
    }
}

fn refuse_if(is_so: bool, kind: Kind, why: &'static str) -> Result<(), Fault> {
    if is_so {
        return Err(Fault::new(kind, why));
    }
    Ok(())
}

/// The movement of this number of the card that changes, whoever asked for it.
pub(super) fn changing(
    tables: &(impl Tables + ?Sized),
    changes: &PurseNumber,
    transaction: &TransactionId,
) -> Result<Option<Movement>, DatabaseError> {
    let values = [(*changes).into(), (*transaction).into()];
    typed::find(tables, "changes = ? AND transaction_id = ?", &values)
}

/// Stores a movement.
pub(super) fn insert(tables: &dyn Tables, movement: &Movement) -> Result<(), DatabaseError> {
    typed::insert(tables, movement)
}

/// Ends a movement and decides its verdict. Call it after the ledger was told, in the same transaction.
///
/// # Errors
/// [`Kind::Conflict`] if it has ended; those of the database.
pub(super) fn end(
    tables: &dyn Tables,
    movement: &Movement,
    next: MovementState,
    now: Timestamp,
) -> Result<(), Fault> {
    let illegal = |illegal| Fault::new(Kind::Conflict, illegal);
    let next = movement.state.move_to(next).map_err(illegal)?;
    tables.run(
        "UPDATE bank_movements SET state = ?, ended_at = ? WHERE purse = ? AND transaction_id = ?",
        &[
            next.as_str().into(),
            now.into(),
            movement.purse.into(),
            movement.transaction.into(),
        ],
    )?;
    lost::look_again(tables, &movement.purse, now.milliseconds())?;
    decide_verdict(tables, movement, next, now)
}

/// Decides what is said of a movement that has ended.
///
/// # Errors
/// Those of the database.
pub(super) fn decide_verdict(
    tables: &dyn Tables,
    movement: &Movement,
    state: MovementState,
    now: Timestamp,
) -> Result<(), Fault> {
    let outcome = state.outcome().ok_or_else(Fault::internal)?;
    let verdict = MovementVerdict {
        purse: movement.purse,
        transaction: movement.transaction,
        outcome,
        checkpoint: checkpoints::next(tables, &movement.changes, Change::default(), now)?,
    };
    let reference = movement.reference_text();
    statements::decide(tables, statements::VERDICT, &reference, &verdict)
}

#[cfg(test)]
mod tests {
    use super::MovementState;

    #[test]
    fn a_movement_ends_once() {
        for from in MovementState::ALL {
            for to in MovementState::ALL {
                let allowed = from.outcome().is_none() && to.outcome().is_some();
                assert_eq!(from.move_to(to).is_ok(), allowed, "{from:?} {to:?}");
            }
        }
    }
}
