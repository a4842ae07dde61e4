//! Looks over the books: every night, and when an operator asks.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Issuer;
use crate::ledger::{self, Standing, TrialBalance};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::Ports;

/// What a trial balance found, as an operator reads it.
#[derive(Serialize)]
struct Report {
    accounts: u64,
    /// The accounts that are frozen; those of a shard with its name before them.
    frozen: Vec<String>,
    /// What crossed between the issuer's objects, by currency. Nothing if it has one.
    crossed: BTreeMap<String, Crossed>,
    /// Shards that did not answer.
    silent: Vec<String>,
}

/// In minor units. At one moment over all objects, what was sent is what came and what is under way.
#[derive(Default, Serialize, Deserialize)]
struct Crossed {
    sent: i64,
    came: i64,
    under_way: i64,
}

/// What a shard reports.
#[derive(Deserialize)]
struct Said {
    accounts: u64,
    frozen: Vec<String>,
    crossed: BTreeMap<String, Crossed>,
}

impl<P: Ports> Issuer<P> {
    /// How the books stand: which accounts are frozen, and the last trial balance.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn books_standing(&self) -> Result<Standing, Fault> {
        Ok(ledger::standing(self.office.tables())?)
    }

    /// `POST /v1/console/trial-balance`: at the office over the books of all objects.
    pub(super) async fn show_trial_balance(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.office.require_console(request)?;
        let found = self.look_over_books()?;
        let mut report = Report {
            accounts: found.accounts,
            frozen: self.books_standing()?.frozen,
            crossed: BTreeMap::new(),
            silent: Vec::new(),
        };
        for (currency, crossed) in ledger::across::crossed(self.office.tables())? {
            let own = Crossed {
                sent: crossed.sent,
                came: crossed.came,
                under_way: 0,
            };
            report.crossed.insert(currency.code().to_owned(), own);
        }
        if !self.office.is_shard() {
            for (place, answer) in self.office.every_shard(request).await {
                report.add(place, answer);
            }
        }
        for crossed in report.crossed.values_mut() {
            crossed.under_way = crossed.sent - crossed.came;
        }
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

impl Report {
    fn add(&mut self, place: Place, answer: Option<Answer>) {
        let answer = answer.filter(|answer| answer.status() == StatusCode::OK);
        let said = answer.and_then(|answer| serde_json::from_slice::<Said>(answer.body()).ok());
        let Some(said) = said else {
            return self.silent.push(place.to_string());
        };
        self.accounts += said.accounts;
        let frozen = said.frozen.iter().map(|name| format!("{place}: {name}"));
        self.frozen.extend(frozen);
        for (currency, crossed) in said.crossed {
            let own = self.crossed.entry(currency).or_default();
            own.sent += crossed.sent;
            own.came += crossed.came;
        }
    }
}
