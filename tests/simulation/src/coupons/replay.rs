//! Somebody who hears all that is said to the office, and says it again: at any time, and all of it once more in the end.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use http::Request;
use sha2::{Digest, Sha256};

use crate::cast::{COUPONS, party_of};
use crate::dice::Dice;
use crate::network::Reply;
use crate::town::Town;

/// Who that is.
pub(crate) const EAVESDROPPER: &str = "somebody who listens";

/// How long there is between two things that are said again, in milliseconds: nobody is heard who says more.
pub(crate) const PAUSE_MS: u64 = 700;

/// What was heard, each of it once.
#[derive(Default)]
pub(crate) struct Overheard {
    said: RefCell<Vec<Request<Vec<u8>>>>,
    known: RefCell<BTreeSet<[u8; 32]>>,
}

impl Overheard {
    pub(crate) fn count(&self) -> usize {
        self.said.borrow().len()
    }
}

impl Town {
    /// Somebody says something to the office, and is heard.
    pub(crate) fn overhears(&self, from: &str, to: &str, request: &Request<Vec<u8>>) {
        let is_to_office = party_of(to) == COUPONS && party_of(from) != COUPONS;
        // Who applies for an account again gets another one.
        let is_application = request.uri().path() == "/v1/accounts";
        if !self.coupons.is_on || !is_to_office || is_application || from == EAVESDROPPER {
            return;
        }
        let digest = Sha256::new().chain_update(request.uri().path());
        let digest = digest.chain_update(request.body()).finalize().into();
        if self.coupons.overheard.known.borrow_mut().insert(digest) {
            self.coupons
                .overheard
                .said
                .borrow_mut()
                .push(request.clone());
        }
    }

    /// Some of it is said again.
    pub(crate) fn some_is_said_again(&self, dice: &Dice, times: u64) {
        for _ in 0..times {
            let said = self.coupons.overheard.said.borrow();
            if said.is_empty() {
                return;
            }
            let again = dice.pick(&said).clone();
            drop(said);
            self.call(EAVESDROPPER, again, &Reply::default());
        }
    }

    /// All of it is said again, one after the other.
    pub(crate) fn all_is_said_again(self: &Rc<Self>) {
        let count = self.coupons.overheard.count();
        self.note(&format!(
            "all that was said to the office is said again: {count} times"
        ));
        let all = self.coupons.overheard.said.borrow().clone();
        for (number, again) in (0..).zip(all) {
            let town = self.me();
            self.scheduler.after(number * PAUSE_MS, move || {
                if let Some(town) = town.upgrade() {
                    town.call(EAVESDROPPER, again, &Reply::default());
                }
            });
        }
    }
}
