//! A clock that stands until it is set.

use core::cell::Cell;
use std::rc::Rc;

use crate::ports::Clock;

/// A clock shared by everybody who has a clone of it.
#[derive(Clone, Default)]
pub struct SetClock {
    now_ms: Rc<Cell<u64>>,
    off_ms: i64,
}

impl SetClock {
    /// A clock that shows this many milliseconds since 1970.
    #[must_use]
    pub fn at(now_ms: u64) -> Self {
        Self {
            now_ms: Rc::new(Cell::new(now_ms)),
            off_ms: 0,
        }
    }

    /// The same clock, read by somebody whose own is off by this many milliseconds.
    #[must_use]
    pub fn skewed(&self, off_ms: i64) -> Self {
        Self {
            now_ms: self.now_ms.clone(),
            off_ms,
        }
    }

    /// By how many milliseconds this reader's own is off.
    #[must_use]
    pub const fn off_ms(&self) -> i64 {
        self.off_ms
    }

    /// Sets it.
    pub fn set(&self, now_ms: u64) {
        self.now_ms.set(now_ms);
    }

    /// Puts it forward.
    pub fn advance(&self, milliseconds: u64) {
        self.now_ms
            .set(self.now_ms.get().saturating_add(milliseconds));
    }
}

impl Clock for SetClock {
    fn now_ms(&self) -> u64 {
        self.now_ms.get().saturating_add_signed(self.off_ms)
    }
}
