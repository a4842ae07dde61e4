//! Many runs side by side, each alone on a thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tallystick_simulation::{Counts, Options, Outcome, run};

use crate::arguments::Arguments;

/// After this many failures no further run begins: they are likely the same one.
const FAILURES_MAX: usize = 5;

/// What came of all runs.
#[derive(Default)]
pub struct Summary {
    /// How many runs there were.
    pub seeds: u64,
    /// Messages in all of them.
    pub messages: u64,
    /// Orders that were paid and are on their way.
    pub delivered: u64,
    /// Orders that came to nothing.
    pub ended: u64,
    /// What became of payments between purses.
    pub between: Counts,
    /// How long it took.
    pub time: Duration,
    /// Seeds whose invariants do not hold, with what does not.
    pub failures: Vec<(u64, Vec<String>)>,
}

/// Runs all seeds that were asked for, or as many as there is time for. Failed ones are printed at once.
#[must_use]
pub fn run_all(arguments: &Arguments) -> Summary {
    let since = Instant::now();
    let next = AtomicU64::new(arguments.seeds.0);
    let summary = Mutex::new(Summary::default());
    let worker = || loop {
        let is_over = arguments.time.is_some_and(|time| since.elapsed() >= time);
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if is_over || seed > arguments.seeds.1 || has_failed(&summary) {
            return;
        }
        let options = Options {
            seed,
            steps: arguments.steps,
            print: arguments.print,
            bank: arguments.bank.in_run(seed),
            between: arguments.between.in_run(seed),
            lending: arguments.home.in_run(seed),
            coupons: arguments.coupons.in_run(seed),
            ..Options::default()
        };
        let outcome = run(options);
        let told = [
            arguments.bank.told(seed),
            arguments.between.told(seed),
            arguments.home.told(seed),
            arguments.coupons.told(seed),
        ];
        let told = told.concat();
        take(&summary, options, &told, &outcome);
    };
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads {
            scope.spawn(worker);
        }
    });
    let mut summary = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.time = since.elapsed();
    summary
}

fn has_failed(summary: &Mutex<Summary>) -> bool {
    let summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
    summary.failures.len() >= FAILURES_MAX
}

fn take(summary: &Mutex<Summary>, options: Options, bank: &str, outcome: &Outcome) {
    // The same run once more, for whoever has to read it. It prints what it does, and else does the same.
    let lines = if outcome.violations.is_empty() || options.print {
        outcome.lines.clone()
    } else {
        let print = true;
        run(Options { print, ..options }).lines
    };
    let mut summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
    for line in lines {
        println!("{line}");
    }
    summary.seeds += 1;
    summary.messages += outcome.messages;
    summary.delivered += outcome.delivered;
    summary.ended += outcome.ended;
    summary.between = summary.between + outcome.between;
    if outcome.violations.is_empty() {
        return;
    }
    let Options { seed, steps, .. } = options;
    println!("\nSeed {seed} with {steps} steps does not hold:");
    for violation in &outcome.violations {
        println!("  {violation}");
    }
    println!("Again: npm run simulate -- --seed {seed} --steps {steps}{bank} --print\n");
    summary.failures.push((seed, outcome.violations.clone()));
}
