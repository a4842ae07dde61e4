//! Counts the time that a party takes, and nobody else's.

use core::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::native::Machine;
use tallystick_simulation::cast::Running;

use super::processor::processor_time;

/// What was counted for one of several things done alike, in milliseconds.
pub struct Took {
    /// Of the processor.
    pub processor_ms: f64,
    /// By the clock on the wall.
    pub wall_ms: f64,
}

/// Counts. A clone is the same meter.
#[derive(Clone, Default)]
pub struct Meter(Rc<Inner>);

#[derive(Default)]
struct Inner {
    depth: Cell<u32>,
    processor: Cell<Duration>,
    wall: Cell<Duration>,
}

impl Meter {
    /// What was counted since the last time, divided by so many.
    pub fn take(&self, count: u32) -> Took {
        let each = |total: &Cell<Duration>| total.take().as_secs_f64() * 1e3 / f64::from(count);
        Took {
            processor_ms: each(&self.0.processor),
            wall_ms: each(&self.0.wall),
        }
    }

    /// Counts what `work` takes. What it has done by somebody who is counted, too, is not counted twice.
    pub async fn count<T>(&self, work: impl Future<Output = T>) -> T {
        let inner = &self.0;
        inner.depth.set(inner.depth.get() + 1);
        let (began, processor) = (Instant::now(), processor_time());
        let done = work.await;
        inner.depth.set(inner.depth.get() - 1);
        if inner.depth.get() == 0 {
            let used = processor_time().saturating_sub(processor);
            inner.processor.set(inner.processor.get() + used);
            inner.wall.set(inner.wall.get() + began.elapsed());
        }
        done
    }
}

/// A party that is counted.
pub struct Metered {
    /// The party.
    pub party: Running<Machine>,
    /// What counts it.
    pub meter: Meter,
}

impl Party for Metered {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.meter.count(self.party.serve(request)).await
    }

    async fn wake(&self) {
        self.meter.count(self.party.wake()).await;
    }
}
