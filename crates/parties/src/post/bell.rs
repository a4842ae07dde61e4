//! Tells whoever is doing what is due that something else may be due by now.

use core::cell::{Cell, RefCell};
use core::task::{Context, Poll, Waker};

/// Rung after each transaction, heard by whoever waits: a letter that is posted while another one is
/// under way is sent at once.
#[derive(Default)]
pub(crate) struct Bell {
    is_rung: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Bell {
    /// Rings.
    pub(crate) fn ring(&self) {
        self.is_rung.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    /// Ready once it was rung since the last time that this was ready.
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<()> {
        if self.is_rung.take() {
            return Poll::Ready(());
        }
        self.waiting.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}
