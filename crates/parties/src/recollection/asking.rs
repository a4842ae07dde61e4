//! Asks one peer after the other what this party has signed, page by page, and takes it over. A page is asked for again until
//! all that is on it was taken over, so that doing it twice has to be the same as once.

use http::Method;
use rand_core::Rng as _;
use tallystick_protocol::checkout::recollection::{Recollected, Recollection, RecollectionRequest};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::{Memory, rows};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http as web;
use crate::ports::{DatabaseError, Network as _, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::post::exchange::is_silence;

/// The kind of the jobs that ask. The reference is the peer's domain; nothing: whom to ask is still to be found.
pub const CATCH_UP: &str = "catch-up";
/// Where a peer is asked.
pub const PATH: &str = "/v1/recollections";
/// How long a question is good, in seconds.
const QUESTION_SECONDS: u64 = 600;

/// A role that can come by what it has signed.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
pub trait Recollect {
    /// Whom it had to do with, as far as it remembers, and in which role of theirs.
    ///
    /// # Errors
    /// Only the database's own.
    fn peers(&self, tables: &dyn Tables) -> Result<Vec<(Role, Domain)>, DatabaseError>;

    /// Takes over what it has signed about an order, as this peer holds it. Every signature is still to be verified. What
    /// was taken over before is the same once more.
    ///
    /// # Errors
    /// Why it cannot be taken over, in a sentence for the operator; a fault that may pass
    /// ([`may_pass`]) has the peer asked again.
    async fn take_over(&self, peer: &Domain, order: &Recollected) -> Result<(), Fault>;
}

/// Whether a fault says nothing of the order: something is broken or not there at present.
#[must_use]
pub const fn may_pass(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Internal
            | Kind::Starting
            | Kind::Unreachable
            | Kind::RateLimited
            | Kind::RevocationsStale
    )
}

/// Puts the question to a peer on the clock.
///
/// # Errors
/// Only the database's own.
pub fn begin(
    tables: &dyn Tables,
    generation: u32,
    (role, peer): (Role, &Domain),
    now_ms: u64,
) -> Result<(), DatabaseError> {
    rows::ask(tables, generation, (role, peer))?;
    let job = NewJob {
        kind: CATCH_UP,
        reference: peer.as_str(),
        peer: Some(peer.as_str()),
        at_ms: now_ms,
    };
    due::put_once(tables, &job, now_ms)
}

impl<P: Ports> Office<P> {
    /// The job of [`CATCH_UP`].
    ///
    /// # Errors
    /// What keeps it from being asked or taken over at present.
    pub async fn catch_up(&self, role: &impl Recollect, job: &Job) -> Result<Next, Fault> {
        if job.reference.is_empty() {
            return self.begin_to_ask(role);
        }
        let peer = Domain::parse(&job.reference).map_err(|_| Fault::internal())?;
        let state = rows::state_of(self.tables(), self.settings.generation, &peer)?;
        if state.is_none_or(|state| state == rows::TOLD) {
            return Ok(Next::Done);
        }
        let peers_role = rows::role_of(self.tables(), self.settings.generation, &peer)?;
        self.confirm_peer(&peer, peers_role).await?;
        let page = self.ask_for_page(&peer, peers_role).await?;
        for order in &page.orders {
            self.take_over(role, &peer, order).await?;
        }
        self.note_page(&peer, page.next.as_deref())
    }

    fn begin_to_ask(&self, role: &impl Recollect) -> Result<Next, Fault> {
        let (generation, now_ms) = (self.settings.generation, self.now_ms());
        self.transaction(|tables| {
            for (role, peer) in role.peers(tables)? {
                begin(tables, generation, (role, &peer), now_ms)?;
            }
            Ok::<_, DatabaseError>(())
        })?;
        self.log("recollecting", None, "begun");
        self.wake_up_if_all_told()?;
        Ok(Next::Done)
    }

    /// The next page of a peer, verified.
    async fn ask_for_page(&self, peer: &Domain, role: Role) -> Result<Recollection, Fault> {
        let generation = self.settings.generation;
        let mut transaction = [0; 32];
        self.rng().fill_bytes(&mut transaction);
        let to = Audience::Party(peer.clone());
        let question = RecollectionRequest {
            envelope: self.envelope(to, transaction, QUESTION_SECONDS),
            generation,
            since: rows::since(self.tables(), generation)?,
            after: rows::mark(self.tables(), generation, peer)?,
        };
        let body = self.say(&question).await?;
        let (to, cose) = (peer.as_str(), Some(web::COSE));
        let request = web::request_to(to, Method::POST, PATH, cose, body)?;
        let answer = self.ports.network().send(request).await?;
        if is_silence(answer.status()) || answer.body().len() > web::BODY_LIMIT {
            return Err(Fault::new(Kind::Unreachable, "Nobody is there."));
        }
        let said = self.statement_in::<Recollection>(answer.body(), role, peer, &transaction)?;
        said.require_recipient(&self.as_audience())?;
        let page = said.message;
        let leads_on = page.next.is_none() || page.next != question.after;
        if page.generation != generation || !page.is_within_limits() || !leads_on {
            return Err(Fault::untrusted("The page is not one that was asked for."));
        }
        Ok(page)
    }

    async fn take_over(
        &self,
        role: &impl Recollect,
        peer: &Domain,
        order: &Recollected,
    ) -> Result<(), Fault> {
        let about = crate::office::log::correlation(&order.root.0);
        let Err(fault) = role.take_over(peer, order).await else {
            self.log("recollected", Some(&about), "ok");
            return Ok(rows::settle_doubt(self.tables(), &order.root, peer)?);
        };
        if may_pass(fault.kind) {
            return Err(fault);
        }
        self.log("recollected", Some(&about), fault.kind.as_str());
        let (why, now_ms) = (fault.to_string(), self.now_ms());
        Ok(self.transaction(|tables| rows::doubt(tables, &order.root, peer, &why, now_ms))?)
    }

    fn note_page(&self, peer: &Domain, next: Option<&[u8]>) -> Result<Next, Fault> {
        let generation = self.settings.generation;
        self.transaction(|tables| match next {
            Some(mark) => rows::set_mark(tables, generation, peer, mark),
            None => rows::set_state(tables, generation, peer, rows::TOLD),
        })?;
        if next.is_some() {
            return Ok(Next::At(self.now_ms()));
        }
        self.log("recollected", None, "told");
        self.wake_up_if_all_told()?;
        Ok(Next::Done)
    }

    /// Goes on if nobody is waited for any more.
    pub(crate) fn wake_up_if_all_told(&self) -> Result<(), Fault> {
        let (generation, now_ms) = (self.settings.generation, self.now_ms());
        if self.memory.get() != Memory::Asking {
            return Ok(());
        }
        let all = self.transaction(|tables| {
            let all = rows::not_told(tables, generation, rows::ASKED)?.is_empty();
            if all {
                rows::note_caught_up(tables, generation, now_ms)?;
            }
            Ok::<_, DatabaseError>(all)
        })?;
        if all {
            self.memory.set(Memory::Whole);
            self.log("recollecting", None, "caught-up");
        }
        Ok(())
    }
}
