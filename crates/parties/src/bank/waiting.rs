//! Value that waits at the bank until the card of a purse takes it: a transfer to it, or a refund.

use tallystick_protocol::purse::{Endpoint, PENDING_MAX, PurseNumber, WaitingCredit};
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::lost;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A credit that waits, or waited.
    #[derive(Clone)]
    pub(super) struct Waiting in "bank_waiting" {
        /// Its number, which follows from what brought it.
        pub transaction: TransactionId = "transaction_id",
        /// For whom.
        pub purse: PurseNumber = "purse",
        /// Who gave it.
        pub origin: Endpoint = "origin",
        /// How much.
        pub money: Money = "minor, currency",
        /// When it arrived.
        pub arrived_at: Timestamp = "arrived_at",
        /// The movement that takes it, or took it.
        pub taken_by: Option<TransactionId> = "taken_by",
    }
}

/// Notes a credit that is on the waiting account of its purse.
///
/// # Errors
/// Only the database's own.
pub(super) fn arrive(tables: &dyn Tables, credit: &Waiting) -> Result<(), DatabaseError> {
    typed::insert(tables, credit)?;
    lost::look_again(tables, &credit.purse, credit.arrived_at.milliseconds())
}

/// Notes that everything that waits for a purse is taken, by what stands for a movement.
///
/// # Errors
/// Only the database's own.
pub(super) fn take_all(
    tables: &dyn Tables,
    purse: &PurseNumber,
    by: &TransactionId,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE bank_waiting SET taken_by = ? WHERE purse = ? AND taken_by IS NULL";
    tables.run(sql, &[(*by).into(), (*purse).into()])?;
    Ok(())
}

/// The credit of this number that waits for that purse and that nothing takes.
///
/// # Errors
/// [`Kind::WrongSource`] if there is none.
pub(super) fn require_free(
    tables: &dyn Tables,
    transaction: &TransactionId,
    purse: &PurseNumber,
) -> Result<Waiting, Fault> {
    let values = [(*transaction).into(), (*purse).into()];
    let is_it = "transaction_id = ? AND purse = ? AND taken_by IS NULL";
    let found: Option<Waiting> = typed::find(tables, is_it, &values)?;
    found.ok_or_else(|| Fault::new(Kind::WrongSource, "Nothing of this number waits for it."))
}

/// Notes which movement takes a credit.
///
/// # Errors
/// Only the database's own.
pub(super) fn take(
    tables: &dyn Tables,
    (purse, credit): (&PurseNumber, &TransactionId),
    by: &TransactionId,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE bank_waiting SET taken_by = ? WHERE purse = ? AND transaction_id = ?";
    tables.run(sql, &[(*by).into(), (*purse).into(), (*credit).into()])?;
    Ok(())
}

/// The movement takes nothing after all: what it would have taken waits again.
///
/// # Errors
/// Only the database's own.
pub(super) fn give_back(
    tables: &dyn Tables,
    purse: &PurseNumber,
    by: &TransactionId,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE bank_waiting SET taken_by = NULL WHERE purse = ? AND taken_by = ?";
    tables.run(sql, &[(*purse).into(), (*by).into()])?;
    Ok(())
}

/// What waits for a purse, oldest first.
///
/// # Errors
/// Only the database's own.
pub(super) fn of_purse(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
) -> Result<Vec<WaitingCredit>, DatabaseError> {
    let is_it = format!(
        "purse = ? AND taken_by IS NULL ORDER BY arrived_at, transaction_id LIMIT {PENDING_MAX}"
    );
    let found: Vec<Waiting> = typed::find_all(tables, &is_it, &[(*purse).into()])?;
    let said = |credit: Waiting| WaitingCredit {
        transaction: credit.transaction,
        from: credit.origin,
        amount: credit.money.minor,
        at: credit.arrived_at,
    };
    Ok(found.into_iter().map(said).collect())
}
