//! What the network does to messages, and who cannot reach whom.

use std::collections::BTreeMap;

use crate::dice::Dice;

/// How the network is. Shares are in thousandths.
#[derive(Clone, Copy, Default)]
pub(crate) struct Weather {
    pub(crate) lost: u32,
    pub(crate) doubled: u32,
    pub(crate) delayed: u32,
}

impl Weather {
    /// Between the objects of a party: there are few such messages, so that it is never fine.
    pub(crate) const BETWEEN_SIBLINGS: Self = Self {
        lost: 150,
        doubled: 150,
        delayed: 150,
    };

    /// Some weather: fine as often as not.
    pub(crate) fn some(dice: &Dice) -> Self {
        if dice.chance(500) {
            return Self::default();
        }
        let share = || u32::try_from(dice.below(300)).unwrap_or(0);
        Self {
            lost: share(),
            doubled: share(),
            delayed: share(),
        }
    }
}

/// Who is cut off from whom, who hangs, and in whose place somebody else answers, and until when (virtual
/// milliseconds).
#[derive(Default)]
pub(crate) struct Cuts {
    pairs: BTreeMap<(&'static str, &'static str), u64>,
    alone: BTreeMap<&'static str, u64>,
    hanging: BTreeMap<&'static str, u64>,
    behind_a_gateway: BTreeMap<&'static str, u64>,
}

impl Cuts {
    pub(crate) fn between(&mut self, a: &'static str, b: &'static str, until_ms: u64) {
        self.pairs.insert((a.min(b), a.max(b)), until_ms);
    }

    pub(crate) fn off(&mut self, name: &'static str, until_ms: u64) {
        self.alone.insert(name, until_ms);
    }

    /// This party takes what it is sent, and answers too late or never.
    pub(crate) fn hang(&mut self, name: &'static str, until_ms: u64) {
        self.hanging.insert(name, until_ms);
    }

    pub(crate) fn hangs(&self, name: &str, now_ms: u64) -> bool {
        self.hanging.get(name).is_some_and(|until| now_ms < *until)
    }

    /// Something before this party, which has no part in any order, answers in its place.
    pub(crate) fn answer_for(&mut self, name: &'static str, until_ms: u64) {
        self.behind_a_gateway.insert(name, until_ms);
    }

    pub(crate) fn is_answered_for(&self, name: &str, now_ms: u64) -> bool {
        let until = self.behind_a_gateway.get(name);
        until.is_some_and(|until| now_ms < *until)
    }

    pub(crate) fn heal(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn part(&self, a: &'static str, b: &'static str, now_ms: u64) -> bool {
        let cut = |until: Option<&u64>| until.is_some_and(|until| now_ms < *until);
        cut(self.pairs.get(&(a.min(b), a.max(b))))
            || cut(self.alone.get(a))
            || cut(self.alone.get(b))
    }
}
