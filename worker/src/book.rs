//! A party's book: the Durable Object that holds one party, its tables and its alarm.

use std::cell::{Cell, OnceCell};

use tallystick_parties::Party;
use tallystick_parties::common::fault::{Fault, Kind};
use worker::{Env, State};

use crate::settings::SettingsError;
use crate::{convert, logging, problem};

/// What the Durable Object of every role has in common.
pub struct Book<P> {
    state: State,
    env: Env,
    party: OnceCell<Result<P, SettingsError>>,
    /// For when the alarm is set, in milliseconds since 1970.
    alarm_at: Cell<Option<u64>>,
}

impl<P: Party> Book<P> {
    /// A book that is opened at the first request or alarm.
    pub fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            party: OnceCell::new(),
            alarm_at: Cell::new(None),
        }
    }

    /// Lets the party answer one request. `open` makes the party of this object's environment.
    pub async fn fetch(
        &self,
        request: worker::Request,
        open: Open<P>,
    ) -> worker::Result<worker::Response> {
        let party = match self.party(open) {
            Ok(party) => party,
            Err(error) => return misconfigured(error),
        };
        let Some(incoming) = convert::from_worker(request).await? else {
            return problem::answer(&Fault::new(Kind::TooLarge, "At most 256 KiB are accepted."));
        };
        let answer = party.serve(incoming).await;
        self.set_alarm(party).await?;
        convert::to_worker(answer)
    }

    /// Lets the party do what is due.
    pub async fn alarm(&self, open: Open<P>) -> worker::Result<worker::Response> {
        self.alarm_at.set(None); // this one has just fired
        let party = match self.party(open) {
            Ok(party) => party,
            Err(error) => return misconfigured(error),
        };
        party.wake().await;
        self.set_alarm(party).await?;
        worker::Response::empty()
    }

    fn party(&self, open: Open<P>) -> Result<&P, &SettingsError> {
        self.party
            .get_or_init(|| open(&self.env, self.state.storage()))
            .as_ref()
    }

    /// Makes sure that the alarm comes in time. One that comes early does no harm: it looks again.
    async fn set_alarm(&self, party: &P) -> worker::Result<()> {
        let Some(next) = party.next_alarm() else {
            return Ok(());
        };
        if self.alarm_at.get().is_some_and(|at| at <= next) {
            return Ok(());
        }
        self.alarm_at.set(Some(next));
        let wait = next.saturating_sub(logging::now_ms());
        let wait = i64::try_from(wait).unwrap_or(i64::MAX);
        self.state.storage().set_alarm(wait).await
    }
}

/// Makes a party of the deployment's settings and the object's storage.
pub type Open<P> = fn(&Env, worker::Storage) -> Result<P, SettingsError>;

fn misconfigured(error: &SettingsError) -> worker::Result<worker::Response> {
    problem::answer(&Fault::new(Kind::Internal, error))
}
