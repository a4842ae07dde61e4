//! Who the holders are, and what each of them keeps on paper.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::cast::{ISSUER, ISSUERS, OTHER_ISSUER};
use crate::dice::Dice;

/// Who they are, in the words that other parties than the issuer must never read.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    /// Where they go for a card unless something else is wished.
    pub(crate) issuer: &'static str,
    pub(crate) telephone: &'static str,
    pub(crate) recipient: &'static str,
    pub(crate) recipient_telephone: &'static str,
    pub(crate) street: &'static str,
    pub(crate) postal_code: &'static str,
    /// The names of their computers: the one they begin with, and the one they move accounts to.
    pub(crate) computers: [&'static str; 2],
}

/// Everybody who buys.
pub(crate) static PEOPLE: [Person; 3] = [
    Person {
        name: "Hanako Yamada",
        issuer: ISSUER,
        telephone: "+81 90 1234 5678",
        recipient: "Grandmother Sato",
        recipient_telephone: "+81 264 34 3160",
        street: "Narai-juku 7",
        postal_code: "399-6303",
        computers: ["holder-1", "holder-1-new"],
    },
    Person {
        name: "Jiro Kitamura",
        issuer: OTHER_ISSUER,
        telephone: "+81 80 8765 4321",
        recipient: "Kumiko Ogawa",
        recipient_telephone: "+81 75 411 2299",
        street: "Karasuma-dori 88",
        postal_code: "604-8152",
        computers: ["holder-2", "holder-2-new"],
    },
    Person {
        name: "Mitsuko Endo",
        issuer: ISSUER,
        telephone: "+81 70 5555 0199",
        recipient: "Taro Watanabe",
        recipient_telephone: "+81 11 700 1357",
        street: "Susukino-kita 14",
        postal_code: "064-0804",
        computers: ["holder-3", "holder-3-new"],
    },
];

/// Who comes besides where purses pay each other without a bank.
pub(crate) static NEIGHBOURS: [Person; 3] = [
    Person {
        name: "Wakako Mori",
        issuer: OTHER_ISSUER,
        telephone: "+81 90 7777 1200",
        recipient: "Shigeru Hori",
        recipient_telephone: "+81 92 444 8181",
        street: "Yanagibashi 31",
        postal_code: "812-0024",
        computers: ["holder-4", "holder-4-new"],
    },
    Person {
        name: "Tatsuo Abe",
        issuer: ISSUER,
        telephone: "+81 80 2468 1357",
        recipient: "Nobuko Fujii",
        recipient_telephone: "+81 22 333 9070",
        street: "Kokubuncho 52",
        postal_code: "980-0803",
        computers: ["holder-5", "holder-5-new"],
    },
    Person {
        name: "Reiko Nishida",
        issuer: OTHER_ISSUER,
        telephone: "+81 70 8642 9753",
        recipient: "Isamu Ueno",
        recipient_telephone: "+81 82 555 6161",
        street: "Hatchobori 9",
        postal_code: "730-0013",
        computers: ["holder-6", "holder-6-new"],
    },
];

/// Whoever may come, those who buy in every run first.
pub(crate) fn everybody() -> impl Iterator<Item = &'static Person> {
    PEOPLE.iter().chain(&NEIGHBOURS)
}

/// An account as its holder names it: the issuer's domain, and the last digits on the card.
pub(crate) type AccountName = (String, String);

/// What is known on paper of one account.
struct Account {
    /// The account code, if it was asked for and came.
    code: Option<String>,
    /// Which computers were given the card, and when (virtual milliseconds).
    given: Vec<(u64, &'static str)>,
}

/// What a person keeps on paper, apart from every computer.
#[derive(Default)]
pub(crate) struct Papers {
    accounts: RefCell<BTreeMap<AccountName, Account>>,
    /// Accounts that another one looks like: nothing can be said of them.
    alike: RefCell<BTreeSet<AccountName>>,
    /// Issuers that were told name and telephone.
    applied: RefCell<BTreeSet<&'static str>>,
    /// The newest backup.
    pub(crate) backup: RefCell<Option<Vec<u8>>>,
}

impl Papers {
    /// An issuer is about to be told who applies.
    pub(crate) fn applied(&self, issuer: &'static str) {
        self.applied.borrow_mut().insert(issuer);
    }

    /// Whether the issuer was told who applies.
    pub(crate) fn has_applied(&self, issuer: &str) -> bool {
        self.applied.borrow().contains(issuer)
    }

    /// An account was opened, and its card offered to this computer.
    pub(crate) fn opened(&self, name: AccountName, at_ms: u64, computer: &'static str) {
        let account = Account {
            code: None,
            given: vec![(at_ms, computer)],
        };
        let before = self.accounts.borrow_mut().insert(name.clone(), account);
        if before.is_some() {
            self.alike.borrow_mut().insert(name);
        }
    }

    pub(crate) fn keep_code(&self, name: &AccountName, code: String) {
        if let Some(account) = self.accounts.borrow_mut().get_mut(name) {
            account.code = Some(code);
        }
    }

    /// The issuer has revoked whoever had the card, and offers it to this computer.
    pub(crate) fn moved(&self, name: &AccountName, at_ms: u64, computer: &'static str) {
        if let Some(account) = self.accounts.borrow_mut().get_mut(name) {
            account.given.push((at_ms, computer));
        }
    }

    /// An account that can be moved, with its issuer and its code.
    pub(crate) fn some_code(&self, dice: &Dice) -> Option<(AccountName, &'static str, String)> {
        let accounts = self.accounts.borrow();
        let movable = accounts.iter().filter_map(|(name, account)| {
            let issuer = ISSUERS.into_iter().find(|issuer| *issuer == name.0)?;
            let code = account.code.clone()?;
            (!self.alike.borrow().contains(name)).then(|| (name.clone(), issuer, code))
        });
        let movable: Vec<_> = movable.collect();
        (!movable.is_empty()).then(|| dice.pick(&movable).clone())
    }

    /// The accounts that were opened at an issuer.
    pub(crate) fn at_issuer(&self, issuer: &str) -> Vec<AccountName> {
        let accounts = self.accounts.borrow();
        let own = accounts.keys().filter(|(of, _)| of == issuer);
        own.cloned().collect()
    }

    /// Whether this computer was the last to be given the card before that time. Another one that had it
    /// is revoked.
    pub(crate) fn is_at(&self, name: &AccountName, computer: &str, at_ms: u64) -> bool {
        let accounts = self.accounts.borrow();
        let given = accounts.get(name).map(|account| account.given.as_slice());
        let mut before = given.unwrap_or_default().iter().rev();
        let last = before.find(|(given_ms, _)| *given_ms < at_ms);
        last.is_none_or(|(_, to)| *to == computer) || self.alike.borrow().contains(name)
    }

    /// Every account code.
    pub(crate) fn codes(&self) -> Vec<(String, String)> {
        let accounts = self.accounts.borrow();
        let codes = accounts
            .iter()
            .filter_map(|((issuer, _), account)| Some((issuer.clone(), account.code.clone()?)));
        codes.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_where_its_card_was_given_last() {
        let papers = Papers::default();
        let name = || (ISSUER.to_owned(), "4242".to_owned());
        papers.opened(name(), 10, "old");
        papers.moved(&name(), 20, "new");
        assert!(papers.is_at(&name(), "old", 20), "it may have been before");
        assert!(!papers.is_at(&name(), "old", 21));
        assert!(papers.is_at(&name(), "new", 21));
        papers.moved(&name(), 30, "old");
        assert!(papers.is_at(&name(), "old", 31));
    }

    #[test]
    fn of_accounts_that_look_alike_nothing_is_said_and_none_is_moved() {
        let papers = Papers::default();
        let name = || (ISSUER.to_owned(), "4242".to_owned());
        for computer in ["old", "new"] {
            papers.opened(name(), 10, computer);
            papers.keep_code(&name(), "code".to_owned());
        }
        assert!(papers.is_at(&name(), "old", 11) && papers.is_at(&name(), "new", 11));
        assert!(papers.some_code(&Dice::new(1, "test")).is_none());
    }
}
