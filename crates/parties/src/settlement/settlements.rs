//! The rows of settlements: how far the security server is with each order, and what was decided about it here.

use tallystick_protocol::settlement::{Alias, ReadingId, SettlementRefusal};
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

tallystick_protocol::named_enum! {
    /// How far a settlement is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Stage {
        /// The security server is being asked.
        Asked => "asked",
        /// It has proposed a card, and the shop is being asked for its bill.
        Proposed => "proposed",
        /// The shop has signed its bill, which the security server is being shown.
        Billed => "billed",
        /// The card may be held to the reader.
        Ready => "ready",
        /// The card was told to pay and did not answer.
        Unknown => "unknown",
        /// The card has paid.
        Settled => "settled",
        /// The card has not paid, and never will.
        Refused => "refused",
    }
}

impl Stage {
    /// Whether the security server has nothing more to say.
    pub(super) const fn is_last(self) -> bool {
        matches!(self, Self::Settled | Self::Refused)
    }
}

tallystick_protocol::named_enum! {
    /// What was decided about an order.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Decision {
        /// It is authorised.
        Granted => "granted",
        /// It is refused, or ended before the shop heard of anything else.
        Refused => "refused",
    }
}

/// A type of names in one column.
macro_rules! stored_by_name {
    ($($type:ty),+) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                value.as_str().into()
            }
        }

        impl Stored for $type {
            const WIDTH: usize = 1;

            fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
                Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
            }

            fn write(&self, values: &mut Vec<Value>) {
                values.push((*self).into());
            }
        })+
    };
}

stored_by_name!(Stage, Decision);

typed_row! {
    /// A settlement.
    pub(super) struct Settlement in "settlements" {
        /// The order's root.
        pub root: Root = "root",
        /// The order's number.
        pub order_id: OrderId = "order_id",
        /// Who is paid.
        pub shop: Domain = "shop",
        /// How much.
        pub money: Money = "minor, currency",
        /// The reading of the card that the holder named.
        pub reading: ReadingId = "reading",
        /// The shop's signed request (SIG1).
        pub request: Vec<u8> = "request",
        /// SHA-256 of that.
        pub digest: [u8; 32] = "digest",
        /// The security server that is asked.
        pub server: Domain = "server",
        /// When the shop asked first.
        pub asked_at: Timestamp = "asked_at",
        /// When the order ends.
        pub expires_at: Timestamp = "expires_at",
        /// How far it is.
        pub stage: Stage = "stage",
        /// Why the security server refused it.
        pub refusal: Option<SettlementRefusal> = "refusal",
        /// What was decided here; nothing yet while it is waited for.
        pub decision: Option<Decision> = "decision",
        /// The card that has paid.
        pub alias: Option<Alias> = "alias",
        /// The security server's signed proposal.
        pub proposal: Option<Vec<u8>> = "proposal",
        /// The shop's signed bill (SIG2).
        pub bill: Option<Vec<u8>> = "bill",
    }
}

impl Settlement {
    /// The reference of letters and statements about it: the order's root in hexadecimal.
    pub(super) fn reference(&self) -> String {
        self.root.to_string()
    }

    /// Whether it is still waited for, both by the shop and by the security server.
    pub(super) const fn is_open(&self) -> bool {
        self.decision.is_none() && !self.stage.is_last()
    }
}

/// The settlement of this order, if there is one.
///
/// # Errors
/// Only the database's own.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<Option<Settlement>, DatabaseError> {
    typed::find(tables, "root = ?", &[(*root).into()])
}

/// What is stored of an order of this root or this number.
///
/// # Errors
/// Only the database's own.
pub(super) fn of_order(
    tables: &(impl Tables + ?Sized),
    root: &Root,
    order: &OrderId,
) -> Result<Option<Settlement>, DatabaseError> {
    let values = [(*root).into(), (*order).into()];
    typed::find(
        tables,
        "root = ? OR order_id = ? ORDER BY root LIMIT 1",
        &values,
    )
}

/// Stores how far the security server is.
///
/// # Errors
/// Only the database's own.
pub(super) fn note_stage(
    tables: &dyn Tables,
    row: &Settlement,
    stage: Stage,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE settlements SET stage = ? WHERE root = ?";
    tables.run(sql, &[stage.into(), row.root.into()])?;
    Ok(())
}

/// Stores what was decided about an order, once. Whether it was now.
///
/// # Errors
/// Only the database's own.
pub(super) fn decide(
    tables: &dyn Tables,
    root: &Root,
    decision: Decision,
) -> Result<bool, DatabaseError> {
    let sql = "UPDATE settlements SET decision = ? WHERE root = ? AND decision IS NULL RETURNING 1";
    Ok(!tables
        .run(sql, &[decision.into(), (*root).into()])?
        .is_empty())
}
