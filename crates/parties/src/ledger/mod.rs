//! Double-entry ledger. A transfer is one row with both its sides, so debits equal credits by
//! construction; the tables' own triggers apply it to the two balances and refuse to change or
//! delete it. What a posting costs does not depend on how many accounts there are.

mod accounts;
pub mod across;
mod lines;
mod reversals;
mod tables;
mod transfers;
mod trial;

pub use accounts::{Account, AccountKind, Balance, balance, make as open};
pub use lines::{balances, lines_of, newest};
pub(crate) use reversals::TABLES as REVERSALS;
pub use reversals::{Reversal, reverse};
pub(crate) use tables::TABLES;
pub use transfers::{End, Transfer, post, reserve, transfer, void};
pub use trial::{Standing, TrialBalance, standing, trial_balance};

use crate::ports::DatabaseError;

/// The books refused a transfer. Whoever gets one rolls the transaction back.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database's own error.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Nothing or too much would move, or an account would move to itself.
    #[error("this is not an amount that can be booked")]
    Amount,
    /// The account has not that much left.
    #[error("the account has not that much left")]
    Short,
    /// Less was taken than would be given back.
    #[error("more would be given back than was taken")]
    Exceeded,
    /// A transfer of this name was booked before with other contents, or the pending transfer was
    /// ended the other way.
    #[error("this was booked before, and otherwise")]
    Conflict,
    /// No pending transfer has this name.
    #[error("no pending transfer has this name")]
    Unknown,
    /// A trial balance found one of the two accounts wrong; it takes no transfer until it is right.
    #[error("an account is frozen because its balance is not what its transfers say")]
    Frozen,
}
