//! The orders, as they are kept.

use data_encoding::HEXLOWER;
use tallystick_protocol::settlement::{Alias, ReadingId, SettlementRefusal};
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::state::Progress;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

typed_row! {
    /// With which card an order is to be paid, and what was on it.
    #[derive(Clone)]
    pub(super) struct Terms in "security_settlements" {
        /// The reading that the order names.
        pub reading: ReadingId = "reading",
        /// The card.
        pub alias: Alias = "alias",
        /// What was on it, in minor units of the order's currency.
        pub balance: u64 = "read_minor",
        /// How many transactions it had done.
        pub counter: u32 = "read_counter",
        /// What hides the card in the commitment.
        pub salt: [u8; 32] = "salt",
        /// What the shop was told of the card.
        pub commitment: [u8; 32] = "commitment",
    }
}

typed_row! {
    /// An order.
    #[derive(Clone)]
    pub(super) struct Settlement in "security_settlements" {
        /// Its root.
        pub root: Root = "root",
        /// Its number.
        pub order: OrderId = "order_id",
        /// The shop; none if the order was over before it came.
        pub shop: Option<Domain> = "shop",
        /// The shop's signed request.
        pub request: Option<Vec<u8>> = "request",
        /// SHA-256 of it.
        pub request_digest: [u8; 32] = "request_digest",
        /// What is to be paid.
        pub amount: Money = "minor, currency",
        /// When it came.
        pub received_at: Timestamp = "received_at",
        /// From when on no card is told to pay it.
        pub expires_at: Timestamp = "expires_at",
        /// How far it is.
        pub progress: Progress = "state, reason",
        /// With what it is to be paid; none if it was refused at once.
        pub terms: Option<Terms> = "reading, alias, read_minor, read_counter, salt, commitment",
        /// The commitment of the proposal before.
        pub replaced: Option<[u8; 32]> = "replaced",
        /// The shop's signed bill.
        pub bill: Option<Vec<u8>> = "bill",
        /// Whether the front said that it is over, while nothing was known of what the card did.
        pub is_ended: bool = "is_ended",
        /// What is left on the card that paid, in minor units.
        pub left: Option<u64> = "left_minor",
    }
}

impl Settlement {
    /// By what its statements, letters and jobs are known.
    pub(super) fn reference(&self) -> String {
        HEXLOWER.encode(&self.root.0)
    }

    /// The card that is to pay or has paid.
    pub(super) fn alias(&self) -> Option<Alias> {
        self.terms.as_ref().map(|terms| terms.alias)
    }

    /// Why no card is told to pay it any more.
    pub(super) fn over(&self, now: Timestamp) -> Option<SettlementRefusal> {
        if self.is_ended {
            return Some(SettlementRefusal::Ended);
        }
        (self.expires_at <= now).then_some(SettlementRefusal::Expired)
    }
}

/// The order of this root.
///
/// # Errors
/// Only the database's own.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Option<Settlement>, DatabaseError> {
    typed::find(tables, "root = ?", &[(*root).into()])
}

/// The order of this reference.
///
/// # Errors
/// If there is none: what refers to one is there only with it.
pub(super) fn by_reference(tables: &dyn Tables, reference: &str) -> Result<Settlement, Fault> {
    let root: Root = reference.parse().map_err(|_| Fault::internal())?;
    find(tables, &root)?.ok_or_else(Fault::internal)
}

/// The order of this number.
///
/// # Errors
/// Only the database's own.
pub(super) fn of_order(
    tables: &(impl Tables + ?Sized),
    order: &OrderId,
) -> Result<Option<Settlement>, DatabaseError> {
    typed::find(tables, "order_id = ?", &[(*order).into()])
}

/// Moves an order on, and stores what goes with it.
///
/// # Errors
/// [`Kind::Conflict`] naming both states if there is no such move.
pub(super) fn store(
    tables: &dyn Tables,
    settlement: &mut Settlement,
    next: Progress,
) -> Result<(), Fault> {
    let moved = settlement.progress.move_to(next);
    settlement.progress = moved.map_err(|illegal| Fault::new(Kind::Conflict, illegal))?;
    let mut values: Vec<Value> = Vec::new();
    settlement.progress.write(&mut values);
    settlement.terms.write(&mut values);
    values.extend([
        settlement.replaced.into(),
        settlement.bill.as_ref().into(),
        settlement.expires_at.into(),
        settlement.left.into(),
        settlement.root.into(),
    ]);
    tables.run(
        "UPDATE security_settlements SET state = ?, reason = ?, reading = ?, alias = ?, read_minor = ?,
            read_counter = ?, salt = ?, commitment = ?, replaced = ?, bill = ?, expires_at = ?, left_minor = ?
         WHERE root = ?",
        &values,
    )?;
    Ok(())
}

/// Notes that the front said an order is over whose debit is not known.
///
/// # Errors
/// Only the database's own.
pub(super) fn end(tables: &dyn Tables, root: &Root) -> Result<(), DatabaseError> {
    let sql = "UPDATE security_settlements SET is_ended = 1 WHERE root = ?";
    tables.run(sql, &[(*root).into()])?;
    Ok(())
}
