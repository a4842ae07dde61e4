//! The banking system outside (EP 1 221 669: BS), as a **sandbox**: an ordinary bank that keeps no money. It says
//! whether somebody has an account and can pay (step SZ2), pays and collects for the banks that are its clients
//! (fee option B1), and reports what it booked.
//!
//! It stands outside Tallystick and is spoken to as banks are: by a bearer token, in JSON and ISO 20022. Nothing
//! that it answers is signed, and no holder, shop or card is known here.

mod accounts;
mod books;
mod checks;
mod clients;
mod commands;
mod config;
mod console_view;
mod mandates;
mod payments;
mod schema;
mod statements;
mod transfers;

pub use config::{BankingConfig, Client};

use core::cell::Cell;

use http::{Request, Response};

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    OpenAccount,
    ShowSettlement,
    Check,
    Lodge,
    Pay,
    ShowStatement,
    Transfer,
}

/// What the banking system answers at beside what every party does. All but the first two want a client's token.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/accounts", Task::OpenAccount).dear(),
    Route::post("/v1/transfers", Task::Transfer).dear(),
    Route::get("/v1/settlement-accounts", Task::ShowSettlement),
    Route::post("/v1/checks", Task::Check),
    Route::post("/v1/mandates", Task::Lodge),
    Route::post("/v1/payments", Task::Pay),
    Route::get("/v1/statements", Task::ShowStatement),
];

/// The sandbox bank.
pub struct BankingSystem<P: Ports> {
    office: Office<P>,
    config: BankingConfig,
    /// Whether the accounts of all clients are known to be there.
    has_clients: Cell<bool>,
}

impl<P: Ports> BankingSystem<P> {
    /// A sandbox bank on this machine.
    pub fn new(ports: P, config: BankingConfig) -> Self {
        Self {
            office: Office::new(ports, config.settings.clone(), schema::MIGRATIONS),
            config,
            has_clients: Cell::new(false),
        }
    }

    /// What it stands on.
    pub fn office(&self) -> &Office<P> {
        &self.office
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_common(request).await? {
            return Ok(answer);
        }
        self.ensure_settlement_accounts()?;
        if let Some(answer) = self.office.serve_console(self, request)? {
            return Ok(answer);
        }
        let (task, _) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::OpenAccount => self.open_account(request),
            Task::ShowSettlement => self.show_settlement(request),
            Task::Check => self.check(request),
            Task::Lodge => self.lodge(request),
            Task::Pay => self.pay(request),
            Task::Transfer => self.transfer(request),
            Task::ShowStatement => self.show_statement(request),
        }
    }
}

impl<P: Ports> Party for BankingSystem<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }
}

impl<P: Ports> Duties for BankingSystem<P> {
    async fn perform(&self, _: &Job) -> Result<Next, Fault> {
        Ok(Next::Done)
    }

    fn night(&self) -> Result<(), Fault> {
        self.look_over_books()
    }
}
