//! Who waits for a home's reply. In memory, as the waiting request itself is.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::collections::BTreeMap;
use std::rc::Rc;

use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::HomeReply;

/// Calls under way over one connection: as many as a home browser answers at a time.
const CALLS_MAX: usize = 16;

/// What a call comes to.
type Outcome = Result<HomeReply, HomeRefusal>;

/// A place for one reply.
#[derive(Default)]
struct Slot {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

/// A call: its connection and its number.
type Call = (String, u64);

/// All calls under way.
#[derive(Default)]
pub(super) struct Waiting(RefCell<BTreeMap<Call, Rc<RefCell<Slot>>>>);

impl Waiting {
    /// Makes a place for the reply to a call of this number.
    ///
    /// # Errors
    /// [`HomeRefusal::TooMany`].
    pub(super) fn expect(&self, tag: &str, number: u64) -> Result<Expected<'_>, HomeRefusal> {
        let mut slots = self.0.borrow_mut();
        if slots.keys().filter(|(own, _)| own == tag).count() >= CALLS_MAX {
            return Err(HomeRefusal::TooMany);
        }
        let slot = Rc::<RefCell<Slot>>::default();
        let key = (tag.to_owned(), number);
        slots.insert(key.clone(), slot.clone());
        Ok(Expected {
            waiting: self,
            key,
            slot,
        })
    }

    /// Hands over a reply. `false`: nobody waits for it (any more).
    pub(super) fn reply(&self, tag: &str, reply: HomeReply) -> bool {
        let key = (tag.to_owned(), reply.number);
        let slot = self.0.borrow_mut().remove(&key);
        let is_awaited = slot.is_some();
        if let Some(slot) = slot {
            settle(&slot, Ok(reply));
        }
        is_awaited
    }

    /// Tells everybody who waits for this connection that it is no more.
    pub(super) fn lose(&self, tag: &str) {
        let mut slots = self.0.borrow_mut();
        let lost: Vec<_> = slots
            .keys()
            .filter(|(own, _)| own == tag)
            .cloned()
            .collect();
        let lost: Vec<_> = lost.iter().filter_map(|key| slots.remove(key)).collect();
        drop(slots);
        for slot in lost {
            settle(&slot, Err(HomeRefusal::NotConnected));
        }
    }
}

fn settle(slot: &Rc<RefCell<Slot>>, outcome: Outcome) {
    let mut slot = slot.borrow_mut();
    slot.outcome = Some(outcome);
    if let Some(waker) = slot.waker.take() {
        waker.wake();
    }
}

/// A reply that is waited for. Dropped, nobody waits for it any more.
pub(super) struct Expected<'w> {
    waiting: &'w Waiting,
    key: Call,
    slot: Rc<RefCell<Slot>>,
}

impl Expected<'_> {
    /// The reply, once it is there.
    pub(super) async fn come(&self) -> Outcome {
        poll_fn(|context| {
            let mut slot = self.slot.borrow_mut();
            if let Some(outcome) = slot.outcome.take() {
                return Poll::Ready(outcome);
            }
            slot.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        self.waiting.0.borrow_mut().remove(&self.key);
    }
}
