//! Whose turn it is to bootstrap, and when to try again.

use core::cell::Cell;

/// When to look again while a bootstrap is under way, in milliseconds.
const BUSY_MS: u64 = 1_000;

/// Lets one bootstrap run at a time and spaces failed ones out. In memory only: after a restart
/// the next one runs at once.
#[derive(Default)]
pub(super) struct Progress {
    running: Cell<bool>,
    failures: Cell<u32>,
    retry_at: Cell<u64>,
}

/// Ends the turn when dropped, also if the future that bootstraps is dropped.
pub(super) struct Turn<'a>(&'a Cell<bool>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Progress {
    /// Takes the turn, unless somebody has it or it is too early after a failure.
    pub(super) fn begin(&self, now_ms: u64) -> Option<Turn<'_>> {
        let early = now_ms < self.retry_at.get();
        if early || self.running.replace(true) {
            return None;
        }
        Some(Turn(&self.running))
    }

    /// Notes how it went: 0.25, 0.5, 1 … up to 32 seconds until the next try.
    pub(super) fn ended(&self, now_ms: u64, well: bool) {
        let failures = if well {
            0
        } else {
            self.failures.get().saturating_add(1)
        };
        self.failures.set(failures);
        let pause = if well {
            0
        } else {
            250_u64 << (failures - 1).min(7)
        };
        self.retry_at.set(now_ms.saturating_add(pause));
    }

    /// When to try again, in milliseconds since 1970. Whoever is at it may wait for another party: until
    /// then there is nothing to wake anybody for.
    pub(super) fn retry_at(&self, now_ms: u64) -> u64 {
        if self.running.get() {
            return now_ms.saturating_add(BUSY_MS);
        }
        self.retry_at.get().max(now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_woken_again_at_once_for_a_bootstrap_that_is_under_way() {
        let progress = Progress::default();
        let turn = progress.begin(1_000);
        assert!(turn.is_some() && progress.begin(1_000).is_none());
        assert_eq!(progress.retry_at(1_000), 1_000 + BUSY_MS);
        drop(turn);
        assert_eq!(progress.retry_at(1_000), 1_000);
        progress.ended(1_000, false);
        assert_eq!(progress.retry_at(1_000), 1_250);
    }
}
