//! The rows of deliveries, and the only place that changes a delivery's state. The label is not
//! stored: it is printed from the sealed part, which only the courier's key opens.

use tallystick_protocol::checkout::order::{CIPHERTEXT_MAX_BYTES, SealedPart};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};

use super::state::DeliveryState;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables};
use crate::store::rows;

/// A stored delivery, or the record that there is none because the courier refused.
pub struct Delivery {
    /// The order's root.
    pub root: Root,
    /// The order's number.
    pub order_id: OrderId,
    /// The courier's part as it was sealed; none once it was kept long enough.
    pub part: Option<SealedPart>,
    /// Who sends the parcel.
    pub shop: Domain,
    /// Who cleared the delivery.
    pub issuer: Domain,
    /// How many parcels.
    pub parcels: u32,
    /// When the request arrived, in seconds since 1970.
    pub received_at: u64,
    /// What the courier decided.
    pub state: DeliveryState,
    /// The tracking number, if a label was made.
    pub tracking: Option<String>,
}

impl Delivery {
    /// The reference of letters and statements about this order: its root in hexadecimal.
    #[must_use]
    pub fn reference(&self) -> String {
        self.root.to_string()
    }
}

const COLUMNS: &str =
    "root, order_id, part, shop, issuer, parcels, received_at, state, refused_reason, tracking";

/// Stores what was decided about an order.
///
/// # Errors
/// Only the database's own.
pub fn insert(tables: &dyn Tables, delivery: &Delivery) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO courier_deliveries (root, order_id, part, shop, issuer, parcels,
            received_at, state, refused_reason, tracking)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            delivery.root.0.into(),
            delivery.order_id.0.into(),
            delivery
                .part
                .as_ref()
                .map(encode_value)
                .unwrap_or_default()
                .into(),
            delivery.shop.as_str().into(),
            delivery.issuer.as_str().into(),
            delivery.parcels.into(),
            delivery.received_at.into(),
            delivery.state.name().into(),
            reason_column(&delivery.state).into(),
            delivery.tracking.as_ref().into(),
        ],
    )?;
    Ok(())
}

/// The delivery of this root, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Option<Delivery>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM courier_deliveries WHERE root = ?");
    first(tables, &sql, &[root.0.into()])?
        .map(|row| read(&row))
        .transpose()
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
    let sql = format!("SELECT {COLUMNS} FROM courier_deliveries WHERE order_id = ?");
    first(tables, &sql, &[order.0.into()])?
        .map(|row| read(&row))
        .transpose()
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
    tables.run(
        "UPDATE courier_deliveries SET state = ?, refused_reason = ? WHERE root = ?",
        &[
            next.name().into(),
            reason_column(&next).into(),
            root.0.into(),
        ],
    )?;
    Ok(())
}

fn reason_column(state: &DeliveryState) -> Option<&'static str> {
    match state {
        DeliveryState::Refused { reason } => Some(reason.as_str()),
        _ => None,
    }
}

fn read(row: &Row) -> Result<Delivery, DatabaseError> {
    let part = row.blob(2)?;
    let part = (!part.is_empty()).then(|| decode_value(part, CIPHERTEXT_MAX_BYTES + 2048));
    Ok(Delivery {
        root: Root(row.bytes32(0)?),
        order_id: OrderId(row.bytes32(1)?),
        part: part.transpose().map_err(|_| DatabaseError::Shape(2))?,
        shop: rows::domain(row, 3)?,
        issuer: rows::domain(row, 4)?,
        parcels: row.number(5)?,
        received_at: row.number(6)?,
        state: match row.text(7)? {
            "accepted" => DeliveryState::Accepted,
            "confirmed" => DeliveryState::Confirmed,
            "lapsed" => DeliveryState::Lapsed,
            "refused" => DeliveryState::Refused {
                reason: rows::reason(row, 8)?,
            },
            _ => return Err(DatabaseError::Shape(7)),
        },
        tracking: rows::optional_text(row, 9)?,
    })
}
