//! Everything that must happen later, in one table: letters, expiries, renewals, further tries.
//!
//! Whoever writes a row here sets the alarm in the same transaction, so that there is never a job
//! without an alarm, nor an alarm that an eviction could forget. Taking a job leases it, in a
//! transaction of its own and before anything about it is read: whatever then goes wrong, it comes
//! again later and hides no other. What fails again and again is *stuck*: off the clock, counted,
//! and left to an operator.

use crate::ports::{DatabaseError, Tables};
use crate::recollection::asking::CATCH_UP;
use crate::store::typed::{self, typed_row};

/// The kind of a letter's job; its reference is "kind/reference" of the letter.
pub const LETTER: &str = "letter";
/// The kind of a job that asks another object of this party; its reference is "kind/reference" of the letter:
/// see [`crate::post::sibling_letters`].
pub const SIBLING_LETTER: &str = "sibling-letter";
/// The kind of the one job that certifies and keys a party.
pub const BOOTSTRAP: &str = "bootstrap";
/// The kind of the one job that renews a party's certificate.
pub const RENEWAL: &str = "renewal";

/// The kind of the one job that asks for the newest list of revoked certificates.
pub const REVOCATIONS: &str = "revocations";

/// The kind of the one job that seals anew what is sealed: see `standing/resealing.rs`.
pub const RESEALING: &str = "resealing";

/// The kind of the one job of every night: see [`crate::store::retention`].
pub const NIGHT: &str = "night";

/// How long a job that was taken is nobody else's, in milliseconds: longer than the network's
/// patience (15 s). After a crash it is taken again when this is over.
pub const LEASE_MS: u64 = 20_000;
/// How often in a row a job may break here before it is stuck.
const FAILURES_MAX: u32 = 16;

/// For how long a frozen party leaves its jobs alone before it looks again, in milliseconds.
const FROZEN_MS: u64 = 5_000;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;

typed_row! {
    /// A job that was taken.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Job in "due" {
        /// A fixed word of the role, or of this module.
        pub kind: String = "kind",
        /// What it is about; with `kind` its identity.
        pub reference: String = "reference",
        /// The domain it waits for, if it speaks to another party; the object's name, if it speaks to another
        /// object of this one.
        pub peer: Option<String> = "peer",
        /// How often it was taken, this time included.
        pub attempts: u32 = "attempts",
        /// How often in a row it broke or never came to an end before this time.
        failures: u32 = "failures",
    }
}

impl Job {
    /// The correlation id of the order that the job is about, if it is about one: letters and roles'
    /// own jobs have an order's root for a reference.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        let reference = self.reference.rsplit('/').next()?;
        reference.get(..16)
    }
}

/// What becomes of a job after it was worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is nothing left to do.
    Done,
    /// Nothing went wrong, but it is not done yet: again after a pause that grows.
    Later,
    /// Again at this time, in milliseconds since 1970.
    At(u64),
}

/// A job to be put on the clock.
#[derive(Clone, Copy)]
pub struct NewJob<'a> {
    /// See [`Job::kind`].
    pub kind: &'a str,
    /// See [`Job::reference`].
    pub reference: &'a str,
    /// See [`Job::peer`].
    pub peer: Option<&'a str>,
    /// When it is due, in milliseconds since 1970.
    pub at_ms: u64,
}

/// The reference of a letter's job: the letter's kind and what it is about.
pub(crate) fn letter_reference(kind: &str, reference: &str) -> String {
    format!("{kind}/{reference}")
}

/// Puts a job on the clock. Of one that is there only the time is changed, and it is stuck no more.
///
/// # Errors
/// Only the database's own.
pub fn put(
    tables: &(impl Tables + ?Sized),
    job: &NewJob<'_>,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let moved =
        "DO UPDATE SET at_ms = excluded.at_ms, attempts = 0, failures = 0, stuck_at_ms = NULL";
    insert(tables, job, now_ms, moved)
}

/// Puts a job on the clock unless it is there already.
///
/// # Errors
/// Only the database's own.
pub fn put_once(
    tables: &(impl Tables + ?Sized),
    job: &NewJob<'_>,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    insert(tables, job, now_ms, "DO NOTHING")
}

/// Puts a job on the clock; `otherwise` says what becomes of one that is there.
fn insert(
    tables: &(impl Tables + ?Sized),
    job: &NewJob<'_>,
    now_ms: u64,
    otherwise: &str,
) -> Result<(), DatabaseError> {
    tables.run(
        &format!(
            "INSERT INTO due (kind, reference, peer, at_ms, since_ms) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (kind, reference) {otherwise}"
        ),
        &[
            job.kind.into(),
            job.reference.into(),
            job.peer.into(),
            job.at_ms.into(),
            now_ms.into(),
        ],
    )?;
    set_alarm(tables)
}

/// Takes a job off the clock, because what it is about has come to its end.
///
/// # Errors
/// Only the database's own.
pub fn cancel(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<(), DatabaseError> {
    tables.run(
        "DELETE FROM due WHERE kind = ? AND reference = ?",
        &[kind.into(), reference.into()],
    )?;
    set_alarm(tables)
}

/// When the next job is due, in milliseconds since 1970; what is stuck is due never.
///
/// # Errors
/// Only the database's own.
pub fn next_at(tables: &(impl Tables + ?Sized)) -> Result<Option<u64>, DatabaseError> {
    let sql = "SELECT at_ms FROM due WHERE stuck_at_ms IS NULL ORDER BY at_ms LIMIT 1";
    typed::one(tables, sql, &[])
}

/// When this job is due, if it is on the clock.
///
/// # Errors
/// Only the database's own.
pub fn time_of(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<Option<u64>, DatabaseError> {
    let sql = "SELECT at_ms FROM due WHERE kind = ? AND reference = ? AND stuck_at_ms IS NULL";
    typed::one(tables, sql, &[kind.into(), reference.into()])
}

/// Sets the alarm for what is due next. Every function here does so that changes a time.
///
/// # Errors
/// Only the database's own.
pub fn set_alarm(tables: &(impl Tables + ?Sized)) -> Result<(), DatabaseError> {
    match next_at(tables)? {
        Some(at_ms) => tables.set_alarm(at_ms),
        None => Ok(()),
    }
}

/// Whom the jobs that are due wait for (`None`: for nobody), most urgent first.
pub(crate) fn waiting(
    tables: &(impl Tables + ?Sized),
    now_ms: u64,
) -> Result<Vec<Option<String>>, DatabaseError> {
    typed::all(
        tables,
        "SELECT peer FROM due WHERE stuck_at_ms IS NULL AND at_ms <= ?
         GROUP BY peer ORDER BY min(at_ms), peer",
        &[now_ms.into()],
    )
}

/// Takes the most urgent job that is due and waits for `peer`. Call it in a transaction of its own.
pub(crate) fn take(
    tables: &(impl Tables + ?Sized),
    peer: Option<&str>,
    now_ms: u64,
) -> Result<Option<Job>, DatabaseError> {
    let job = typed::find(
        tables,
        "stuck_at_ms IS NULL AND at_ms <= ? AND peer IS ?
         ORDER BY at_ms, since_ms, kind, reference LIMIT 1",
        &[now_ms.into(), peer.into()],
    )?;
    job.map(|job| lease(tables, job, now_ms)).transpose()
}

/// Takes this very job if it is due.
pub(crate) fn take_this(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
    now_ms: u64,
) -> Result<Option<Job>, DatabaseError> {
    let job = typed::find(
        tables,
        "stuck_at_ms IS NULL AND at_ms <= ? AND kind = ? AND reference = ?",
        &[now_ms.into(), kind.into(), reference.into()],
    )?;
    job.map(|job| lease(tables, job, now_ms)).transpose()
}

/// A job that never ends, because the power goes each time, counts as one that breaks.
fn lease(tables: &(impl Tables + ?Sized), mut job: Job, now_ms: u64) -> Result<Job, DatabaseError> {
    job.attempts = job.attempts.saturating_add(1);
    tables.run(
        "UPDATE due SET attempts = attempts + 1, failures = failures + 1, at_ms = ?
         WHERE kind = ? AND reference = ?",
        &[
            now_ms.saturating_add(LEASE_MS).into(),
            (&job.kind).into(),
            (&job.reference).into(),
        ],
    )?;
    set_alarm(tables)?;
    Ok(job)
}

/// Notes how a job went. One that was put on the clock anew meanwhile stays as it is.
pub(crate) fn ended(
    tables: &(impl Tables + ?Sized),
    job: &Job,
    next: Next,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let at_ms = match next {
        Next::Done => {
            tables.run(
                "DELETE FROM due WHERE kind = ? AND reference = ? AND attempts = ?",
                &[
                    (&job.kind).into(),
                    (&job.reference).into(),
                    job.attempts.into(),
                ],
            )?;
            return set_alarm(tables);
        }
        Next::Later => now_ms.saturating_add(pause_ms(&job.kind, job.attempts)),
        Next::At(at_ms) => at_ms,
    };
    tables.run(
        "UPDATE due SET at_ms = ?, failures = 0 WHERE kind = ? AND reference = ? AND attempts = ?",
        &[
            at_ms.into(),
            (&job.kind).into(),
            (&job.reference).into(),
            job.attempts.into(),
        ],
    )?;
    set_alarm(tables)
}

/// Notes that a job broke here; `true`: it is stuck now.
pub(crate) fn broke(
    tables: &(impl Tables + ?Sized),
    job: &Job,
    now_ms: u64,
) -> Result<bool, DatabaseError> {
    let is_stuck = job.failures.saturating_add(1) >= FAILURES_MAX && can_be_stuck(&job.kind);
    tables.run(
        "UPDATE due SET at_ms = ?, stuck_at_ms = ? WHERE kind = ? AND reference = ? AND attempts = ?",
        &[
            now_ms
                .saturating_add(pause_ms(&job.kind, job.attempts))
                .into(),
            is_stuck.then_some(now_ms).into(),
            (&job.kind).into(),
            (&job.reference).into(),
            job.attempts.into(),
        ],
    )?;
    set_alarm(tables)?;
    Ok(is_stuck)
}

/// Leaves what waits for this party alone until then: it does not answer at present.
pub(crate) fn put_off_peer(
    tables: &(impl Tables + ?Sized),
    peer: &str,
    until_ms: u64,
) -> Result<(), DatabaseError> {
    tables.run(
        "UPDATE due SET at_ms = ? WHERE peer = ? AND at_ms < ? AND stuck_at_ms IS NULL",
        &[until_ms.into(), peer.into(), until_ms.into()],
    )?;
    set_alarm(tables)
}

/// Leaves everything but the bootstrap alone until then: a party that is not ready can do nothing.
pub(crate) fn put_off_all(
    tables: &(impl Tables + ?Sized),
    until_ms: u64,
) -> Result<(), DatabaseError> {
    tables.run(
        "UPDATE due SET at_ms = ? WHERE kind <> ? AND at_ms < ? AND stuck_at_ms IS NULL",
        &[until_ms.into(), BOOTSTRAP.into(), until_ms.into()],
    )?;
    set_alarm(tables)
}

/// Leaves everything alone for a moment that a party may not do while it does not know what it has signed.
pub(crate) fn put_off_what_decides(
    tables: &(impl Tables + ?Sized),
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let [first, second, third, fourth] = [BOOTSTRAP, RENEWAL, REVOCATIONS, CATCH_UP];
    let until_ms = now_ms.saturating_add(FROZEN_MS);
    tables.run(
        "UPDATE due SET at_ms = ? WHERE kind NOT IN (?, ?, ?, ?) AND at_ms < ? AND stuck_at_ms IS NULL",
        &[
            until_ms.into(),
            first.into(),
            second.into(),
            third.into(),
            fourth.into(),
            until_ms.into(),
        ],
    )?;
    set_alarm(tables)
}

/// What an operator has to know about the jobs of a party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many jobs are on the clock.
    pub waiting: u64,
    /// How many are stuck.
    pub stuck: u64,
    /// How many of all of them are letters.
    pub letters: u64,
    /// For how long the oldest letter has not been settled, in milliseconds.
    pub oldest_letter_ms: u64,
    /// By how much the most overdue job is late, in milliseconds.
    pub late_ms: u64,
}

/// Counts the jobs.
///
/// # Errors
/// Only the database's own.
pub fn backlog(tables: &(impl Tables + ?Sized), now_ms: u64) -> Result<Backlog, DatabaseError> {
    type Counted = (u64, u64, u64, Option<u64>, Option<u64>);
    let counted: Option<Counted> = typed::one(
        tables,
        "SELECT coalesce(sum(stuck_at_ms IS NULL), 0), coalesce(sum(stuck_at_ms IS NOT NULL), 0),
            coalesce(sum(kind = 'letter'), 0),
            min(CASE WHEN kind = 'letter' THEN since_ms END),
            min(CASE WHEN stuck_at_ms IS NULL THEN at_ms END)
         FROM due",
        &[],
    )?;
    let (waiting, stuck, letters, oldest, most_overdue) =
        counted.ok_or(DatabaseError::RolledBack)?;
    let ago = |at_ms: Option<u64>| at_ms.map_or(0, |at_ms| now_ms.saturating_sub(at_ms));
    Ok(Backlog {
        waiting,
        stuck,
        letters,
        oldest_letter_ms: ago(oldest),
        late_ms: ago(most_overdue),
    })
}

typed_row! {
    /// A job that waits for an operator.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StuckJob in "due" {
        /// See [`Job::kind`].
        pub kind: String = "kind",
        /// See [`Job::reference`].
        pub reference: String = "reference",
        /// How often it was tried.
        pub attempts: u32 = "attempts",
        /// Since when it is stuck, in milliseconds since 1970.
        pub stuck_at_ms: u64 = "stuck_at_ms",
    }
}

/// What is stuck, oldest first.
///
/// # Errors
/// Only the database's own.
pub fn stuck(tables: &(impl Tables + ?Sized), limit: u32) -> Result<Vec<StuckJob>, DatabaseError> {
    typed::find_all(
        tables,
        "stuck_at_ms IS NOT NULL ORDER BY stuck_at_ms LIMIT ?",
        &[limit.into()],
    )
}

/// Puts everything that is stuck on the clock again, due now, because an operator says so. How many
/// jobs that were.
///
/// # Errors
/// Only the database's own.
pub fn retry_stuck(tables: &(impl Tables + ?Sized), now_ms: u64) -> Result<u64, DatabaseError> {
    let rows = tables.run(
        "UPDATE due SET at_ms = ?, attempts = 0, failures = 0, stuck_at_ms = NULL
         WHERE stuck_at_ms IS NOT NULL RETURNING 1",
        &[now_ms.into()],
    )?;
    set_alarm(tables)?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// A party without certificate is nobody: these are tried for ever, and are seen in its readiness.
fn can_be_stuck(kind: &str) -> bool {
    ![BOOTSTRAP, RENEWAL, REVOCATIONS].contains(&kind)
}

/// How long until the next try after so many, never less than a second. Letters and the bootstrap:
/// 1, 2, 4 … up to 60 s (letters after some two hours, a quarter of an hour). The renewal, which
/// has thirty days: 10 minutes up to 12 hours. The list of revoked certificates: 10 s up to 10 minutes. Everything else: 1 s up to a quarter of an hour.
fn pause_ms(kind: &str, attempts: u32) -> u64 {
    let (first, most) = match kind {
        LETTER | SIBLING_LETTER if attempts > 120 => return 15 * MINUTE_MS,
        LETTER | SIBLING_LETTER | BOOTSTRAP => (SECOND_MS, MINUTE_MS),
        REVOCATIONS => (10 * SECOND_MS, 10 * MINUTE_MS),
        RENEWAL => (10 * MINUTE_MS, 12 * HOUR_MS),
        _ => (SECOND_MS, 15 * MINUTE_MS),
    };
    (first << attempts.saturating_sub(1).min(16)).min(most)
}
