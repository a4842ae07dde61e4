//! The security server (source document 003: SS): it has the keys of contactless cards, and alone tells them what to pay.
//!
//! A card pays only what a shop has signed twice: the request (SIG1), verified here whatever the front says of it, and the bill for
//! the very card that was read (SIG2). What a card was told and has not confirmed is *unknown*, stored before the order leaves,
//! and found out by reading the card again; until then the card is told nothing else. Whoever relays what server and card
//! say to each other reads and alters nothing of it.

mod asking;
mod billing;
mod cards;
mod commands;
mod config;
pub(crate) mod console_view;
mod crediting;
mod credits;
mod ending;
mod ordering;
mod pending;
mod readings;
mod resolving;
pub(crate) mod schema;
mod script;
mod settlements;
mod state;
mod tapping;
mod taps;
mod telling;
mod transactions;
mod words;

pub use config::SecurityConfig;

use tallystick_protocol::settlement::channel::MasterKey;
use tallystick_protocol::trust::statement::{SignedMessage, Verified, open};
use tallystick_protocol::wire::identifier::{Domain, Role};

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::ports::Ports;
use crate::post::due::{self, Job, Next};
use crate::post::exchange::Exchange as _;
use crate::post::waking::Duties;
use crate::store::retention::Rule;

use taps::Taps;
use telling::{CreditTold, SettlementTold};

/// How long a last word is good as evidence, in seconds (30 days).
const EVIDENCE_SECONDS: u64 = 30 * 86_400;
/// How long any other word is good, in seconds (an hour).
const WORD_SECONDS: u64 = 3600;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    GiveCard,
    BeginTap,
    ContinueTap,
    Order,
    Bill,
    End,
    Credit,
    Withdraw,
}

/// What a security server answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/cards", Task::GiveCard).dear(),
    Route::post("/v1/taps", Task::BeginTap),
    Route::post("/v1/taps/answers", Task::ContinueTap),
    Route::post("/v1/settlements", Task::Order),
    Route::post("/v1/bills", Task::Bill),
    Route::post("/v1/settlement-ends", Task::End),
    Route::post("/v1/credits", Task::Credit),
    Route::post("/v1/credit-withdrawals", Task::Withdraw),
];

/// The security server.
pub struct SecurityServer<P: Ports> {
    office: Office<P>,
    master: MasterKey,
    front: Domain,
    taps: Taps,
}

impl<P: Ports> SecurityServer<P> {
    /// A security server on this machine.
    pub fn new(ports: P, config: SecurityConfig) -> Self {
        Self {
            office: Office::new(ports, config.settings, schema::TABLES).with_sealed(schema::SEALED),
            master: config.master,
            front: config.front,
            taps: Taps::default(),
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, _) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::GiveCard => self.give_card(request).await,
            Task::BeginTap => self.begin_tap(request).await,
            Task::ContinueTap => self.continue_tap(request).await,
            Task::Order => self.take_order(request).await,
            Task::Bill => self.take_bill(request).await,
            Task::End => self.take_end(request).await,
            Task::Credit => self.take_credit(request).await,
            Task::Withdraw => self.take_withdrawal(request).await,
        }
    }

    /// What the front signed for this server.
    ///
    /// # Errors
    /// Why it does not count; [`Kind::RateLimited`](crate::office::fault::Kind::RateLimited).
    fn front_said<M: SignedMessage>(
        &self,
        route: &str,
        request: &Incoming,
    ) -> Result<Verified<M>, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        // In orders the front sits where an issuer sits, and is certified as one.
        let said = open::<M>(body, &identity.anchors, self.office.now(), Role::Issuer)?;
        said.require_sender(&self.front)?;
        said.require_recipient(&self.office.as_audience())?;
        self.office.admit_sender(route, &self.front)?;
        Ok(said)
    }
}

impl<P: Ports> Duties for SecurityServer<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            due::LETTER => self.send(job).await,
            words::SETTLEMENT_OVER => self.end_order(&job.reference),
            words::CREDIT_OVER => self.end_credit(&job.reference),
            _ => Ok(Next::Done),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports> SecurityServer<P> {
    async fn send(&self, job: &Job) -> Result<Next, Fault> {
        let Some(letter) = self.office.letter_of(job)? else {
            return Ok(Next::Done);
        };
        match letter.kind.as_str() {
            words::OUTCOME => SettlementTold(self).ask(&letter, job).await,
            words::CREDIT_OUTCOME => CreditTold(self).ask(&letter, job).await,
            _ => Err(Fault::internal()),
        }
    }
}

impl<P: Ports> Party for SecurityServer<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }
}
