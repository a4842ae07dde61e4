//! The bank (EP 1 221 669: EBS): keeps accounts without credit, and knows what each of its purses should hold.
//!
//! In an order it is what an issuer is, by the same certificate, keys and messages: it is built over one, and whatever
//! an issuer does with accounts, wallets and orders is the issuer's code. Its own are the accounts' opening, the
//! purses, and what moves between the two.

mod account_number;
mod accounts;
pub mod banking_system;
mod config;
mod deposits;
mod funds;
mod openings;
mod schema;

pub use config::{BankConfig, PurseKeyKind};
pub use deposits::Deposit;

use http::{Request, Response};

use crate::issuer::{self, Issuer};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::payer::Funds;
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;
use crate::store::retention::Rule;
use banking_system::BankingSystem;
use tallystick_protocol::instrument::Instrument;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    OpenAccount,
    TakeDeposit,
}

/// What a bank answers at beside what an issuer does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/openings", Task::OpenAccount),
    Route::post("/v1/deposits", Task::TakeDeposit).dear(),
];

/// What orders are paid from.
const FUNDS: &[&dyn Funds] = &[&funds::BankAccounts];

/// A bank, and the banking system outside that it asks.
pub struct Bank<P: Ports, B: BankingSystem> {
    issuer: Issuer<P>,
    config: BankConfig,
    outside: B,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// A bank on these ports.
    pub fn new(ports: P, config: BankConfig, outside: B) -> Self {
        let office = Office::new(ports, config.settings.clone(), issuer::schema::TABLES)
            .with_schema("bank", schema::TABLES);
        let issuer =
            Issuer::that_pays_from(office, config.as_issuer(), FUNDS, Instrument::BankAccount);
        Self {
            issuer,
            config,
            outside,
        }
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.issuer.serve_before(&self.issuer, request).await? {
            return Ok(answer);
        }
        let Some((task, _)) = routes::find(ROUTES, request)? else {
            return self.issuer.serve_own(request).await;
        };
        match task {
            Task::OpenAccount => self.open_account(request).await,
            Task::TakeDeposit => self.take_deposit(request).await,
        }
    }
}

impl<P: Ports, B: BankingSystem> Party for Bank<P, B> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let office = &self.issuer.office;
        office
            .receive(request, async |request| {
                let route = async |request: &Incoming| self.route(request).await;
                office.where_it_belongs(request, &self.issuer, route).await
            })
            .await
    }

    async fn wake(&self) {
        self.issuer.office.wake(self).await;
    }
}

impl<P: Ports, B: BankingSystem> Duties for Bank<P, B> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        self.issuer.perform(job).await
    }

    fn kept(&self) -> &'static [Rule] {
        self.issuer.kept()
    }

    fn night(&self) -> Result<(), Fault> {
        self.issuer.night()
    }
}
