//! The order book: rows of orders, and the only place that changes an order's state.

use tallystick_protocol::checkout::answers::Authorisation;
use tallystick_protocol::checkout::order::SplitOrder;
use tallystick_protocol::checkout::tracking::ParcelStep;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Domain, Handle, OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::state::OrderState;
use super::{expiry, letters};
use crate::office::fault::{Fault, Kind};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};
use crate::post::due;
use crate::standing::statements;
use crate::store::courier::StoredCourier;
use crate::store::typed::{self, Stored as _, typed_row};

typed_row! {
    /// A stored order, with those of its papers that are needed each time. It is only read so: the papers are
    /// rows of their own.
    pub struct Order in "shop_orders" {
        /// Its random number.
        pub order_id: OrderId = "order_id",
        /// Its root.
        pub root: Root = "root",
        /// The signed form it was made from.
        pub form: Vec<u8> = "(SELECT bytes FROM shop_papers p WHERE p.kind = 'form' AND p.order_id = shop_orders.order_id)",
        /// Who is asked to pay.
        pub issuer: Domain = "issuer",
        /// Who is asked to deliver; nobody if the shop hands over itself.
        pub courier: StoredCourier = "courier",
        /// The form's total.
        pub amount: Money = "minor, currency",
        /// What of it coupons pay, in minor units.
        pub by_coupons: u64 = "by_coupons",
        /// When it arrived.
        pub received_at: Timestamp = "received_at",
        /// When it ends if nothing happens.
        pub expires_at: Timestamp = "expires_at",
        /// Where it stands.
        pub state: OrderState = "state, refused_by, refused_reason",
        /// The issuer's signed authorisation.
        pub authorisation: Option<Vec<u8>> = "(SELECT bytes FROM shop_papers p WHERE p.kind = 'authorisation' AND p.order_id = shop_orders.order_id)",
        /// The issuer's signed clearance for the courier, until the courier is asked.
        pub clearance: Option<Vec<u8>> = "(SELECT bytes FROM shop_papers p WHERE p.kind = 'clearance' AND p.order_id = shop_orders.order_id)",
        /// The courier's signed acceptance.
        pub acceptance: Option<Vec<u8>> = "(SELECT bytes FROM shop_papers p WHERE p.kind = 'acceptance' AND p.order_id = shop_orders.order_id)",
        /// The signed refusal of issuer or courier.
        pub refusal: Option<Vec<u8>> = "(SELECT bytes FROM shop_papers p WHERE p.kind = 'refusal' AND p.order_id = shop_orders.order_id)",
        /// The courier's tracking number.
        pub tracking: Option<String> = "tracking",
        /// How far the courier says that the parcel is, once it was asked.
        pub parcel: Option<ParcelStep> = "parcel",
        /// When it was packed, as the shop's own server says.
        pub packed_at: Option<Timestamp> = "packed_at",
        /// Which lines of the form are of the catalogue ([`Marks`](super::wanted::Marks)).
        pub of_catalogue: Option<u64> = "of_catalogue",
        /// What the merchant calls it.
        pub merchant_reference: Option<String> = "merchant_reference",
    }
}

impl Order {
    /// The reference of letters and statements about this order: its root in hexadecimal.
    #[must_use]
    pub fn reference(&self) -> String {
        self.root.to_string()
    }

    /// What coupons leave of the total: to whoever pays, the order comes to that.
    #[must_use]
    pub fn rest(&self) -> Money {
        Money {
            minor: self.amount.minor.saturating_sub(self.by_coupons),
            ..self.amount
        }
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

/// One of the papers that an order has, by its kind.
///
/// # Errors
/// Only the database's own.
pub(super) fn paper(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    order_id: &OrderId,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT bytes FROM shop_papers WHERE kind = ? AND order_id = ?";
    typed::one(tables, sql, &[kind.into(), order_id.0.into()])
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
    let mut values = vec![form_digest.into(), order.order_id.into(), order.root.into()];
    let parties = (order.issuer.clone(), order.courier.clone());
    let times = (order.received_at, order.expires_at);
    (parties, order.amount, times, order.state).write(&mut values);
    values.push(order.by_coupons.into());
    (order.of_catalogue, order.merchant_reference.clone()).write(&mut values);
    tables.run(
        "INSERT INTO shop_orders (form_digest, order_id, root, issuer, courier, minor, currency,
            received_at, expires_at, state, refused_by, refused_reason, by_coupons, of_catalogue,
            merchant_reference, issuer_nonce, courier_nonce)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'', x'')",
        &values,
    )?;
    keep_paper(tables, &order.order_id, "form", &order.form)?;
    keep_paper(tables, &order.order_id, "received", received)
}

pub(super) fn drop_paper(
    tables: &dyn Tables,
    order_id: &OrderId,
    kind: &str,
) -> Result<(), DatabaseError> {
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
    typed::find(tables, "order_id = ?", &[(*order_id).into()])
}

/// The order that was made from the form of this digest, if the shop has it.
///
/// # Errors
/// Only the database's own.
pub fn of_form(
    tables: &(impl Tables + ?Sized),
    form_digest: &[u8; 32],
) -> Result<Option<Order>, DatabaseError> {
    typed::find(tables, "form_digest = ?", &[form_digest.into()])
}

/// The order with this root in hexadecimal, which is the reference of its letters.
///
/// # Errors
/// [`Kind::NotFound`] if there is none.
pub fn by_reference(tables: &(impl Tables + ?Sized), reference: &str) -> Result<Order, Fault> {
    let root: Root = reference.parse().map_err(|_| Fault::not_found())?;
    typed::find(tables, "root = ?", &[root.into()])?.ok_or_else(Fault::not_found)
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
    let mut values = Vec::new();
    (next, *order_id).write(&mut values);
    tables.run(
        "UPDATE shop_orders SET state = ?, refused_by = ?, refused_reason = ? WHERE order_id = ?",
        &values,
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

/// Keeps how far the courier says that the parcel is.
///
/// # Errors
/// Only the database's own.
pub(super) fn keep_parcel(
    tables: &dyn Tables,
    order_id: &OrderId,
    step: ParcelStep,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE shop_orders SET parcel = ? WHERE order_id = ?";
    tables.run(sql, &[step.into(), order_id.0.into()])?;
    Ok(())
}
