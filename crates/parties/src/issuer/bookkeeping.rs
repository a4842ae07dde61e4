//! Looks over the books: every night, and when an operator asks.

use http::StatusCode;
use serde::Serialize;

use super::Issuer;
use crate::ledger::{self, Standing, TrialBalance};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;

/// What a trial balance found, as an operator reads it.
#[derive(Serialize)]
struct Report {
    accounts: u64,
    frozen: Vec<String>,
}

impl<P: Ports> Issuer<P> {
    /// How the books stand: which accounts are frozen, and the last trial balance.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn books_standing(&self) -> Result<Standing, Fault> {
        Ok(ledger::standing(self.office.tables())?)
    }

    /// `POST /v1/console/trial-balance`.
    pub(super) fn show_trial_balance(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.office.require_console(request)?;
        let found = self.look_over_books()?;
        let report = Report {
            accounts: found.accounts,
            frozen: self.books_standing()?.frozen,
        };
        Ok(web::json(StatusCode::OK, &report))
    }

    /// Makes the trial balance: by night, and when an operator asks.
    pub(super) fn look_over_books(&self) -> Result<TrialBalance, Fault> {
        let now_ms = self.office.now_ms();
        let found = self
            .office
            .transaction(|tables| ledger::trial_balance(tables, now_ms))?;
        let outcome = if found.wrong == 0 { "ok" } else { "frozen" };
        self.office.log("trial-balance", None, outcome);
        Ok(found)
    }
}
