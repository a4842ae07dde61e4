//! Books of the auditor's own: what stands on each account by what was signed.

use std::collections::BTreeMap;

use tallystick_protocol::bank::{BookAccount, TransferKind};
use tallystick_protocol::wire::money::{Currency, Money};

use crate::finding::Side;

/// A movement of money from one account of the ledger to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The account that gives.
    pub debit: String,
    /// The account that gets.
    pub credit: String,
    /// How much.
    pub money: Money,
}

/// What stands on an account, in minor units. Signed, and wide, so that no claim overflows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    to_be_taken: i128,
    taken: i128,
    to_be_given: i128,
    given: i128,
}

impl Standing {
    /// What a bank says that it is.
    #[must_use]
    pub fn claimed(account: &BookAccount) -> Self {
        Self {
            to_be_taken: account.debits_pending.into(),
            taken: account.debits_posted.into(),
            to_be_given: account.credits_pending.into(),
            given: account.credits_posted.into(),
        }
    }

    /// Its four sums.
    #[must_use]
    pub fn sides(&self) -> [(Side, i128); 4] {
        [
            (Side::ToBeTaken, self.to_be_taken),
            (Side::Taken, self.taken),
            (Side::ToBeGiven, self.to_be_given),
            (Side::Given, self.given),
        ]
    }

    /// Given less taken.
    #[must_use]
    pub fn balance(&self) -> i128 {
        self.given - self.taken
    }
}

/// The accounts of one object, by name and currency.
#[derive(Clone, Debug, Default)]
pub struct Books(BTreeMap<(String, &'static str), Standing>);

impl Books {
    /// Books an entry: what it does to the two accounts.
    pub fn book(&mut self, kind: TransferKind, entry: &Entry) {
        self.book_sides(kind, entry, (true, true));
    }

    /// Books what an entry does to the account that gives, to the one that gets, or to both.
    pub fn book_sides(&mut self, kind: TransferKind, entry: &Entry, (from, to): (bool, bool)) {
        let minor = i128::from(entry.money.minor);
        let (pending, posted) = match kind {
            TransferKind::Single => (0, minor),
            TransferKind::Pending => (minor, 0),
            TransferKind::Post => (-minor, minor),
            TransferKind::Void => (-minor, 0),
        };
        let currency = entry.money.currency;
        if from {
            let debit = self.on(&entry.debit, currency);
            debit.to_be_taken += pending;
            debit.taken += posted;
        }
        if to {
            let credit = self.on(&entry.credit, currency);
            credit.to_be_given += pending;
            credit.given += posted;
        }
    }

    fn on(&mut self, account: &str, currency: Currency) -> &mut Standing {
        let key = (account.to_owned(), currency.code());
        self.0.entry(key).or_default()
    }

    /// Adds what is said to stand on an account.
    pub fn open(&mut self, account: &str, currency: Currency, standing: Standing) {
        *self.on(account, currency) = standing;
    }

    /// What stands on an account; nothing, if nothing was ever booked.
    #[must_use]
    pub fn standing(&self, account: &str, currency: &'static str) -> Standing {
        let key = (account.to_owned(), currency);
        self.0.get(&key).copied().unwrap_or_default()
    }

    /// All accounts with their currencies.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let keys = self.0.keys();
        keys.map(|(account, currency)| (account.as_str(), *currency))
    }

    /// What was given less what was taken over all accounts, by currency.
    #[must_use]
    pub fn sums(&self) -> BTreeMap<&'static str, i128> {
        let mut sums = BTreeMap::new();
        for ((_, currency), standing) in &self.0 {
            *sums.entry(*currency).or_default() += standing.balance();
        }
        sums
    }
}
