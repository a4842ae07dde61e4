//! Movements of money on the issuer's ledger. Each is booked once: its name and the order's root
//! are its identity.

use tallystick_protocol::identifier::{Domain, OrderId, Root};
use tallystick_protocol::money::Money;

use crate::common::fault::Fault;
use crate::common::ledger::{self, Entry};
use crate::ports::Tables;

/// Where the credit of all accounts comes from.
const CREDIT_LINES: &str = "credit lines";

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
    pub at: u64,
}

/// What the account can still spend, in minor units of `money`'s currency.
///
/// # Errors
/// Only the database's own.
pub fn available(
    tables: &(impl Tables + ?Sized),
    account: i64,
    money: Money,
) -> Result<i64, Fault> {
    Ok(ledger::balance(
        tables,
        &available_of(account),
        money.currency,
    )?)
}

/// Opens the books of a new account with its credit line.
///
/// # Errors
/// Those of [`ledger::post`].
pub fn open(tables: &dyn Tables, account: i64, limit: Money, at: u64) -> Result<(), Fault> {
    let entry = Entry {
        idempotency: &format!("open {account}"),
        at,
        order_id: None,
        memo: "Credit line of a new account",
        debit: &available_of(account),
        credit: CREDIT_LINES,
        money: limit,
    };
    ledger::post(tables, &entry)?;
    Ok(())
}

/// Sets the amount aside. `Ok(false)`: the account cannot spend that much; nothing is booked.
///
/// # Errors
/// Those of [`ledger::post`].
pub fn reserve(tables: &dyn Tables, purchase: &Purchase<'_>) -> Result<bool, Fault> {
    let wanted = i64::try_from(purchase.money.minor).unwrap_or(i64::MAX);
    if available(tables, purchase.account, purchase.money)? < wanted {
        return Ok(false);
    }
    let (to, from) = (
        reserved_of(purchase.account),
        available_of(purchase.account),
    );
    post(
        tables,
        purchase,
        "reserve",
        "Reserved for an order",
        &to,
        &from,
    )?;
    Ok(true)
}

/// Gives what was set aside to the shop.
///
/// # Errors
/// Those of [`ledger::post`].
pub fn capture(tables: &dyn Tables, purchase: &Purchase<'_>, shop: &Domain) -> Result<(), Fault> {
    let from = reserved_of(purchase.account);
    post(
        tables,
        purchase,
        "settle",
        "Charged: the courier accepted",
        &format!("payable to {shop}"),
        &from,
    )
}

/// Gives what was set aside back to the holder. Capturing and releasing share one identity in the
/// books, so that even a mistake elsewhere could not book both.
///
/// # Errors
/// Those of [`ledger::post`].
pub fn release(tables: &dyn Tables, purchase: &Purchase<'_>) -> Result<(), Fault> {
    let (to, from) = (
        available_of(purchase.account),
        reserved_of(purchase.account),
    );
    post(
        tables,
        purchase,
        "settle",
        "Released: nothing will be delivered",
        &to,
        &from,
    )
}

fn post(
    tables: &dyn Tables,
    purchase: &Purchase<'_>,
    movement: &str,
    memo: &str,
    debit: &str,
    credit: &str,
) -> Result<(), Fault> {
    let entry = Entry {
        idempotency: &format!("{movement} {}", purchase.root),
        at: purchase.at,
        order_id: Some(&purchase.order_id.to_string()),
        memo,
        debit,
        credit,
        money: purchase.money,
    };
    ledger::post(tables, &entry)?;
    Ok(())
}

/// The account's unspent credit in the books.
pub fn available_of(account: i64) -> String {
    format!("holder {account} available")
}

/// What is set aside for orders of the account in the books.
pub fn reserved_of(account: i64) -> String {
    format!("holder {account} reserved")
}
