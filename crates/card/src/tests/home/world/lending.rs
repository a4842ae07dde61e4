//! What is lent, and what the card at home says of it.

use alloc::vec::Vec;

use tallystick_protocol::home::Loan;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::money::{Currency, Money};

use super::{NOW, SHOP, World};
use crate::host::home;
use crate::host::home::lending::{self, Decision, HomeView, LoanTerms};
use crate::tests::bench::domain;

impl World {
    /// Loan number 1: twice at most 500 yen at the tea shop, 800 in all.
    pub(in crate::tests::home) fn lent() -> Self {
        let mut world = Self::new();
        world.lend(world.terms());
        world
    }

    pub(in crate::tests::home) fn terms(&self) -> LoanTerms {
        LoanTerms {
            terminal: self.terminal,
            holder: self.holder,
            shops: [domain(SHOP)].to_vec(),
            each: Money::new(500, Currency::Jpy),
            total: 800,
            count: 2,
            ends_at: NOW.plus_seconds(3600),
            account: [3; 32],
            purse: None,
        }
    }

    pub(in crate::tests::home) fn lend(&mut self, terms: LoanTerms) -> Loan {
        let signed = self.home.with_pin(lending::lend(&terms));
        let signed = home::bytes(&signed).unwrap();
        keyed::open(&signed, &self.keys.verifying().unwrap()).unwrap()
    }

    pub(in crate::tests::home) fn view(&mut self) -> HomeView {
        let cuts = core::mem::take(&mut self.home.cuts);
        let view = lending::view(&self.home.send(lending::status())).unwrap();
        self.home.cuts = cuts;
        view
    }

    pub(in crate::tests::home) fn log(&mut self) -> Vec<Decision> {
        let cuts = core::mem::take(&mut self.home.cuts);
        let log = lending::decisions(&self.home.send(lending::log())).unwrap();
        self.home.cuts = cuts;
        log
    }
}
