//! Exclusive access across awaits, for one thread.
//!
//! The wallet's state may be changed by several calls from the browser that overlap at their
//! awaits. Whoever holds the [`Guard`] has the state alone, also while it waits for the vault.

use std::cell::{Cell, RefCell, RefMut};
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::task::{Poll, Waker};

/// A value that one asynchronous task at a time may use.
pub struct Exclusive<T> {
    taken: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
    ahead: Ahead,
    value: RefCell<T>,
}

/// How many wait who go before all others.
#[derive(Clone, Default)]
pub struct Ahead(Rc<Cell<u32>>);

impl Ahead {
    /// Whether anybody does.
    #[must_use]
    pub fn is_somebody(&self) -> bool {
        self.0.get() > 0
    }
}

/// One of them, until it has its turn or is dropped.
struct GoingAhead(Ahead);

impl GoingAhead {
    fn new(ahead: &Ahead) -> Self {
        ahead.0.set(ahead.0.get().saturating_add(1));
        Self(ahead.clone())
    }
}

impl Drop for GoingAhead {
    fn drop(&mut self) {
        let Ahead(count) = &self.0;
        count.set(count.get().saturating_sub(1));
    }
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
    pub fn new(value: T) -> Self {
        Self {
            taken: Cell::new(false),
            waiting: RefCell::new(Vec::new()),
            ahead: Ahead::default(),
            value: RefCell::new(value),
        }
    }

    /// Waits until nobody else has the value, and nobody goes ahead; then takes it.
    pub async fn take(&self) -> Guard<'_, T> {
        self.take_if(&|| !self.ahead.is_somebody()).await
    }

    /// Waits until nobody else has the value, then takes it before all who wait by [`Exclusive::take`].
    pub async fn take_ahead(&self) -> Guard<'_, T> {
        let going = GoingAhead::new(&self.ahead);
        let guard = self.take_if(&|| true).await;
        drop(going);
        guard
    }

    /// Whether somebody waits who goes ahead: for whoever has the value and could end early.
    pub fn ahead(&self) -> Ahead {
        self.ahead.clone()
    }

    async fn take_if(&self, is_my_turn: &dyn Fn() -> bool) -> Guard<'_, T> {
        poll_fn(|context| {
            if is_my_turn()
                && let Some(guard) = self.try_take()
            {
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

#[cfg(test)]
mod tests {
    use std::task::Context;

    use super::*;

    fn polled<T>(future: &mut std::pin::Pin<Box<dyn Future<Output = T> + '_>>) -> Option<T> {
        match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn who_goes_ahead_has_the_next_turn_however_long_others_wait() {
        let exclusive = Exclusive::new(());
        let at_work = exclusive.try_take();
        let mut first: std::pin::Pin<Box<dyn Future<Output = _>>> = Box::pin(exclusive.take());
        assert!(polled(&mut first).is_none());
        let mut ahead: std::pin::Pin<Box<dyn Future<Output = _>>> =
            Box::pin(exclusive.take_ahead());
        assert!(polled(&mut ahead).is_none());
        assert!(exclusive.ahead().is_somebody());
        drop(at_work);
        assert!(
            polled(&mut first).is_none(),
            "it waits for whoever goes ahead"
        );
        let turn = polled(&mut ahead);
        assert!(turn.is_some() && !exclusive.ahead().is_somebody());
        drop(turn);
        assert!(polled(&mut first).is_some());
    }

    #[test]
    fn who_gives_up_going_ahead_holds_nobody_up() {
        let exclusive = Exclusive::new(());
        let at_work = exclusive.try_take();
        let mut ahead: std::pin::Pin<Box<dyn Future<Output = _>>> =
            Box::pin(exclusive.take_ahead());
        assert!(polled(&mut ahead).is_none());
        drop(ahead);
        drop(at_work);
        let mut next: std::pin::Pin<Box<dyn Future<Output = _>>> = Box::pin(exclusive.take());
        assert!(polled(&mut next).is_some());
    }
}
