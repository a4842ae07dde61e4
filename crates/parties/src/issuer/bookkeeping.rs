//! Looks over the books: every night, and when an operator asks.

use http::StatusCode;
use serde::Serialize;

use super::Issuer;
use crate::common::due::Next;
use crate::common::fault::Fault;
use crate::common::http::{self as web, Answer, Incoming};
use crate::common::ledger::{self, Standing, TrialBalance};
use crate::ports::Ports;

/// The kind of the one job that makes the trial balance; its reference is empty.
pub(super) const TRIAL_BALANCE: &str = "trial-balance";

const DAY_MS: u64 = 86_400_000;
/// Half past three in the night where yen are spent (UTC+9), in milliseconds after midnight UTC.
const NIGHT_MS: u64 = (18 * 60 + 30) * 60_000;

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

    /// The job of every night.
    pub(super) fn look_over_books_nightly(&self) -> Result<Next, Fault> {
        self.look_over_books()?;
        Ok(Next::At(next_night_ms(self.office.now_ms())))
    }

    fn look_over_books(&self) -> Result<TrialBalance, Fault> {
        let now_ms = self.office.now_ms();
        let found = self
            .office
            .transaction(|tables| ledger::trial_balance(tables, now_ms))?;
        let outcome = if found.wrong == 0 { "ok" } else { "frozen" };
        self.office.log("trial-balance", None, outcome);
        Ok(found)
    }
}

fn next_night_ms(now_ms: u64) -> u64 {
    let tonight = now_ms - now_ms % DAY_MS + NIGHT_MS;
    if tonight > now_ms {
        tonight
    } else {
        tonight + DAY_MS
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, NIGHT_MS, next_night_ms};

    #[test]
    fn the_next_night_is_within_a_day_and_never_now() {
        for now_ms in [0, NIGHT_MS - 1, NIGHT_MS, NIGHT_MS + 1, DAY_MS * 20_000] {
            let next = next_night_ms(now_ms);
            assert!(next > now_ms && next <= now_ms + DAY_MS, "{now_ms}");
            assert_eq!(next % DAY_MS, NIGHT_MS);
        }
    }
}
