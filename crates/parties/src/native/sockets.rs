//! Connections in one process: whoever is at the other end is a function that answers.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::Poll;
use std::collections::BTreeMap;
use std::rc::Rc;

use http::{Request, StatusCode};

use super::{SetClock, block_on};
use crate::office::party::Party;
use crate::ports::sockets::TAG;
use crate::ports::{SocketGone, Sockets};

/// Who is at the other end.
type End = Rc<dyn Fn(&[u8])>;

/// How often somebody who waits is asked again before so much time has passed: whoever answers here does so at once.
const PATIENCE_POLLS: u32 = 8;

/// The connections of one machine, shared by everybody who has a clone of it. They outlive the party, as those of a
/// Durable Object do.
#[derive(Clone)]
pub struct MemorySockets {
    ends: Rc<RefCell<BTreeMap<String, End>>>,
    clock: SetClock,
}

impl MemorySockets {
    /// None yet. Whoever waits in vain puts this clock forward.
    #[must_use]
    pub fn new(clock: &SetClock) -> Self {
        Self {
            ends: Rc::default(),
            clock: clock.clone(),
        }
    }

    /// Connects to `party`, whose machine has these connections, at `https://…/path`. Each message of the party is
    /// given to `hears`; what that returns is said to the party at once. `None`: the party refused.
    pub fn connect<P: Party + 'static>(
        &self,
        party: &Rc<P>,
        address: &str,
        hears: impl Fn(&[u8]) -> Option<Vec<u8>> + 'static,
    ) -> Option<Line<P>> {
        let request = Request::get(address).header("upgrade", "websocket");
        let answer = block_on(party.serve(request.body(Vec::new()).ok()?));
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return None;
        }
        let tag = answer.headers().get(TAG)?.to_str().ok()?.to_owned();
        let line = Line {
            tag,
            sockets: self.clone(),
            party: party.clone(),
        };
        let end = line.clone();
        self.put(&line.tag, move |message| {
            if let Some(reply) = hears(message) {
                end.say(&reply);
            }
        });
        Some(line)
    }

    fn put(&self, tag: &str, end: impl Fn(&[u8]) + 'static) {
        self.ends.borrow_mut().insert(tag.to_owned(), Rc::new(end));
    }
}

impl Sockets for MemorySockets {
    fn send(&self, tag: &str, message: &[u8]) -> Result<(), SocketGone> {
        let end = self.ends.borrow().get(tag).cloned();
        end.ok_or(SocketGone)?(message);
        Ok(())
    }

    fn close(&self, tag: &str) {
        self.ends.borrow_mut().remove(tag);
    }

    async fn wait(&self, milliseconds: u32) {
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            if polls > PATIENCE_POLLS {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.clock.advance(u64::from(milliseconds));
    }
}

/// A connection as its other end has it.
pub struct Line<P> {
    tag: String,
    sockets: MemorySockets,
    party: Rc<P>,
}

impl<P> Clone for Line<P> {
    fn clone(&self) -> Self {
        Self {
            tag: self.tag.clone(),
            sockets: self.sockets.clone(),
            party: self.party.clone(),
        }
    }
}

impl<P: Party> Line<P> {
    /// Says something to the party.
    pub fn say(&self, message: &[u8]) {
        if self.is_open() {
            block_on(self.party.message(&self.tag, message));
        }
    }

    /// Whether the party has not closed it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.sockets.ends.borrow().contains_key(&self.tag)
    }

    /// Ends it from this end; the party hears of it.
    pub fn hang_up(&self) {
        self.sockets.close(&self.tag);
        block_on(self.party.closed(&self.tag));
    }

    /// Ends it without a word, as a network that goes away.
    pub fn cut(&self) {
        self.sockets.close(&self.tag);
    }
}
