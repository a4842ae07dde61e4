//! The rows of deliveries, and the only place that changes a delivery's state. The label is not
//! stored: it is printed from the sealed part, which only the courier's key opens.

use tallystick_protocol::checkout::order::SealedPart;
use tallystick_protocol::checkout::tracking::TrackingCode;
use tallystick_protocol::wire::identifier::{Domain, Handle, OrderId, Root};
use tallystick_protocol::wire::time::Timestamp;

use super::state::DeliveryState;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, Stored as _, typed_row};

typed_row! {
    /// A stored delivery, or the record that there is none because the courier refused.
    pub struct Delivery in "courier_deliveries" {
        /// The order's root.
        pub root: Root = "root",
        /// The order's number.
        pub order_id: OrderId = "order_id",
        /// The courier's part as it was sealed; none once it was kept long enough.
        pub part: Option<SealedPart> = "part",
        /// Who sends the parcel.
        pub shop: Domain = "shop",
        /// Who cleared the delivery.
        pub issuer: Domain = "issuer",
        /// How many parcels.
        pub parcels: u32 = "parcels",
        /// When the request arrived.
        pub received_at: Timestamp = "received_at",
        /// What the courier decided.
        pub state: DeliveryState = "state, refused_reason",
        /// The tracking number, if a label was made.
        pub tracking: Option<String> = "tracking",
        /// Says to the issuer where the money is; the courier says it back.
        pub handle: Option<Handle> = "handle",
        /// What opens the parcel's way beside its number; none of a label of an earlier release that nobody asked about.
        pub code: Option<TrackingCode> = "code",
    }
}

impl Delivery {
    /// The reference of letters and statements about this order: its root in hexadecimal.
    #[must_use]
    pub fn reference(&self) -> String {
        self.root.to_string()
    }
}

/// Stores what was decided about an order.
///
/// # Errors
/// Only the database's own.
pub fn insert(tables: &dyn Tables, delivery: &Delivery) -> Result<(), DatabaseError> {
    typed::insert(tables, delivery)
}

/// The delivery of this root, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Option<Delivery>, DatabaseError> {
    typed::find(tables, "root = ?", &[(*root).into()])
}

/// The delivery with this tracking number, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn of_number(
    tables: &(impl Tables + ?Sized),
    number: &str,
) -> Result<Option<Delivery>, DatabaseError> {
    typed::find(tables, "tracking = ?", &[number.into()])
}

/// Gives a delivery its code, unless it has one. Call it in a transaction.
///
/// # Errors
/// Only the database's own.
pub fn keep_code(
    tables: &dyn Tables,
    root: &Root,
    code: &TrackingCode,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE courier_deliveries SET code = ? WHERE root = ? AND code IS NULL";
    tables.run(sql, &[code.clone().into(), root.0.into()])?;
    Ok(())
}

/// Whether a delivery of this root is stored.
///
/// # Errors
/// Only the database's own.
pub fn is_there(tables: &(impl Tables + ?Sized), root: &Root) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM courier_deliveries WHERE root = ?";
    Ok(first(tables, sql, &[root.0.into()])?.is_some())
}

/// Whether any delivery is stored.
///
/// # Errors
/// Only the database's own.
pub fn is_any_there(tables: &(impl Tables + ?Sized)) -> Result<bool, DatabaseError> {
    Ok(first(tables, "SELECT 1 FROM courier_deliveries LIMIT 1", &[])?.is_some())
}

/// Requires that nothing is stored of an order of this root or this number: a clearance is used once.
///
/// # Errors
/// [`Kind::Replayed`] otherwise.
pub fn require_new(tables: &(impl Tables + ?Sized), part: &SealedPart) -> Result<(), Fault> {
    let sql = "SELECT 1 FROM courier_deliveries WHERE root = ? OR order_id = ?";
    match first(tables, sql, &[part.root.0.into(), part.order_id.0.into()])? {
        None => Ok(()),
        Some(_) => Err(Fault::new(Kind::Replayed, "The clearance was used before.")),
    }
}

/// The delivery of the order of this number, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn of_order(
    tables: &(impl Tables + ?Sized),
    order: &OrderId,
) -> Result<Option<Delivery>, DatabaseError> {
    typed::find(tables, "order_id = ?", &[(*order).into()])
}

/// Moves a delivery to `next`. Call it in the transaction that decides.
///
/// # Errors
/// [`Kind::Conflict`] naming both states if there is no such move.
pub fn move_to(tables: &dyn Tables, root: &Root, next: DeliveryState) -> Result<(), Fault> {
    let stored = find(tables, root)?.ok_or_else(Fault::not_found)?;
    let next = stored
        .state
        .move_to(next)
        .map_err(|illegal| Fault::new(Kind::Conflict, illegal))?;
    let mut values = Vec::new();
    (next, *root).write(&mut values);
    let sql = "UPDATE courier_deliveries SET state = ?, refused_reason = ? WHERE root = ?";
    tables.run(sql, &values)?;
    Ok(())
}
