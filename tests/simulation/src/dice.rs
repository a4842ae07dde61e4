//! Chance, all of it from the seed.

use tallystick_parties::native::SeededRandom;
use tallystick_parties::ports::Random;

/// One stream of chance. Each purpose has a stream of its own, so that one more throw here changes nothing there.
#[derive(Clone)]
pub(crate) struct Dice(SeededRandom);

impl Dice {
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        Self(SeededRandom::new(&format!("{seed}, {purpose}")))
    }

    /// A number from 0 to `end - 1`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_be_bytes(bytes) % end.max(1)
    }

    /// A number from `low` to `high`.
    pub(crate) fn between(&self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True that often in a thousand throws.
    pub(crate) fn chance(&self, permille: u32) -> bool {
        self.below(1000) < u64::from(permille)
    }

    pub(crate) fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    pub(crate) fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }
}
