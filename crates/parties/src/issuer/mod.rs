//! The issuer: keeps card accounts, enrols wallets, authenticates holders and moves the money.
//!
//! It reads who pays whom how much. It does not learn what was bought or where it goes.

mod account_code;
mod accounts;
mod authorising;
mod bookkeeping;
pub mod books;
pub mod card_check;
pub mod card_number;
mod config;
mod console_view;
mod enrolment;
mod handing_over;
mod inquiring;
mod judging;
mod renewing;
pub mod reservations;
mod revocation;
mod schema;
mod settling;
pub mod state;
mod words;

pub use config::IssuerConfig;

use http::{Request, Response};

use crate::common::due::{Job, Next};
use crate::common::fault::{Fault, Kind};
use crate::common::http::{self as web, Answer, Incoming};
use crate::common::office::Office;
use crate::common::party::Party;
use crate::common::retention::Rule;
use crate::common::waking::Duties;
use crate::ports::Ports;

/// How long statements are good as evidence, in seconds (30 days).
const EVIDENCE_SECONDS: u64 = 30 * 86_400;

/// An issuer.
pub struct Issuer<P: Ports> {
    pub(crate) office: Office<P>,
    config: IssuerConfig,
}

impl<P: Ports> Issuer<P> {
    /// An issuer on these ports.
    pub fn new(ports: P, config: IssuerConfig) -> Self {
        let office = Office::new(ports, config.settings.clone(), schema::TABLES);
        Self { office, config }
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        let current = |holder: &_| self.require_current(holder);
        if let Some(answer) = self.office.serve_common_for(request, current).await? {
            return Ok(answer);
        }
        let (method, path) = web::route(request);
        match (method, &path[..]) {
            ("POST", ["v1", "accounts"]) => self.open_account(request).await,
            ("POST", ["v1", "account-codes"]) => self.make_account_code(request).await,
            ("POST", ["v1", "renewals"]) => self.renew(request).await,
            ("POST", ["v1", "moves"]) => self.hand_over(request).await,
            ("POST", ["v1", "enrolments"]) => self.enrol(request).await,
            ("POST", ["v1", "authorisations"]) => self.authorise(request).await,
            ("POST", ["v1", "captures"]) => self.capture(request).await,
            ("POST", ["v1", "releases"]) => self.release(request).await,
            ("GET", ["v1", "answers", root]) => self.show_answer(root).await,
            ("GET", ["v1", "console"]) => self.show_console(request),
            ("GET", ["v1", "console", "evidence"]) => {
                self.office.show_evidence(request, None).await
            }
            ("POST", ["v1", "console", "trial-balance"]) => self.show_trial_balance(request),
            (
                _,
                [
                    "v1",
                    "accounts" | "account-codes" | "renewals" | "moves" | "enrolments"
                    | "authorisations" | "captures" | "releases" | "console",
                ]
                | ["v1", "answers", _]
                | ["v1", "console", "trial-balance"],
            ) => Err(Fault::new(Kind::MethodNotAllowed, "")),
            _ => Err(Fault::not_found()),
        }
    }
}

impl<P: Ports> Party for Issuer<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.office
            .receive(request, async |request| self.route(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }
}

impl<P: Ports> Duties for Issuer<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            reservations::EXPIRY => self.end_overdue(&job.reference).await,
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
