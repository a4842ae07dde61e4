//! The accounts of the ledger and what stands on them.

use tallystick_protocol::wire::money::Currency;

use super::LedgerError;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// What an account is for, which says on which side it may not go below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// What a holder may spend: credits are the limit and what was repaid, debits what is spent.
    Holder,
    /// What is owed to a shop.
    Payable,
    /// Where the credit of all holders comes from.
    CreditLines,
    /// What holders paid back, less what shops were paid: money outside these books.
    Settled,
    /// What crossed between two objects of this party, or is on its way.
    Between,
    /// What is in a holder's purse.
    Purse,
    /// What waits for a purse until its card takes it.
    Waiting,
    /// What a purse gave other purses without the bank; below zero, what it does not cover yet.
    Given,
    /// Money at banks outside: what came from there is a debit, what went there a credit.
    Outside,
    /// Money that came from banks outside for nobody known.
    Unassigned,
    /// What the party took for its services.
    Fees,
    /// What the party bears itself.
    Losses,
    /// What is owed for coupons that were paid for and are out.
    Coupons,
    /// What a holder's coupons came to in a period, until it is totalled.
    Charges,
    /// What coupons were worth that nobody spent in their time.
    Lapsed,
    /// What a shop paid in for its coupons and is not issued yet.
    Campaign,
    /// What a campaign's links are worth that nobody has redeemed yet.
    Links,
    /// What is on a contactless card, and what waits to be written to it.
    Card,
}

impl AccountKind {
    /// The kind's stable name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Payable => "payable",
            Self::CreditLines => "credit-lines",
            Self::Settled => "settled",
            Self::Between => "between",
            Self::Purse => "purse",
            Self::Waiting => "waiting",
            Self::Given => "given",
            Self::Outside => "outside",
            Self::Unassigned => "unassigned",
            Self::Fees => "fees",
            Self::Losses => "losses",
            Self::Coupons => "coupons",
            Self::Charges => "charges",
            Self::Lapsed => "lapsed",
            Self::Campaign => "campaign",
            Self::Links => "links",
            Self::Card => "card",
        }
    }

    /// The kind of this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Holder,
            Self::Payable,
            Self::CreditLines,
            Self::Settled,
            Self::Between,
            Self::Purse,
            Self::Waiting,
            Self::Given,
            Self::Outside,
            Self::Unassigned,
            Self::Fees,
            Self::Losses,
            Self::Coupons,
            Self::Charges,
            Self::Lapsed,
            Self::Campaign,
            Self::Links,
            Self::Card,
        ];
        all.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The side that must cover the other, as stored; the table's CHECK holds the account to it.
    fn covered_by(self) -> &'static str {
        match self {
            Self::Holder
            | Self::Payable
            | Self::Purse
            | Self::Waiting
            | Self::Fees
            | Self::Unassigned
            | Self::Coupons
            | Self::Lapsed
            | Self::Campaign
            | Self::Links
            | Self::Card => "credit",
            Self::CreditLines
            | Self::Settled
            | Self::Between
            | Self::Given
            | Self::Outside
            | Self::Losses
            | Self::Charges => "none",
        }
    }
}

/// Names an account. It is made when the first transfer needs it, once for each currency.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// What it is for.
    pub kind: AccountKind,
    /// Its name, which the console shows: "holder 7".
    pub name: &'a str,
}

/// What stands on an account, in minor units of its currency. Nothing of it is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Set aside to be taken from it.
    pub debits_pending: i64,
    /// Taken from it.
    pub debits_posted: i64,
    /// Set aside to be given to it.
    pub credits_pending: i64,
    /// Given to it.
    pub credits_posted: i64,
}

impl Balance {
    /// What can still be taken: what was given, less what was taken or is set aside.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.credits_posted - self.debits_posted - self.debits_pending
    }

    /// What was given less what was taken; what is only set aside does not count.
    #[must_use]
    pub fn posted(&self) -> i64 {
        self.credits_posted - self.debits_posted
    }
}

/// What stands on the account of this name; zeros if there is none.
///
/// # Errors
/// Only the database's own.
pub fn balance(
    tables: &(impl Tables + ?Sized),
    name: &str,
    currency: Currency,
) -> Result<Balance, DatabaseError> {
    Ok(find(tables, name, currency)?.map_or_else(Balance::default, |stored| stored.balance))
}

/// Makes the account of this name if there is none yet, with nothing on it.
///
/// # Errors
/// Only the database's own.
pub fn make(
    tables: &(impl Tables + ?Sized),
    account: Account<'_>,
    currency: Currency,
) -> Result<(), LedgerError> {
    open(tables, account, currency).map(|_| ())
}

/// An account as it is stored.
pub(super) struct Stored {
    pub(super) number: i64,
    pub(super) balance: Balance,
    covered_by_credit: bool,
    frozen: bool,
}

impl Stored {
    /// Refuses an account that a trial balance found wrong.
    pub(super) fn require_sound(&self) -> Result<(), LedgerError> {
        if self.frozen {
            return Err(LedgerError::Frozen);
        }
        Ok(())
    }

    /// Refuses to take more than there is from an account that may not go below zero.
    pub(super) fn require(&self, minor: i64) -> Result<(), LedgerError> {
        if self.covered_by_credit && self.balance.available() < minor {
            return Err(LedgerError::Short);
        }
        Ok(())
    }
}

/// The account of this name, made if there is none yet.
pub(super) fn open(
    tables: &(impl Tables + ?Sized),
    account: Account<'_>,
    currency: Currency,
) -> Result<Stored, LedgerError> {
    if let Some(stored) = find(tables, account.name, currency)? {
        return Ok(stored);
    }
    let covered_by = account.kind.covered_by();
    let row = first(
        tables,
        "INSERT INTO accounts (name, currency, kind, covered_by) VALUES (?, ?, ?, ?) RETURNING account",
        &[
            account.name.into(),
            currency.code().into(),
            account.kind.as_str().into(),
            covered_by.into(),
        ],
    )?
    .ok_or(DatabaseError::RolledBack)?;
    Ok(Stored {
        number: row.integer(0)?,
        balance: Balance::default(),
        covered_by_credit: covered_by == "credit",
        frozen: false,
    })
}

fn find(
    tables: &(impl Tables + ?Sized),
    name: &str,
    currency: Currency,
) -> Result<Option<Stored>, DatabaseError> {
    first(
        tables,
        "SELECT account, debits_pending, debits_posted, credits_pending, credits_posted, covered_by,
            frozen_at_ms
         FROM accounts WHERE name = ? AND currency = ?",
        &[name.into(), currency.code().into()],
    )?
    .map(|row| {
        Ok(Stored {
            number: row.integer(0)?,
            balance: Balance {
                debits_pending: row.integer(1)?,
                debits_posted: row.integer(2)?,
                credits_pending: row.integer(3)?,
                credits_posted: row.integer(4)?,
            },
            covered_by_credit: row.text(5)? == "credit",
            frozen: !row.is_null(6),
        })
    })
    .transpose()
}
