//! Whose turn it is to bootstrap, and when to try again.

use core::cell::Cell;

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

    /// When to try again, in milliseconds since 1970.
    pub(super) fn retry_at(&self) -> u64 {
        self.retry_at.get()
    }
}
