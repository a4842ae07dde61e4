//! From a state, the purses report to the bank: one of them alone, and both, in either order.

use std::collections::HashSet;

use crate::bank::BankId;
use crate::books::Books;
use crate::card::CardId;
use crate::check::{self, Broken};
use crate::state::State;
use crate::world_of_two::Two;

/// The orders of reports: after the last of them nobody has anything new to tell or to hear.
const ORDERS: [&[usize]; 4] = [&[0, 1, 0], &[1, 0, 1], &[0, 0], &[1, 1]];

/// Remembers from which states it was done.
#[derive(Default)]
pub struct Reconciler {
    done: HashSet<([CardId; 2], BankId)>,
}

impl Reconciler {
    /// From how many states it was done.
    pub fn count(&self) -> usize {
        self.done.len()
    }

    /// Does it from this state, unless it was done before from the same cards and bank.
    pub fn from(&mut self, two: &mut Two, state: &State) -> Result<(), Broken> {
        if !self.done.insert((state.cards, state.bank)) {
            return Ok(());
        }
        let mut ends: Vec<(Books, [u64; 2])> = Vec::new();
        for order in ORDERS {
            let mut end = State {
                said: Box::default(),
                ..state.clone()
            };
            for one in order {
                two.synchronise(&mut end, *one)?;
            }
            let held = two.held(&end);
            let books = two.bank.books(end.bank).clone();
            check::books(&books, &two.loaded)?;
            check::cards([&held[0], &held[1]], &two.loaded)?;
            // Both were heard.
            if order.len() == 3 {
                check::reconciled([&held[0], &held[1]], &books)?;
                ends.push(((*books).clone(), held.map(|held| held.amount)));
            }
        }
        let [first, second] = &ends[..] else {
            return Ok(());
        };
        if first == second {
            Ok(())
        } else {
            Err(Broken::OrderMatters(format!("{first:?} and {second:?}")))
        }
    }
}
