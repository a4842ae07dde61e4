//! A clock that stands until it is set.

use core::cell::Cell;
use std::rc::Rc;

use crate::ports::Clock;

/// A clock shared by everybody who has a clone of it.
#[derive(Clone, Default)]
pub struct SetClock(Rc<Cell<u64>>);

impl SetClock {
    /// A clock that shows this many milliseconds since 1970.
    #[must_use]
    pub fn at(now_ms: u64) -> Self {
        Self(Rc::new(Cell::new(now_ms)))
    }

    /// Sets it.
    pub fn set(&self, now_ms: u64) {
        self.0.set(now_ms);
    }

    /// Puts it forward.
    pub fn advance(&self, milliseconds: u64) {
        self.0.set(self.0.get().saturating_add(milliseconds));
    }
}

impl Clock for SetClock {
    fn now_ms(&self) -> u64 {
        self.0.get()
    }
}
