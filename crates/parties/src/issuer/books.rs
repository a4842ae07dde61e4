//! The accounts of holders on the issuer's ledger. What orders move is the payer's.

use tallystick_protocol::wire::money::Money;

use crate::ledger::{self, Account, AccountKind, Transfer};
use crate::office::fault::Fault;
use crate::ports::Tables;

/// Where the credit of all accounts comes from.
const CREDIT_LINES: Account<'static> = Account {
    kind: AccountKind::CreditLines,
    name: "credit lines",
};

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
        credit: Account {
            kind: AccountKind::Holder,
            name: &holder,
        },
        money: limit,
    };
    ledger::transfer(tables, &transfer)?;
    Ok(())
}

/// The account's name in the books.
pub fn name_of(account: i64) -> String {
    format!("holder {account}")
}
