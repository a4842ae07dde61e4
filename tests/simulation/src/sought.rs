//! Random runs until everything was in them that a test looks for, and no longer: whoever changes when the power fails
//! or what is said first has other things happen in a seed, and what was rare there is in the next one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::run::Outcome;

/// Seeds, after which what was in none of them does not happen any more.
const SEEDS_MAX: u64 = 40;

/// What is true of some runs.
type Finding = Box<dyn Fn(&[&Outcome]) -> bool + Send + Sync>;

/// Something that has to be in some runs together.
pub struct Sought {
    name: String,
    is_in: Finding,
}

impl Sought {
    /// What this says of the runs, by that name.
    pub fn so(
        name: impl Into<String>,
        is_in: impl Fn(&[&Outcome]) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            is_in: Box::new(is_in),
        }
    }

    /// At least so many lines of which this is true.
    pub fn lines(
        least: usize,
        name: impl Into<String>,
        is_one: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::so(name, move |runs| {
            let lines = runs.iter().flat_map(|run| &run.lines);
            lines.filter(|line| is_one(line)).take(least).count() == least
        })
    }

    /// A line that says this.
    pub fn says(says: impl Into<String>) -> Self {
        let says = says.into();
        let name = says.clone();
        Self::lines(1, name, move |line| line.contains(&says))
    }
}

/// A line for each of these.
pub fn all_of(says: &[&str]) -> Vec<Sought> {
    says.iter().map(|says| Sought::says(*says)).collect()
}

/// Runs until all that is sought is there, as [`runs_until`] does.
///
/// # Panics
/// When an invariant does not hold in one of them; when something is in none of the first forty.
pub fn until_there(least: u64, sought: &[Sought], run_of: impl Fn(u64) -> Outcome + Sync) {
    assert_there(sought, &runs_until(least, sought, run_of));
}

/// # Panics
/// When something that is sought is not in these runs.
pub fn assert_there(sought: &[Sought], runs: &[Outcome]) {
    let missing = missing(sought, &runs.iter().collect::<Vec<_>>());
    assert!(
        missing.is_empty(),
        "not in {} runs: {missing:?}",
        runs.len()
    );
}

/// The runs from seed 1 on, two at a time: `least` of them, and more until all that is sought is there or there were forty.
///
/// # Panics
/// When an invariant does not hold in one of them.
pub fn runs_until(
    least: u64,
    sought: &[Sought],
    run_of: impl Fn(u64) -> Outcome + Sync,
) -> Vec<Outcome> {
    let runs: Mutex<BTreeMap<u64, Outcome>> = Mutex::default();
    let next = AtomicU64::new(1);
    let is_over = AtomicBool::new(false);
    let worker = || {
        while !is_over.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let run = run_of(seed);
            is_over.fetch_or(!run.violations.is_empty(), Ordering::Relaxed);
            assert_eq!(run.violations, [""; 0], "seed {seed}");
            let messages = run.messages;
            let mut runs = runs.lock().unwrap_or_else(PoisonError::into_inner);
            runs.insert(seed, run);
            let missing = missing(sought, &Vec::from_iter(runs.values()));
            println!("seed {seed}: {messages} messages; not there yet: {missing:?}");
            let is_enough = seed >= least && missing.is_empty();
            is_over.fetch_or(is_enough || seed >= SEEDS_MAX, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        scope.spawn(worker);
    });
    let runs = runs.into_inner().unwrap_or_else(PoisonError::into_inner);
    runs.into_values().collect()
}

/// The names of what is not there.
fn missing<'a>(sought: &'a [Sought], runs: &[&Outcome]) -> Vec<&'a str> {
    let missing = sought.iter().filter(|sought| !(sought.is_in)(runs));
    missing.map(|sought| &*sought.name).collect()
}

/// Whether one of these seeds, tried in their order, shows a mistake in these words.
pub fn is_noticed(
    seeds: impl IntoIterator<Item = u64>,
    complaint: &str,
    run_of: impl Fn(u64) -> Outcome,
) -> bool {
    seeds.into_iter().any(|seed| {
        let violations = run_of(seed).violations;
        let is_noticed = violations.iter().any(|found| found.contains(complaint));
        println!("seed {seed}: {is_noticed}");
        is_noticed
    })
}
