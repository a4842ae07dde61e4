//! Movements of money on the payer's ledger. Each is booked once: its name and the order's root are its
//! identity. What an order reserves is a pending transfer from the holder to the shop.

use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;

use crate::ledger::{self, Account, AccountKind, End, LedgerError, Reversal, Transfer};
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// What a movement is about.
#[derive(Clone, Copy)]
pub struct Purchase<'a> {
    /// The account that pays, by its name.
    pub account: &'a str,
    /// The order's number.
    pub order_id: &'a OrderId,
    /// The order's root.
    pub root: &'a Root,
    /// The amount.
    pub money: Money,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

/// Sets the amount aside for the shop. `Ok(false)`: the account cannot spend that much; nothing is
/// booked.
///
/// # Errors
/// Those of [`ledger::reserve`].
pub fn reserve(tables: &dyn Tables, purchase: &Purchase<'_>, shop: &Domain) -> Result<bool, Fault> {
    let transfer = Transfer {
        id: &reservation_of(purchase.root),
        at_ms: purchase.at_ms,
        order_id: Some(&purchase.order_id.0),
        memo: "Reserved for an order",
        debit: Account {
            kind: AccountKind::Holder,
            name: purchase.account,
        },
        credit: Account {
            kind: AccountKind::Payable,
            name: &format!("payable to {shop}"),
        },
        money: purchase.money,
    };
    match ledger::reserve(tables, &transfer) {
        Ok(_) => Ok(true),
        Err(LedgerError::Short) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives what was set aside to the shop.
///
/// # Errors
/// Those of [`ledger::post`].
pub fn capture(tables: &dyn Tables, root: &Root, at_ms: u64) -> Result<(), Fault> {
    let (id, pending) = end_of(root);
    let end = End {
        id: &id,
        pending: &pending,
        at_ms,
        memo: "Charged: the courier accepted",
    };
    ledger::post(tables, &end)?;
    Ok(())
}

/// Gives what was set aside back to the holder. A pending transfer has one end, so that even a
/// mistake elsewhere could not book both.
///
/// # Errors
/// Those of [`ledger::void`].
pub fn release(tables: &dyn Tables, root: &Root, at_ms: u64) -> Result<(), Fault> {
    let (id, pending) = end_of(root);
    let end = End {
        id: &id,
        pending: &pending,
        at_ms,
        memo: "Released: nothing will be delivered",
    };
    ledger::void(tables, &end)?;
    Ok(())
}

/// Gives back part of what was captured.
///
/// # Errors
/// Those of [`ledger::reverse`].
pub fn refund(
    tables: &dyn Tables,
    root: &Root,
    number: u32,
    money: Money,
    at_ms: u64,
) -> Result<(), LedgerError> {
    let (_, pending) = end_of(root);
    let reversal = Reversal {
        id: &refund_of(root, number),
        of: &pending,
        money,
        at_ms,
        memo: "Given back: the shop asked for it",
    };
    ledger::reverse(tables, &reversal)?;
    Ok(())
}

/// The name of the account from which an order was paid, if one was.
///
/// # Errors
/// Only the database's own.
pub fn payer_of(tables: &dyn Tables, root: &Root) -> Result<Option<String>, DatabaseError> {
    let (_, pending) = end_of(root);
    let sql =
        "SELECT a.name FROM transfers t JOIN accounts a ON a.account = t.debit WHERE t.id = ?";
    let row = first(tables, sql, &[pending.into()])?;
    row.map(|row| Ok(row.text(0)?.to_owned())).transpose()
}

/// The name of the transfer that gives back part of what an order cost.
pub(super) fn refund_of(root: &Root, number: u32) -> String {
    format!("refund {root} {number}")
}

/// The name of the transfer that sets an order's amount aside.
pub(super) fn reservation_of(root: &Root) -> String {
    format!("reserve {root}")
}

/// The name of the transfer that ends that.
pub(super) fn settlement_of(root: &Root) -> String {
    format!("settle {root}")
}

fn end_of(root: &Root) -> (String, String) {
    (settlement_of(root), reservation_of(root))
}
