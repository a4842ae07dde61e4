//! The order book: rows of orders, and the only place that changes an order's state.

use tallystick_protocol::checkout::answers::Authorisation;
use tallystick_protocol::checkout::order::SplitOrder;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Domain, Handle, OrderId, Root};
use tallystick_protocol::wire::money::Money;

use super::state::OrderState;
use super::{expiry, letters};
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables};
use crate::post::due;
use crate::standing::statements;
use crate::store::rows;

/// A stored order.
pub struct Order {
    /// Its random number.
    pub order_id: OrderId,
    /// Its root.
    pub root: Root,
    /// The signed form it was made from.
    pub form: Vec<u8>,
    /// Who is asked to pay.
    pub issuer: Domain,
    /// Who is asked to deliver.
    pub courier: Domain,
    /// The form's total.
    pub amount: Money,
    /// When it arrived, in seconds since 1970.
    pub received_at: u64,
    /// When it ends if nothing happens, in seconds since 1970.
    pub expires_at: u64,
    /// Where it stands.
    pub state: OrderState,
    /// The issuer's signed authorisation.
    pub authorisation: Option<Vec<u8>>,
    /// The issuer's signed clearance for the courier, until the courier is asked.
    pub clearance: Option<Vec<u8>>,
    /// The courier's signed acceptance.
    pub acceptance: Option<Vec<u8>>,
    /// The signed refusal of issuer or courier.
    pub refusal: Option<Vec<u8>>,
    /// The courier's tracking number.
    pub tracking: Option<String>,
}

const COLUMNS: &str = "order_id, root,
    (SELECT bytes FROM shop_papers p WHERE p.kind = 'form' AND p.order_id = shop_orders.order_id),
    issuer, courier, minor, currency, received_at, expires_at,
    state, refused_by, refused_reason,
    (SELECT bytes FROM shop_papers p WHERE p.kind = 'authorisation' AND p.order_id = shop_orders.order_id),
    (SELECT bytes FROM shop_papers p WHERE p.kind = 'clearance' AND p.order_id = shop_orders.order_id),
    (SELECT bytes FROM shop_papers p WHERE p.kind = 'acceptance' AND p.order_id = shop_orders.order_id),
    (SELECT bytes FROM shop_papers p WHERE p.kind = 'refusal' AND p.order_id = shop_orders.order_id),
    tracking";

impl Order {
    /// The reference of letters and statements about this order: its root in hexadecimal.
    #[must_use]
    pub fn reference(&self) -> String {
        self.root.to_string()
    }

    /// What the issuer gave out to find the order's money again, once it has authorised it.
    #[must_use]
    pub fn handle(&self) -> Option<Handle> {
        let authorisation = self.authorisation.as_deref()?;
        unverified::<Authorisation>(authorisation).ok()?.handle
    }
}

/// The order's bytes as the wallet sent them, which are long and needed seldom; none once they were kept
/// long enough.
///
/// # Errors
/// Only the database's own.
pub fn received(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    paper(tables, "received", order_id)
}

fn paper(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    order_id: &OrderId,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT bytes FROM shop_papers WHERE kind = ? AND order_id = ?";
    first(tables, sql, &[kind.into(), order_id.0.into()])?
        .map(|row| Ok(row.blob(0)?.to_vec()))
        .transpose()
}

/// The lock whose key cancels an order, if it has one.
///
/// # Errors
/// Only the database's own.
pub fn lock(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    paper(tables, letters::LOCK, order_id)
}

/// The order as the wallet sent it.
///
/// # Errors
/// [`Kind::Internal`] if it is not kept any more or damaged.
pub fn split(tables: &(impl Tables + ?Sized), order_id: &OrderId) -> Result<SplitOrder, Fault> {
    let received = received(tables, order_id)?.ok_or_else(Fault::internal)?;
    decode(&received).map_err(|_| Fault::internal())
}

/// Stores a new order with its bytes as they were received. `form_digest` makes sure that one form becomes
/// one order.
///
/// # Errors
/// Only the database's own.
pub fn insert(
    tables: &dyn Tables,
    order: &Order,
    received: &[u8],
    form_digest: &[u8; 32],
) -> Result<(), DatabaseError> {
    let (by, reason) = refused_columns(&order.state);
    tables.run(
        "INSERT INTO shop_orders (order_id, root, form_digest, issuer, courier, minor,
            currency, received_at, expires_at, state, refused_by, refused_reason, issuer_nonce, courier_nonce)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'', x'')",
        &[
            order.order_id.0.into(),
            order.root.0.into(),
            form_digest.into(),
            order.issuer.as_str().into(),
            order.courier.as_str().into(),
            order.amount.minor.into(),
            order.amount.currency.code().into(),
            order.received_at.into(),
            order.expires_at.into(),
            order.state.name().into(),
            by.into(),
            reason.into(),
        ],
    )?;
    keep_paper(tables, &order.order_id, "form", &order.form)?;
    keep_paper(tables, &order.order_id, "received", received)
}

fn drop_paper(tables: &dyn Tables, order_id: &OrderId, kind: &str) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM shop_papers WHERE kind = ? AND order_id = ?";
    tables.run(sql, &[kind.into(), order_id.0.into()])?;
    Ok(())
}

pub(super) fn keep_paper(
    tables: &dyn Tables,
    order_id: &OrderId,
    kind: &str,
    bytes: &[u8],
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO shop_papers (kind, order_id, bytes) VALUES (?, ?, ?)
         ON CONFLICT (kind, order_id) DO UPDATE SET bytes = excluded.bytes",
        &[kind.into(), order_id.0.into(), bytes.into()],
    )?;
    Ok(())
}

/// The order of this number, if the shop has it.
///
/// # Errors
/// Only the database's own.
pub fn find(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Option<Order>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM shop_orders WHERE order_id = ?");
    first(tables, &sql, &[order_id.0.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The order that was made from the form of this digest, if the shop has it.
///
/// # Errors
/// Only the database's own.
pub fn of_form(
    tables: &(impl Tables + ?Sized),
    form_digest: &[u8; 32],
) -> Result<Option<Order>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM shop_orders WHERE form_digest = ?");
    first(tables, &sql, &[form_digest.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The order with this root in hexadecimal, which is the reference of its letters.
///
/// # Errors
/// [`Kind::NotFound`] if there is none.
pub fn by_reference(tables: &(impl Tables + ?Sized), reference: &str) -> Result<Order, Fault> {
    let root: Root = reference.parse().map_err(|_| Fault::not_found())?;
    let sql = format!("SELECT {COLUMNS} FROM shop_orders WHERE root = ?");
    let row = first(tables, &sql, &[root.0.into()])?.ok_or_else(Fault::not_found)?;
    Ok(read(&row)?)
}

/// Whether an order of this number, or of the form of this digest, is stored.
///
/// # Errors
/// Only the database's own.
pub fn is_there(tables: &(impl Tables + ?Sized), name: &[u8; 32]) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM shop_orders WHERE order_id = ? OR form_digest = ?";
    Ok(first(tables, sql, &[name.into(), name.into()])?.is_some())
}

/// Whether any order is stored.
///
/// # Errors
/// Only the database's own.
pub fn is_any_there(tables: &(impl Tables + ?Sized)) -> Result<bool, DatabaseError> {
    Ok(first(tables, "SELECT 1 FROM shop_orders LIMIT 1", &[])?.is_some())
}

/// Moves an order to `next`; what becomes of its goods is not decided here.
/// The stored state is read again, so call it in the transaction that decides.
///
/// # Errors
/// [`Kind::Conflict`] naming both states if there is no such move.
pub(super) fn move_to(
    tables: &dyn Tables,
    order_id: &OrderId,
    next: OrderState,
) -> Result<(), Fault> {
    let order = find(tables, order_id)?.ok_or_else(Fault::not_found)?;
    let next = order
        .state
        .move_to(next)
        .map_err(|illegal| Fault::new(Kind::Conflict, illegal))?;
    // A request that was answered, or is not made any more, is of no use to anybody.
    match order.state {
        OrderState::Asking => statements::forget(tables, letters::AUTHORISE, &order.reference())?,
        // The clearance goes to the courier in the request, and is of no use to anybody else.
        OrderState::Authorised => drop_paper(tables, order_id, "clearance")?,
        OrderState::Delivering => statements::forget(tables, letters::DELIVER, &order.reference())?,
        _ => {}
    }
    let (by, reason) = refused_columns(&next);
    tables.run(
        "UPDATE shop_orders SET state = ?, refused_by = ?, refused_reason = ? WHERE order_id = ?",
        &[
            next.name().into(),
            by.into(),
            reason.into(),
            order_id.0.into(),
        ],
    )?;
    if !next.can_expire() {
        due::cancel(tables, expiry::KIND, &order.reference())?;
    }
    Ok(())
}

/// The signed statements of others that an order can hold.
#[derive(Clone, Copy)]
pub enum Evidence {
    /// The issuer's authorisation.
    Authorisation,
    /// The issuer's clearance.
    Clearance,
    /// The courier's acceptance.
    Acceptance,
    /// A refusal.
    Refusal,
}

/// Keeps a signed statement with its order.
///
/// # Errors
/// Only the database's own.
pub fn keep(
    tables: &dyn Tables,
    order_id: &OrderId,
    evidence: Evidence,
    signed: &[u8],
) -> Result<(), DatabaseError> {
    let kind = match evidence {
        Evidence::Authorisation => "authorisation",
        Evidence::Clearance => "clearance",
        Evidence::Acceptance => "acceptance",
        Evidence::Refusal => "refusal",
    };
    keep_paper(tables, order_id, kind, signed)
}

/// Keeps the courier's tracking number.
///
/// # Errors
/// Only the database's own.
pub fn keep_tracking(
    tables: &dyn Tables,
    order_id: &OrderId,
    tracking: &str,
) -> Result<(), DatabaseError> {
    tables.run(
        "UPDATE shop_orders SET tracking = ? WHERE order_id = ?",
        &[tracking.into(), order_id.0.into()],
    )?;
    Ok(())
}

fn refused_columns(state: &OrderState) -> (Option<&'static str>, Option<&'static str>) {
    match state {
        OrderState::Refused { by, reason } => (Some(by.as_str()), Some(reason.as_str())),
        _ => (None, None),
    }
}

fn read(row: &Row) -> Result<Order, DatabaseError> {
    Ok(Order {
        order_id: OrderId(row.bytes32(0)?),
        root: Root(row.bytes32(1)?),
        form: row.blob(2)?.to_vec(),
        issuer: rows::domain(row, 3)?,
        courier: rows::domain(row, 4)?,
        amount: rows::money(row, 5)?,
        received_at: row.number(7)?,
        expires_at: row.number(8)?,
        state: state(row)?,
        authorisation: rows::optional_blob(row, 12)?,
        clearance: rows::optional_blob(row, 13)?,
        acceptance: rows::optional_blob(row, 14)?,
        refusal: rows::optional_blob(row, 15)?,
        tracking: rows::optional_text(row, 16)?,
    })
}

fn state(row: &Row) -> Result<OrderState, DatabaseError> {
    Ok(match row.text(9)? {
        "received" => OrderState::Received,
        "asking" => OrderState::Asking,
        "authorised" => OrderState::Authorised,
        "delivering" => OrderState::Delivering,
        "accepted" => OrderState::Accepted,
        "expired" => OrderState::Expired,
        "refused" => OrderState::Refused {
            by: row
                .text(10)?
                .parse()
                .map_err(|_| DatabaseError::Shape(10))?,
            reason: rows::reason(row, 11)?,
        },
        _ => return Err(DatabaseError::Shape(9)),
    })
}
