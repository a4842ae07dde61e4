//! The rows of reservations, and the only place that changes a reservation's state.

use tallystick_protocol::checkout::order::{CIPHERTEXT_MAX_BYTES, SealedPart};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;

use super::books::{self, Purchase};
use super::state::ReservationState;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables};
use crate::post::due::{self, NewJob};
use crate::store::rows;

/// The kind of the job that ends a reservation; its reference is the order's root.
pub(crate) const EXPIRY: &str = "reservation-expiry";

/// A stored reservation, or the record that there is none because the payer refused.
pub struct Reservation {
    /// The order's root.
    pub root: Root,
    /// The order's number.
    pub order_id: OrderId,
    /// The payer's part as it was sealed; none once it was kept long enough.
    pub part: Option<SealedPart>,
    /// Whose money it is, by its number; none if the holder is not known.
    pub owner: Option<i64>,
    /// Who is paid.
    pub shop: Domain,
    /// Who delivers.
    pub courier: Domain,
    /// The amount.
    pub money: Money,
    /// When the request arrived, in seconds since 1970.
    pub received_at: u64,
    /// When the order expires, in seconds since 1970.
    pub expires_at: u64,
    /// Where the money is.
    pub state: ReservationState,
}

const COLUMNS: &str = "root, order_id, part, account, shop, courier, minor, currency,
    received_at, expires_at, state, refused_reason";

impl Reservation {
    /// The reference of statements about this order: its root in hexadecimal.
    #[must_use]
    pub fn reference(&self) -> String {
        self.root.to_string()
    }
}

/// Sets the money aside on that account of the ledger, and stores the reservation. `Ok(false)`: the account
/// cannot spend that much; nothing is stored.
///
/// # Errors
/// Those of the ledger and the database.
pub fn reserve(
    tables: &dyn Tables,
    reservation: &Reservation,
    account: &str,
    now_ms: u64,
) -> Result<bool, Fault> {
    let purchase = Purchase {
        account,
        order_id: &reservation.order_id,
        root: &reservation.root,
        money: reservation.money,
        at_ms: now_ms,
    };
    if !books::reserve(tables, &purchase, &reservation.shop)? {
        return Ok(false);
    }
    insert(tables, reservation)?;
    Ok(true)
}

/// Stores a reservation, or that there is none.
///
/// # Errors
/// Only the database's own.
pub fn insert(tables: &dyn Tables, reservation: &Reservation) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO issuer_reservations (root, order_id, part, account, shop, courier,
            minor, currency, received_at, expires_at, state, refused_reason)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            reservation.root.0.into(),
            reservation.order_id.0.into(),
            reservation
                .part
                .as_ref()
                .map(encode_value)
                .unwrap_or_default()
                .into(),
            reservation.owner.into(),
            reservation.shop.as_str().into(),
            reservation.courier.as_str().into(),
            reservation.money.minor.into(),
            reservation.money.currency.code().into(),
            reservation.received_at.into(),
            reservation.expires_at.into(),
            reservation.state.name().into(),
            reason_column(&reservation.state).into(),
        ],
    )?;
    Ok(())
}

/// The reservation of this root, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Option<Reservation>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM issuer_reservations WHERE root = ?");
    first(tables, &sql, &[root.0.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// Requires that nothing is stored of an order of this root or this number.
///
/// # Errors
/// [`Kind::Replayed`] otherwise.
pub fn require_new(tables: &(impl Tables + ?Sized), part: &SealedPart) -> Result<(), Fault> {
    let sql = "SELECT 1 FROM issuer_reservations WHERE root = ? OR order_id = ?";
    match first(tables, sql, &[part.root.0.into(), part.order_id.0.into()])? {
        None => Ok(()),
        Some(_) => Err(Fault::new(
            Kind::Replayed,
            "The order was authorised before.",
        )),
    }
}

/// Puts the end of a reservation that nobody captures on the clock: when its courier is asked, in
/// milliseconds since 1970.
///
/// # Errors
/// Only the database's own.
pub fn watch(
    tables: &dyn Tables,
    reservation: &Reservation,
    ask_at_ms: u64,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let job = NewJob {
        kind: EXPIRY,
        reference: &reservation.reference(),
        peer: Some(reservation.courier.as_str()),
        at_ms: ask_at_ms,
    };
    due::put(tables, &job, now_ms)
}

/// Captures or releases a reservation: state and money in one step. Call it in a transaction.
/// `Ok(false)`: it has come to rest before, in this state or another, and nothing is booked again.
///
/// # Errors
/// Those of the ledger and the database.
pub fn settle(
    tables: &dyn Tables,
    root: &Root,
    next: ReservationState,
    now_ms: u64,
) -> Result<bool, Fault> {
    let stored = find(tables, root)?.ok_or_else(Fault::not_found)?;
    if stored.state != ReservationState::Reserved {
        return Ok(false);
    }
    let next = stored
        .state
        .move_to(next)
        .map_err(|illegal| Fault::new(Kind::Conflict, illegal))?;
    match next {
        ReservationState::Captured => books::capture(tables, root, now_ms)?,
        _ => books::release(tables, root, now_ms)?,
    }
    tables.run(
        "UPDATE issuer_reservations SET state = ? WHERE root = ?",
        &[next.name().into(), root.0.into()],
    )?;
    due::cancel(tables, EXPIRY, &stored.reference())?;
    Ok(true)
}

fn reason_column(state: &ReservationState) -> Option<&'static str> {
    match state {
        ReservationState::Refused { reason } => Some(reason.as_str()),
        _ => None,
    }
}

fn read(row: &Row) -> Result<Reservation, DatabaseError> {
    let part = row.blob(2)?;
    let part = (!part.is_empty()).then(|| decode_value(part, CIPHERTEXT_MAX_BYTES + 2048));
    Ok(Reservation {
        root: Root(row.bytes32(0)?),
        order_id: OrderId(row.bytes32(1)?),
        part: part.transpose().map_err(|_| DatabaseError::Shape(2))?,
        owner: if row.is_null(3) {
            None
        } else {
            Some(row.integer(3)?)
        },
        shop: rows::domain(row, 4)?,
        courier: rows::domain(row, 5)?,
        money: rows::money(row, 6)?,
        received_at: row.number(8)?,
        expires_at: row.number(9)?,
        state: match row.text(10)? {
            "reserved" => ReservationState::Reserved,
            "captured" => ReservationState::Captured,
            "released" => ReservationState::Released,
            "refused" => ReservationState::Refused {
                reason: rows::reason(row, 11)?,
            },
            _ => return Err(DatabaseError::Shape(10)),
        },
    })
}
