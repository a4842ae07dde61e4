//! What cards keep of the histories of their purses, looked at after each step, before they make room for more.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tallystick_protocol::purse::{Endpoint, HistoryEntry, PurseNumber};

use crate::town::Town;

/// The entries of each purse by their places and hashes.
type Entries = BTreeMap<(u64, [u8; 32]), HistoryEntry>;

/// All that was seen.
#[derive(Default)]
pub(crate) struct Histories(RefCell<BTreeMap<PurseNumber, Entries>>);

/// A payment between purses by what their cards have of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paid {
    /// What was set aside for it, by the payer's card, and from which purse.
    pub(crate) given: Vec<(PurseNumber, u64)>,
    /// What came back to the payer's card.
    pub(crate) back: Vec<u64>,
    /// What the payee's card took, and into which purse.
    pub(crate) taken: Vec<(PurseNumber, u64)>,
}

impl Histories {
    /// Every card's entries are looked at.
    pub(crate) fn look(&self, town: &Town) {
        if !town.between.is_on {
            return;
        }
        let mut seen = self.0.borrow_mut();
        for holder in town.holders.borrow().iter() {
            for (purse, entries) in holder.histories() {
                let known = seen.entry(purse).or_default();
                let entries = entries.into_iter();
                known.extend(entries.map(|entry| ((entry.sequence, entry.hash()), entry)));
            }
        }
    }

    /// The purses that have one.
    pub(crate) fn purses(&self) -> Vec<PurseNumber> {
        self.0.borrow().keys().copied().collect()
    }

    /// Every payment of these numbers.
    pub(crate) fn paid(&self, numbers: &[String]) -> BTreeMap<String, Paid> {
        let numbers: BTreeSet<_> = numbers.iter().collect();
        let mut paid = BTreeMap::<String, Paid>::new();
        for (purse, entries) in self.0.borrow().iter() {
            for entry in entries.values() {
                let number = entry.transaction.to_string();
                if !numbers.contains(&number) {
                    continue;
                }
                let paid = paid.entry(number).or_default();
                // What comes back is the same movement the other way round.
                let was_given = paid.given.iter().any(|(payer, _)| payer == purse);
                if entry.payer == Endpoint::Purse(*purse) {
                    paid.given.push((*purse, entry.amount));
                } else if was_given {
                    paid.back.push(entry.amount);
                } else {
                    paid.taken.push((*purse, entry.amount));
                }
            }
        }
        paid
    }

    /// The purses that gave two different payments at one place, both of which are among these.
    pub(crate) fn given_twice(&self, taken: &BTreeSet<&str>) -> BTreeSet<String> {
        let mut twice = BTreeSet::new();
        for (purse, entries) in self.0.borrow().iter() {
            let mut places = BTreeMap::<u64, String>::new();
            for ((place, _), entry) in entries {
                let number = entry.transaction.to_string();
                let is_given = entry.payer == Endpoint::Purse(*purse);
                if !is_given || !taken.contains(number.as_str()) {
                    continue;
                }
                let first = places.entry(*place).or_insert_with(|| number.clone());
                if *first != number {
                    twice.insert(purse.to_string());
                }
            }
        }
        twice
    }
}
