//! The power of one participant fails once, in a run for each place where it can.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::run::{Crash, Options, run};

/// More writes than anybody does in one of these runs.
const WRITES_MAX: u32 = 2_000;

/// After which writes the power fails: all of them if `EVERY_STEP` is set, else every so many, which takes less time.
#[must_use]
pub fn every_step_or(sample: u32) -> u32 {
    match std::env::var_os("EVERY_STEP") {
        Some(_) => 1,
        None => sample,
    }
}

/// Whose power fails, and after which writes.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// A party's domain, or `holder-1`.
    pub at: &'static str,
    /// Whether a call at which the holder's computer stops still reaches the party.
    pub lose_answer: bool,
    /// Whether there is a bank.
    pub bank: bool,
    /// Whether purses pay each other without it.
    pub between: bool,
    /// Whether customers of the coupon office do one thing after the other, and nobody else does anything.
    pub coupons: bool,
    /// 1: after every write there is; N: after every Nth.
    pub every: u32,
}

impl Sweep {
    /// One run for each of these writes, two at a time; after how many there was no further one.
    ///
    /// # Panics
    /// When an invariant does not hold in one of the runs, with its sentence; when there is no end to the writes.
    #[must_use]
    pub fn run(self) -> u32 {
        let next = AtomicU32::new(0);
        let writes = AtomicU32::new(WRITES_MAX);
        let worker = || {
            loop {
                let after = next.fetch_add(self.every, Ordering::Relaxed);
                if after >= writes.load(Ordering::Relaxed) {
                    return;
                }
                if !self.fails_after(after) {
                    writes.fetch_min(after, Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(worker);
            scope.spawn(worker);
        });
        let writes = writes.into_inner();
        assert!(
            writes < WRITES_MAX,
            "{}: more than {writes} writes",
            self.at
        );
        writes
    }

    /// One run. Says whether the power failed in it.
    fn fails_after(self, after: u32) -> bool {
        let outcome = run(Options {
            seed: 1,
            crash: Some(Crash {
                at: self.at,
                after,
                lose_answer: self.lose_answer,
            }),
            bank: self.bank,
            between: self.between,
            coupons: self.coupons,
            ..Options::default()
        });
        let found = &outcome.violations;
        assert!(found.is_empty(), "{}, {after} writes: {found:?}", self.at);
        outcome.crashes > 0
    }
}
