//! Counts whose the processor's time is.

use core::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use http::{Request, Response};
use tallystick_parties::Party;

use super::processor::processor_time;

/// Whose time it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// What is played around it, which counts for nothing.
    Around,
    /// The security server, its SQLite included.
    Server,
    /// The card.
    Card,
    /// The wallet that relays: it decodes and encodes, and verifies what it shows to the holder.
    Wallet,
    /// The shop: it signs SIG1 and SIG2, and verifies the proposal.
    Shop,
    /// The front: it verifies SIG1, and signs what it hands on and its receipts.
    Front,
}

impl Who {
    const ALL: [Self; 6] = [
        Self::Around,
        Self::Server,
        Self::Card,
        Self::Wallet,
        Self::Shop,
        Self::Front,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Around => "around",
            Self::Server => "server",
            Self::Card => "card",
            Self::Wallet => "wallet",
            Self::Shop => "shop",
            Self::Front => "front",
        }
    }
}

/// What was counted for one of several things done alike, in milliseconds of the processor, by whose it was.
pub type Took = Vec<(&'static str, f64)>;

/// Counts. A clone is the same.
#[derive(Clone)]
pub struct Clocks(Rc<Inner>);

struct Inner {
    now: Cell<Who>,
    since: Cell<Duration>,
    totals: [Cell<Duration>; Who::ALL.len()],
}

impl Clocks {
    /// From now on it is nobody's time.
    pub fn new() -> Self {
        Self(Rc::new(Inner {
            now: Cell::new(Who::Around),
            since: Cell::new(processor_time()),
            totals: Default::default(),
        }))
    }

    /// What was counted since the last time, divided by so many.
    pub fn take(&self, count: u32) -> Took {
        self.switch(self.0.now.get());
        let each = Who::ALL.iter().zip(&self.0.totals).map(|(who, total)| {
            let ms = total.take().as_secs_f64() * 1e3 / f64::from(count);
            (who.name(), ms)
        });
        each.collect()
    }

    /// What `work` takes is that one's time; but for what another does in it.
    pub fn during<T>(&self, who: Who, work: impl FnOnce() -> T) -> T {
        let before = self.switch(who);
        let done = work();
        self.switch(before);
        done
    }

    /// As [`Self::during`], for what is awaited: nothing else may run beside it.
    async fn during_all<T>(&self, who: Who, work: impl Future<Output = T>) -> T {
        let before = self.switch(who);
        let done = work.await;
        self.switch(before);
        done
    }

    /// It is `who`'s time now. Whose it was.
    fn switch(&self, who: Who) -> Who {
        let now = processor_time();
        let used = now.saturating_sub(self.0.since.replace(now));
        let before = self.0.now.replace(who);
        let total = &self.0.totals[before as usize];
        total.set(total.get() + used);
        before
    }
}

/// A party whose time is counted.
pub struct Counted<P> {
    /// The party.
    pub party: Rc<P>,
    /// Who it is.
    pub who: Who,
    /// What counts.
    pub clocks: Clocks,
}

impl<P: Party> Party for Counted<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.clocks
            .during_all(self.who, self.party.serve(request))
            .await
    }

    async fn wake(&self) {
        self.clocks.during_all(self.who, self.party.wake()).await;
    }
}
