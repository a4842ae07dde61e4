//! The rows of reservations, and the only place that changes a reservation's state.

use tallystick_protocol::checkout::order::SealedPart;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::books::{self, Purchase};
use super::state::ReservationState;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};
use crate::post::due::{self, NewJob};
use crate::store::courier::StoredCourier;
use crate::store::typed::{self, typed_row};

/// The kind of the job that ends a reservation; its reference is the order's root.
pub(crate) const EXPIRY: &str = "reservation-expiry";

typed_row! {
    /// A stored reservation, or the record that there is none because the payer refused.
    pub struct Reservation in "issuer_reservations" {
        /// The order's root.
        pub root: Root = "root",
        /// The order's number.
        pub order_id: OrderId = "order_id",
        /// The payer's part as it was sealed; none once it was kept long enough.
        pub part: Option<SealedPart> = "part",
        /// Whose money it is, by its number; none if the holder is not known.
        pub owner: Option<i64> = "account",
        /// Who is paid.
        pub shop: Domain = "shop",
        /// Who delivers; nobody if the shop hands over itself.
        pub courier: StoredCourier = "courier",
        /// The amount.
        pub money: Money = "minor, currency",
        /// When the request arrived.
        pub received_at: Timestamp = "received_at",
        /// When the order expires.
        pub expires_at: Timestamp = "expires_at",
        /// Where the money is.
        pub state: ReservationState = "state, refused_reason",
    }
}

impl Reservation {
    /// The reference of statements about this order: its root in hexadecimal.
    #[must_use]
    pub fn reference(&self) -> String {
        self.root.to_string()
    }
}

/// Sets the money aside on that account of the ledger, and stores the reservation; nothing is set aside of nothing. `Ok(false)`: the account
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
    if reservation.money.minor == 0 {
        insert(tables, reservation)?;
        return Ok(true);
    }
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
    typed::insert(tables, reservation)
}

/// The reservation of this root, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Option<Reservation>, DatabaseError> {
    typed::find(tables, "root = ?", &[(*root).into()])
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
        peer: reservation.courier.domain().map(Domain::as_str),
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
        _ if stored.money.minor == 0 => {}
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
