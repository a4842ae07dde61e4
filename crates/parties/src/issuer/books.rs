//! The accounts of holders on the issuer's ledger. What orders move is the payer's.

use core::cmp::Ordering;

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;

use crate::ledger::{self, Account, AccountKind, LedgerError, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::ports::Tables;

/// Where the credit of all accounts comes from.
const CREDIT_LINES: Account<'static> = Account {
    kind: AccountKind::CreditLines,
    name: "credit lines",
};

/// What came in from holders and went out to shops outside these books.
const SETTLED: Account<'static> = Account {
    kind: AccountKind::Settled,
    name: "settled outside",
};

/// Opens the books of a new account with its credit line, if it has one.
///
/// # Errors
/// Those of [`ledger::transfer()`].
pub fn open(tables: &dyn Tables, account: i64, limit: Money, at_ms: u64) -> Result<(), Fault> {
    let holder = name_of(account);
    if limit.minor == 0 {
        return Ok(ledger::open(tables, of_holder(&holder), limit.currency)?);
    }
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

/// What an operator books: named by the command, so that it is booked once.
#[derive(Clone, Copy)]
pub struct Booking<'a> {
    /// The command's own number.
    pub id: &'a str,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

impl Booking<'_> {
    fn book(
        &self,
        tables: &dyn Tables,
        memo: &str,
        (debit, credit): (Account<'_>, Account<'_>),
        money: Money,
    ) -> Result<(), Fault> {
        let transfer = Transfer {
            id: &format!("{memo} {}", self.id),
            at_ms: self.at_ms,
            order_id: None,
            memo,
            debit,
            credit,
            money,
        };
        match ledger::transfer(tables, &transfer) {
            Ok(_) => Ok(()),
            Err(LedgerError::Short) => Err(Fault::new(
                Kind::Conflict,
                "There is not that much on the account.",
            )),
            Err(error) => Err(error.into()),
        }
    }
}

/// Gives the account more credit, or takes back what it has not spent.
///
/// # Errors
/// [`Kind::Conflict`]: what is spent or set aside is not taken back. Those of [`ledger::transfer()`].
pub fn change_limit(
    tables: &dyn Tables,
    account: i64,
    before: Money,
    limit: Money,
    booking: &Booking<'_>,
) -> Result<(), Fault> {
    let name = name_of(account);
    let holder = of_holder(&name);
    let minor = limit.minor.abs_diff(before.minor);
    let difference = Money { minor, ..limit };
    match limit.minor.cmp(&before.minor) {
        Ordering::Equal => Ok(()),
        Ordering::Greater => booking.book(tables, "limit", (CREDIT_LINES, holder), difference),
        Ordering::Less => booking.book(tables, "limit", (holder, CREDIT_LINES), difference),
    }
}

/// The holder paid back so much: it can be spent again.
///
/// # Errors
/// Those of [`ledger::transfer()`].
pub fn repay(
    tables: &dyn Tables,
    account: i64,
    money: Money,
    booking: &Booking<'_>,
) -> Result<(), Fault> {
    let name = name_of(account);
    booking.book(tables, "repayment", (SETTLED, of_holder(&name)), money)
}

/// The shop was paid so much of what is owed to it.
///
/// # Errors
/// [`Kind::Conflict`]: no more than is owed is paid. Those of [`ledger::transfer()`].
pub fn pay_out(
    tables: &dyn Tables,
    shop: &Domain,
    money: Money,
    booking: &Booking<'_>,
) -> Result<(), Fault> {
    let payable = Account {
        kind: AccountKind::Payable,
        name: &payable_to(shop),
    };
    booking.book(tables, "payout", (payable, SETTLED), money)
}

/// The name of the account of what is owed to a shop.
pub fn payable_to(shop: &Domain) -> String {
    format!("payable to {shop}")
}

/// The account of a holder, by its name in the books.
pub fn of_holder(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Holder,
        name,
    }
}

/// The number of the account of that name in the books, if it is a holder's.
pub fn account_of(name: &str) -> Option<i64> {
    name.strip_prefix("holder ")?.parse().ok()
}

/// The account's name in the books.
pub fn name_of(account: i64) -> String {
    format!("holder {account}")
}
