//! Movements of money on the issuer's ledger. Each is booked once: its name and the order's root
//! are its identity. What an order reserves is a pending transfer from holder to shop.

use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;

use crate::ledger::{self, Account, AccountKind, End, LedgerError, Transfer};
use crate::office::fault::Fault;
use crate::ports::Tables;

/// Where the credit of all accounts comes from.
const CREDIT_LINES: Account<'static> = Account {
    kind: AccountKind::CreditLines,
    name: "credit lines",
};

/// What a movement is about.
#[derive(Clone, Copy)]
pub struct Purchase<'a> {
    /// The holder's account number.
    pub account: i64,
    /// The order's number.
    pub order_id: &'a OrderId,
    /// The order's root.
    pub root: &'a Root,
    /// The amount.
    pub money: Money,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

/// Opens the books of a new account with its credit line.
///
/// # Errors
/// Those of [`ledger::transfer()`].
pub fn open(tables: &dyn Tables, account: i64, limit: Money, at_ms: u64) -> Result<(), Fault> {
    let holder = name_of(account);
    let transfer = Transfer {
        id: &format!("open {account}"),
        at_ms,
        order_id: None,
        memo: "Credit line of a new account",
        debit: CREDIT_LINES,
        credit: of_holder(&holder),
        money: limit,
    };
    ledger::transfer(tables, &transfer)?;
    Ok(())
}

/// Sets the amount aside for the shop. `Ok(false)`: the account cannot spend that much; nothing is
/// booked.
///
/// # Errors
/// Those of [`ledger::reserve`].
pub fn reserve(tables: &dyn Tables, purchase: &Purchase<'_>, shop: &Domain) -> Result<bool, Fault> {
    let holder = name_of(purchase.account);
    let transfer = Transfer {
        id: &format!("reserve {}", purchase.root),
        at_ms: purchase.at_ms,
        order_id: Some(&purchase.order_id.0),
        memo: "Reserved for an order",
        debit: of_holder(&holder),
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

fn end_of(root: &Root) -> (String, String) {
    (format!("settle {root}"), format!("reserve {root}"))
}

fn of_holder(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Holder,
        name,
    }
}

/// The account's name in the books.
pub fn name_of(account: i64) -> String {
    format!("holder {account}")
}
