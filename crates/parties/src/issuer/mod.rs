//! The issuer: keeps card accounts, enrols wallets, authenticates holders and moves the money.
//!
//! It reads who pays whom how much. It does not learn what was bought or where it goes.

mod account_code;
pub(crate) mod accounts;
mod bookkeeping;
pub(crate) mod books;
pub mod card_check;
pub mod card_number;
pub(crate) mod commands;
mod config;
pub(crate) mod console_view;
mod enrolment;
pub(crate) mod funds;
mod handing_over;
pub(crate) mod homes;
pub(crate) mod parties;
pub(crate) mod places;
mod recalling;
mod renewing;
pub(crate) mod revocation;
pub(crate) mod schema;
#[cfg(feature = "toy-instrument")]
pub mod toys;
mod words;

pub use config::IssuerConfig;

use http::{Request, Response};
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use crate::console::Show;
use crate::office::Office;
use crate::office::across::ACROSS;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::place::Belongs;
use crate::office::routes::{self, Route};
use crate::payer::{FREED, Funds, Payer, Terms, reservations};
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;
use crate::recollection::asking;
use crate::standing::confirmations;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    OpenAccount,
    MakeAccountCode,
    Renew,
    HandOver,
    Enrol,
    Authorise,
    Capture,
    Release,
    Refund,
    ShowAnswer,
    /// Only says where a confirmation belongs: every party answers it in one way.
    Confirm,
    Evidence,
    TrialBalance,
    Recall,
}

/// What an issuer answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/accounts", Task::OpenAccount).dear(),
    Route::post("/v1/account-codes", Task::MakeAccountCode).dear(),
    Route::post("/v1/renewals", Task::Renew).dear(),
    Route::post("/v1/moves", Task::HandOver).dear(),
    Route::post("/v1/enrolments", Task::Enrol).dear(),
    Route::post("/v1/confirmations", Task::Confirm)
        .dear()
        .at(Belongs::ToShard(confirmations::holder_of)),
    Route::post("/v1/authorisations", Task::Authorise)
        .at(Belongs::ToShard(places::of_authorisation)),
    Route::post("/v1/captures", Task::Capture).at(OF_STATEMENT),
    Route::post("/v1/releases", Task::Release).at(OF_STATEMENT),
    Route::post("/v1/refunds", Task::Refund).at(OF_STATEMENT),
    Route::get("/v1/answers/{}", Task::ShowAnswer).at(Belongs::ToShard(places::of_answer)),
    Route::get("/v1/console/evidence", Task::Evidence).private(),
    Route::post("/v1/console/trial-balance", Task::TrialBalance).private(),
    Route::post(asking::PATH, Task::Recall).dear(),
];

/// A statement about an order says where its money is set aside.
const OF_STATEMENT: Belongs = Belongs::ToShard(places::of_statement);

/// What orders are paid from.
const FUNDS: &[&dyn Funds] = &[
    &funds::CardAccounts,
    #[cfg(feature = "toy-instrument")]
    &toys::Toys,
];

/// An issuer.
pub struct Issuer<P: Ports> {
    pub(crate) office: Office<P>,
    pub(crate) config: IssuerConfig,
    funds: &'static [&'static dyn Funds],
    /// What its accounts are offered as.
    instrument: Instrument,
    /// Whether what is signed for what it books is kept with the books.
    keeps_evidence: bool,
}

impl<P: Ports> Issuer<P> {
    /// An issuer on these ports.
    pub fn new(ports: P, config: IssuerConfig) -> Self {
        let office = Office::new(ports, config.settings.clone(), schema::TABLES);
        Self::that_pays_from(office, config, FUNDS, Instrument::CardAccount)
    }

    /// An issuer whose orders are paid from these, over an office with at least its tables: what a bank is for orders.
    pub(crate) fn that_pays_from(
        office: Office<P>,
        config: IssuerConfig,
        funds: &'static [&'static dyn Funds],
        instrument: Instrument,
    ) -> Self {
        Self {
            office: office.with_sealed(schema::SEALED),
            config,
            funds,
            instrument,
            keeps_evidence: false,
        }
    }

    /// As it is, but keeping what is signed for what it books ([`evidence::TABLE`](crate::payer::evidence::TABLE)).
    #[cfg(feature = "bank")]
    pub(crate) fn keeping_evidence(mut self) -> Self {
        self.keeps_evidence = true;
        self
    }

    /// This issuer, as far as it pays: not for whom its settings or an operator's command block.
    pub(crate) fn payer(&self) -> Result<Payer<'_, P>, Fault> {
        let mut blocked = parties::blocked(self.office.tables())?;
        blocked.extend_from_slice(&self.config.blocked);
        Ok(Payer {
            office: &self.office,
            terms: Terms {
                binding_seconds: self.config.binding_seconds,
                inquiry_grace_seconds: self.config.inquiry_grace_seconds,
                blocked,
                is_spread: !self.office.spread()?.shards.is_none(),
                keeps_evidence: self.keeps_evidence,
            },
            funds: self.funds,
            keeper: self,
        })
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        match self.serve_before(self, request).await? {
            Some(answer) => Ok(answer),
            None => self.serve_own(request).await,
        }
    }

    /// Answers what every party does, and the console of `role`.
    pub(crate) async fn serve_before(
        &self,
        role: &impl Show,
        request: &Incoming,
    ) -> Result<Option<Answer>, Fault> {
        let current = |holder: &_| self.require_current(holder);
        if let Some(answer) = self.office.serve_common_for(request, current).await? {
            return Ok(Some(answer));
        }
        self.prepare(request).await?;
        let answer = self.office.serve_console(role, request)?;
        if answer.is_some() {
            self.settle_after(request).await?;
        }
        Ok(answer)
    }

    /// Answers at [`ROUTES`].
    pub(crate) async fn serve_own(&self, request: &Incoming) -> Result<Answer, Fault> {
        let (task, chosen) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::OpenAccount => self.open_account(request).await,
            Task::MakeAccountCode => self.make_account_code(request).await,
            Task::Renew => self.renew(request).await,
            Task::HandOver => self.hand_over(request).await,
            Task::Enrol => self.enrol(request).await,
            Task::Authorise => self.payer()?.authorise(request).await,
            Task::Capture | Task::Release | Task::Refund => {
                if let Some(answer) = self.of_some_shard(request).await? {
                    return Ok(answer);
                }
                match task {
                    Task::Capture => self.payer()?.capture(request).await,
                    Task::Release => self.payer()?.release(request).await,
                    _ => self.payer()?.refund(request).await,
                }
            }
            Task::ShowAnswer => {
                let root = chosen.first().copied().unwrap_or_default();
                self.require_known(root)?;
                self.payer()?.show_answer(root).await
            }
            Task::Confirm => Err(Fault::not_found()),
            Task::Evidence => self.office.show_evidence(request, None).await,
            Task::TrialBalance => self.show_trial_balance(request).await,
            Task::Recall => self.office.recall(request, Role::Shop).await,
        }
    }
}

impl<P: Ports> Party for Issuer<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.office
            .receive(request, async |request| {
                let route = async |request: &Incoming| self.route(request).await;
                self.office.where_it_belongs(request, self, route).await
            })
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }

    fn goes_back_to(&self) -> Option<Timestamp> {
        self.office.take_moment()
    }
}

impl<P: Ports> Duties for Issuer<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            reservations::EXPIRY => self.payer()?.end_overdue(&job.reference).await,
            FREED => self.send_on(&job.reference),
            ACROSS => self.carry_on(job).await,
            homes::TELL => self.tell(job).await,
            asking::CATCH_UP => self.office.catch_up(self, job).await,
            _ => Ok(Next::Done),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }

    fn night(&self) -> Result<(), Fault> {
        self.look_over_books().map(|_| ())
    }
}
