//! The front of settlement with contactless cards (source document 003): verifies what a shop wants to be paid (SIG1), has the
//! security server settle it with the card, keeps the log, and pays the shop. See `docs/settlement.md`.
//!
//! To its holders and in orders it is what an issuer is, by the same certificate, keys and messages: it is built over one, and
//! whatever an issuer does with accounts, wallets and money is the issuer's code. It has no card key: what a card is told it
//! only relays. It is one object: a card is anybody's who holds it, so that no shard could be the one of its holder.

mod asking;
mod authorising;
mod books;
mod charges;
mod charging;
mod config;
mod console_view;
mod crediting;
mod credits;
mod ending;
mod funds;
mod hearing;
mod log;
mod relaying;
pub(crate) mod schema;
mod settlements;
mod words;

pub use config::SettlementConfig;

use http::{Request, Response};
use tallystick_protocol::instrument::Instrument;

use self::asking::{Billing, Ending, Ordering, Proposing};
use self::crediting::{Crediting, Withdrawing};
use crate::issuer::{self, Issuer};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::place::Shards;
use crate::office::routes::{self, Route};
use crate::payer::Funds;
use crate::ports::Ports;
use crate::post::due::{self, Job, Next};
use crate::post::exchange::Exchange as _;
use crate::post::waking::Duties;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Relay,
    Charge,
    HearOutcome,
    HearCredit,
}

/// What a front answers at beside what an issuer does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/cards", Task::Relay).dear(),
    Route::post("/v1/taps", Task::Relay).dear(),
    Route::post("/v1/taps/answers", Task::Relay).dear(),
    Route::post("/v1/charges", Task::Charge).dear(),
    Route::post("/v1/outcomes", Task::HearOutcome),
    Route::post("/v1/credit-outcomes", Task::HearCredit),
];

/// What orders are paid from.
const FUNDS: &[&dyn Funds] = &[&funds::Cards];

/// The front of a settlement server.
pub struct SettlementServer<P: Ports> {
    issuer: Issuer<P>,
    config: SettlementConfig,
}

impl<P: Ports> SettlementServer<P> {
    /// A front on these ports.
    pub fn new(ports: P, mut config: SettlementConfig) -> Self {
        config.settings.shards = Shards::NONE;
        let office = Office::new(ports, config.settings.clone(), issuer::schema::TABLES)
            .with_schema("settlement", schema::TABLES);
        let as_issuer = config.as_issuer();
        let issuer = Issuer::that_pays_from(office, as_issuer, FUNDS, Instrument::Contactless);
        Self { issuer, config }
    }

    fn office(&self) -> &Office<P> {
        &self.issuer.office
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.issuer.serve_before(self, request).await? {
            return Ok(answer);
        }
        let Some((task, _)) = routes::find(ROUTES, request)? else {
            return self.as_payer(request).await;
        };
        match task {
            Task::Relay => self.relay(request).await,
            Task::Charge => self.take_charge(request).await,
            Task::HearOutcome => self.hear_outcome(request).await,
            Task::HearCredit => self.hear_credit(request).await,
        }
    }

    /// What an issuer answers; but nothing is authorised before the card has paid, and what ends an order ends its settlement.
    async fn as_payer(&self, request: &Incoming) -> Result<Answer, Fault> {
        match routes::find(issuer::ROUTES, request)? {
            Some((issuer::Task::Authorise, _)) => self.take_authorisation(request).await,
            Some((issuer::Task::Release, _)) => {
                self.end_by_refusal(request)?;
                self.issuer.serve_own(request).await
            }
            _ => self.issuer.serve_own(request).await,
        }
    }

    /// Asks what the letter of this job asks.
    async fn send(&self, job: &Job) -> Result<Next, Fault> {
        let Some(letter) = self.office().letter_of(job)? else {
            return Ok(Next::Done);
        };
        match letter.kind.as_str() {
            words::ORDER => Ordering(self).ask(&letter, job).await,
            words::PROPOSAL => Proposing(self).ask(&letter, job).await,
            words::BILL => Billing(self).ask(&letter, job).await,
            words::END => Ending(self).ask(&letter, job).await,
            words::CREDIT => Crediting(self).ask(&letter, job).await,
            words::WITHDRAWAL => Withdrawing(self).ask(&letter, job).await,
            _ => Err(Fault::internal()),
        }
    }
}

impl<P: Ports> Party for SettlementServer<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let office = self.office();
        office
            .receive(request, async |request| {
                let route = async |request: &Incoming| self.route(request).await;
                office.where_it_belongs(request, &self.issuer, route).await
            })
            .await
    }

    async fn wake(&self) {
        self.office().wake(self).await;
    }
}

impl<P: Ports> Duties for SettlementServer<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            due::LETTER => self.send(job).await,
            ending::EXPIRY => self.expire(&job.reference),
            charging::CHARGE_ENDS => self.end_charge(&job.reference),
            _ => self.issuer.perform(job).await,
        }
    }

    fn kept(&self) -> &'static [Rule] {
        self.issuer.kept()
    }

    fn night(&self) -> Result<(), Fault> {
        let office = self.office();
        let before = office.now().minus_seconds(schema::PAPER_DAYS * 86_400);
        office.transaction(|tables| tables.run(schema::FORGET_PAPERS, &[before.into()]))?;
        self.issuer.night()
    }
}
