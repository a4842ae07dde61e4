//! Does what is due when the alarm wakes the party.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::database::in_transaction;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, Next};
use crate::post::traffic::Heard;
use crate::store::retention::Rule;

/// How many jobs one wake begins at most, so that it ends; the alarm brings what is left.
const JOBS_AT_ONCE: usize = 64;
/// For how long one wake begins jobs, in milliseconds.
const WORK_MS: u64 = 30_000;
/// When to look again if the tables could not even be read, in milliseconds.
const UNREADABLE_MS: u64 = 60_000;
/// How often requests look whether it was lost, in milliseconds.
const LOOK_MS: u64 = 1_000;
/// By how much a job must be late for the alarm to count as lost, in milliseconds.
const LOST_MS: u64 = 3_000;

/// What a role does about its own jobs.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
pub trait Duties {
    /// Does one job that is due. It was leased before, so that it comes again if this never ends.
    /// May be called again for what was done before: find out, and say [`Next::Done`].
    ///
    /// # Errors
    /// [`Kind::Internal`] means that something is broken here, and counts towards *stuck*;
    /// [`Kind::Unreachable`] of a job with a peer, that the peer is silent. Everything else is
    /// [`Next::Later`].
    async fn perform(&self, job: &Job) -> Result<Next, Fault>;

    /// What the role keeps how long, beside what every party keeps.
    fn kept(&self) -> &'static [Rule] {
        &[]
    }

    /// What else the role does every night.
    ///
    /// # Errors
    /// As of [`Duties::perform`].
    fn night(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// The duties of a role that has none but those that every party has.
pub struct NoDuties;

impl Duties for NoDuties {
    async fn perform(&self, _: &Job) -> Result<Next, Fault> {
        Ok(Next::Done)
    }
}

impl<P: Ports> Office<P> {
    /// Bootstraps if that is still to be done, then does everything that is due. Jobs that wait for
    /// different parties run side by side, and what is posted meanwhile is taken up at once.
    pub async fn wake(&self, duties: &impl Duties) {
        if let Err(error) = self.migrate() {
            self.look_again_later(&error.into());
            return;
        }
        if self.bootstrap().await.is_err() && !self.is_ready() {
            self.wait_for_the_bootstrap();
            return;
        }
        self.traffic.forget_what_was_under_way();
        let began_ms = self.now_ms();
        // Not for ever: the platform can end a wake without a word.
        self.awake_until_ms
            .set(began_ms.saturating_add(2 * WORK_MS));
        let mut begun = 0;
        let mut under_way = FuturesUnordered::new();
        loop {
            while begun < JOBS_AT_ONCE && self.now_ms() < began_ms.saturating_add(WORK_MS) {
                let Some(job) = self.next_job() else { break };
                begun += 1;
                under_way.push(self.work_on(job, duties));
            }
            if under_way.is_empty() {
                self.awake_until_ms.set(0);
                return;
            }
            core::future::poll_fn(|context| {
                if under_way.poll_next_unpin(context).is_ready() {
                    return core::task::Poll::Ready(());
                }
                self.bell.poll(context)
            })
            .await;
        }
    }

    /// Sets the alarm again if a job is late: the platform may have lost it. Call it at requests.
    pub(crate) fn watch_the_clock(&self) {
        let now_ms = self.now_ms();
        if now_ms < self.awake_until_ms.get() || now_ms < self.looks_at_ms.get() {
            return;
        }
        self.looks_at_ms.set(now_ms.saturating_add(LOOK_MS));
        if let Ok(Some(at_ms)) = due::next_at(self.tables())
            && at_ms.saturating_add(LOST_MS) < now_ms
        {
            let set = self.tables().set_alarm(now_ms);
            self.log(
                "alarm-set-again",
                None,
                if set.is_ok() { "ok" } else { "failed" },
            );
        }
    }

    /// Does this very job now, if it is on the clock, for whoever waits for it.
    ///
    /// # Errors
    /// [`Kind::Starting`] if it is not done yet, for whatever reason but one that is broken here.
    pub async fn do_now(
        &self,
        duties: &impl Duties,
        kind: &str,
        reference: &str,
    ) -> Result<(), Fault> {
        match self.try_now(duties, kind, reference).await {
            Ok(Next::Done) => Ok(()),
            Err(fault) if fault.kind == Kind::Internal => Err(fault),
            _ => Err(later()),
        }
    }

    /// As [`Office::do_now`], for whoever is told what stands in the way.
    ///
    /// # Errors
    /// [`Kind::Starting`] if somebody is at it, or it is not due; what the job itself fails with.
    pub async fn try_now(
        &self,
        duties: &impl Duties,
        kind: &str,
        reference: &str,
    ) -> Result<Next, Fault> {
        let now_ms = self.now_ms();
        let job = self.transaction(|tables| {
            if due::time_of(tables, kind, reference)?.is_none() {
                return Ok::<_, DatabaseError>(None);
            }
            Ok(Some(due::take_this(tables, kind, reference, now_ms)?))
        })?;
        let Some(job) = job else {
            return Ok(Next::Done);
        };
        let job = job.ok_or_else(later)?;
        if !self.traffic.begin(&job.kind, &job.reference, now_ms) {
            return Err(later());
        }
        let outcome = duties.perform(&job).await;
        self.job_ended(&job, &outcome);
        self.traffic.end(&job.kind, &job.reference);
        outcome
    }

    fn look_again_later(&self, fault: &Fault) {
        self.log("woken", None, fault.kind.as_str());
        self.log_cause(None, fault);
        let later_ms = self.now_ms().saturating_add(UNREADABLE_MS);
        if self.tables().set_alarm(later_ms).is_err() {
            self.log("alarm", None, "failed");
        }
    }

    fn wait_for_the_bootstrap(&self) {
        let put_off = self.transaction(|tables| {
            let now_ms = self.now_ms();
            let again_ms = due::time_of(tables, due::BOOTSTRAP, "")?;
            let again_ms = again_ms.unwrap_or_default().max(now_ms + 1_000);
            due::put_off_all(tables, again_ms)
        });
        if let Err(error) = put_off {
            self.look_again_later(&error.into());
        }
    }

    fn next_job(&self) -> Option<Job> {
        match self.choose() {
            Ok(job) => job,
            Err(error) => {
                self.look_again_later(&error.into());
                None
            }
        }
    }

    /// The most urgent job whose party is neither busy nor silent, leased.
    fn choose(&self) -> Result<Option<Job>, DatabaseError> {
        let now_ms = self.now_ms();
        if self.is_frozen() {
            // Without the bell, which would have this wake choose again at once, and again.
            let database = self.ports.database();
            in_transaction(database, |tables| due::put_off_what_decides(tables, now_ms))?;
        }
        for peer in due::waiting(self.tables(), now_ms)? {
            if let Some(peer) = &peer {
                if let Some(until_ms) = self.traffic.closed_until(peer, now_ms) {
                    self.transaction(|tables| due::put_off_peer(tables, peer, until_ms))?;
                    continue;
                }
                if !self.traffic.has_room_for(peer) {
                    continue;
                }
            }
            while let Some(job) =
                self.transaction(|tables| due::take(tables, peer.as_deref(), now_ms))?
            {
                if self.traffic.begin(&job.kind, &job.reference, now_ms) {
                    if let Some(peer) = &job.peer {
                        self.traffic.sent(peer);
                    }
                    return Ok(Some(job));
                }
            }
        }
        Ok(None)
    }

    async fn work_on(&self, job: Job, duties: &impl Duties) {
        let began_ms = self.now_ms();
        let outcome = match job.kind.as_str() {
            due::BOOTSTRAP => Ok(Next::Done), // it is ready, or this was not reached
            due::RENEWAL => self.renew_if_due().await.map(Next::At),
            due::REVOCATIONS => self.renew_revocations().await,
            due::NIGHT => self.pass_the_night(duties),
            due::RESEALING => self.reseal_some(),
            _ => match self.send_revocation(&job).await {
                Some(outcome) => outcome,
                None => duties.perform(&job).await,
            },
        };
        self.job_ended(&job, &outcome);
        self.traffic.end(&job.kind, &job.reference);
        let Some(peer) = &job.peer else { return };
        let heard = match &outcome {
            Err(fault) if fault.kind == Kind::Unreachable => Heard::Silence,
            _ => Heard::Answer,
        };
        let now_ms = self.now_ms();
        let took_ms = now_ms.saturating_sub(began_ms);
        if let Some(until_ms) = self.traffic.ended(peer, heard, took_ms, now_ms)
            && let Err(error) = self.transaction(|tables| due::put_off_peer(tables, peer, until_ms))
        {
            self.log_cause(None, &Fault::from(error));
        }
    }

    /// Stores how a job went. If that fails, it comes again when its lease is over.
    pub(crate) fn job_ended(&self, job: &Job, outcome: &Result<Next, Fault>) {
        let now_ms = self.now_ms();
        let word = match outcome {
            Ok(Next::Done) => "ok",
            Ok(_) => "put-off",
            Err(fault) => fault.kind.as_str(),
        };
        let about = job.about();
        if job.kind != due::LETTER {
            self.log(&job.kind, about, word);
        }
        if let Err(fault) = outcome {
            self.log_cause(about, fault);
        }
        let stored = self.transaction(|tables| match outcome {
            Ok(next) => due::ended(tables, job, *next, now_ms).map(|()| false),
            Err(fault) if fault.kind == Kind::Internal => due::broke(tables, job, now_ms),
            Err(_) => due::ended(tables, job, Next::Later, now_ms).map(|()| false),
        });
        match stored {
            Ok(true) => self.log("stuck", about, "operator"),
            Ok(false) => {}
            Err(error) => self.log_cause(about, &Fault::from(error)),
        }
    }
}

fn later() -> Fault {
    Fault::new(Kind::Starting, "Try again in a few seconds.")
}
