//! Exclusive access across awaits, for one thread.
//!
//! The wallet's state may be changed by several calls from the browser that overlap at their
//! awaits. Whoever holds the [`Guard`] has the state alone, also while it waits for the vault.

use std::cell::{Cell, RefCell, RefMut};
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::task::{Poll, Waker};

/// A value that one asynchronous task at a time may use.
pub struct Exclusive<T> {
    taken: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
    value: RefCell<T>,
}

/// The right to use the value; ends when dropped.
pub struct Guard<'a, T> {
    // Fields are dropped in this order: the value is free before anybody is woken.
    value: RefMut<'a, T>,
    _turn: Turn<'a>,
}

struct Turn<'a> {
    taken: &'a Cell<bool>,
    waiting: &'a RefCell<Vec<Waker>>,
}

impl<T> Exclusive<T> {
    /// Wraps the value.
    pub const fn new(value: T) -> Self {
        Self {
            taken: Cell::new(false),
            waiting: RefCell::new(Vec::new()),
            value: RefCell::new(value),
        }
    }

    /// Waits until nobody else has the value, then takes it.
    pub async fn take(&self) -> Guard<'_, T> {
        poll_fn(|context| {
            if let Some(guard) = self.try_take() {
                return Poll::Ready(guard);
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Takes the value if nobody has it.
    pub fn try_take(&self) -> Option<Guard<'_, T>> {
        if self.taken.replace(true) {
            return None;
        }
        Some(Guard {
            value: self.value.borrow_mut(),
            _turn: Turn {
                taken: &self.taken,
                waiting: &self.waiting,
            },
        })
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.taken.set(false);
        // All are woken: one that was dropped meanwhile must not swallow the others' turn.
        for waker in self.waiting.take() {
            waker.wake();
        }
    }
}
