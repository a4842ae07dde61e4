//! A party's book: the Durable Object that holds one party, or one of its shards, with tables and alarm.

use std::cell::OnceCell;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use tallystick_parties::Party;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::ports::Tables as _;
use tallystick_parties::ports::sockets::TAG;
use worker::{Env, Headers, State, WebSocket};

use crate::logging::CORRELATION_HEADER;
use crate::ports::WorkerPorts;
use crate::ports::database::ObjectDatabase;
use crate::ports::sockets::Held;
use crate::settings::SettingsError;
use crate::{convert, logging, problem, rewinding};

/// When an alarm that found wrong settings rings again, in milliseconds.
const MISCONFIGURED_MS: u64 = 60_000;

const CORRELATION_NAME: HeaderName = HeaderName::from_static(CORRELATION_HEADER);

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
        if let Some(moment) = party.goes_back_to()
            && let Err(error) = rewinding::go_back(&self.state, moment).await
        {
            // Nothing happened, and the command's answer says that it did.
            return problem::answer(&Fault::new(Kind::Internal, error));
        }
        if let Some(tag) = answer.headers_mut().remove(TAG) {
            return self.connect(&tag, correlation);
        }
        if let Some(correlation) = correlation {
            answer.headers_mut().insert(CORRELATION_HEADER, correlation);
        }
        convert::to_worker(answer)
    }

    /// Keeps the connection that the party lets in.
    fn connect(
        &self,
        tag: &HeaderValue,
        correlation: Option<HeaderValue>,
    ) -> worker::Result<worker::Response> {
        let tag = tag.to_str().map_err(|error| error.to_string())?;
        let client = Held::new(&self.state).accept(tag)?;
        let mut headers = HeaderMap::new();
        headers.extend(correlation.map(|value| (CORRELATION_NAME, value)));
        let answer = worker::Response::from_websocket(client)?;
        Ok(answer.with_headers(Headers::from(headers)))
    }

    /// Lets the party hear a message of whoever is connected. Of text, which no party takes, it hears that it was said;
    /// "ping" was answered before.
    pub async fn message(&self, socket: &WebSocket, message: &[u8], open: Open<P>) {
        if let (Ok(party), Some(tag)) = (self.party(open), Held::new(&self.state).tag_of(socket)) {
            party.message(&tag, message).await;
        }
    }

    /// Lets the party hear that somebody is not connected any more.
    pub async fn closed(&self, socket: &WebSocket, open: Open<P>) {
        if let (Ok(party), Some(tag)) = (self.party(open), Held::new(&self.state).tag_of(socket)) {
            party.closed(&tag).await;
        }
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
