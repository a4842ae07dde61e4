//! A party's book: the Durable Object that holds one party, or one of its shards, with tables and alarm.

use std::cell::OnceCell;

use tallystick_parties::Party;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::ports::Tables as _;
use worker::{Env, State};

use crate::logging::CORRELATION_HEADER;
use crate::ports::WorkerPorts;
use crate::ports::database::ObjectDatabase;
use crate::settings::SettingsError;
use crate::{convert, logging, problem};

/// When an alarm that found wrong settings rings again, in milliseconds.
const MISCONFIGURED_MS: u64 = 60_000;

/// What the Durable Object of every role has in common. The party itself sets the alarm, in the
/// transaction that stores what it is for.
pub struct Book<P> {
    state: State,
    env: Env,
    party: OnceCell<Result<P, SettingsError>>,
}

impl<P: Party> Book<P> {
    /// A book that is opened at the first request or alarm.
    pub fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            party: OnceCell::new(),
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
        let incoming = convert::from_worker(request).await?;
        let correlation = incoming.headers().get(CORRELATION_HEADER).cloned();
        let mut answer = party.serve(incoming).await;
        if let Some(correlation) = correlation {
            answer.headers_mut().insert(CORRELATION_HEADER, correlation);
        }
        convert::to_worker(answer)
    }

    /// Lets the party do what is due. With wrong settings nothing is done and nothing is lost: the
    /// alarm rings again until an operator has put them right.
    pub async fn alarm(&self, open: Open<P>) -> worker::Result<worker::Response> {
        match self.party(open) {
            Ok(party) => {
                party.wake().await;
                worker::Response::empty()
            }
            Err(error) => {
                ObjectDatabase::new(self.state.storage())
                    .set_alarm(logging::now_ms().saturating_add(MISCONFIGURED_MS))
                    .map_err(|error| error.to_string())?;
                misconfigured(error)
            }
        }
    }

    fn party(&self, open: Open<P>) -> Result<&P, &SettingsError> {
        self.party
            .get_or_init(|| open(&self.env, WorkerPorts::new(&self.state, &self.env)?))
            .as_ref()
    }
}

/// Makes a party of the deployment's settings and the object's ports.
pub type Open<P> = fn(&Env, WorkerPorts) -> Result<P, SettingsError>;

fn misconfigured(error: &SettingsError) -> worker::Result<worker::Response> {
    problem::answer(&Fault::new(Kind::Internal, error))
}
