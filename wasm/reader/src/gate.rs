//! One at a time: two who talk to one reader would take each other's answers.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::rc::Rc;

/// Whoever holds the permit may talk to the reader behind it.
#[derive(Default)]
pub(crate) struct Gate {
    taken: Cell<bool>,
    at_work: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

/// Leave to talk; it ends when dropped.
pub(crate) struct Permit(Rc<Gate>);

impl Gate {
    /// Waits until nobody else holds the permit.
    pub(crate) async fn enter(self: &Rc<Self>) -> Permit {
        poll_fn(|context| {
            if self.taken.replace(true) {
                self.waiting.borrow_mut().push(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(Permit(Rc::clone(self)))
        })
        .await
    }

    /// Whether somebody has a session with the card, and is not about to end it.
    pub(crate) fn is_at_work(&self) -> bool {
        self.at_work.get()
    }
}

impl Permit {
    /// Says whether the reader serves a session.
    pub(crate) fn set_at_work(&self, at_work: bool) {
        self.0.at_work.set(at_work);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.at_work.set(false);
        self.0.taken.set(false);
        for waker in self.0.waiting.take() {
            waker.wake();
        }
    }
}
