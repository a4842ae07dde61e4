//! The other Durable Objects of the same party, by their names.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::{Request, Response};
use tallystick_parties::office::place::Place;
use tallystick_parties::ports::{NetworkError, Siblings};
use worker::{Delay, Env, State, Stub};

use super::network;
use crate::settings::SettingsError;

/// The longest wait for another object.
const PATIENCE: Duration = Duration::from_secs(15);
/// The binding under which a deployment has its party's objects.
const BOOK: &str = "BOOK";

/// The objects of one party, as one of them reaches the others.
pub struct Objects {
    env: Env,
    own: Place,
}

impl Objects {
    /// As this object reaches them.
    ///
    /// # Errors
    /// [`SettingsError::NoObject`] if no object of a party has its name.
    pub fn new(state: &State, env: &Env) -> Result<Self, SettingsError> {
        let name = state.id().name().ok_or(SettingsError::NoObject)?;
        Ok(Self {
            env: env.clone(),
            own: Place::of_object(&name).ok_or(SettingsError::NoObject)?,
        })
    }

    async fn send(
        &self,
        place: Place,
        request: Request<Vec<u8>>,
    ) -> worker::Result<Response<Vec<u8>>> {
        let outgoing = network::outgoing(request)?;
        let mut answer = stub(&self.env, place)?.fetch_with_request(outgoing).await?;
        network::incoming(&mut answer).await
    }
}

/// An object of this deployment's party.
///
/// # Errors
/// Only the platform's own.
pub fn stub(env: &Env, place: Place) -> worker::Result<Stub> {
    env.durable_object(BOOK)?.get_by_name(&place.to_string())
}

impl Siblings for Objects {
    fn place(&self) -> Place {
        self.own
    }

    async fn ask(
        &self,
        place: Place,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, NetworkError> {
        let (sent, patience) = (pin!(self.send(place, request)), Delay::from(PATIENCE));
        match select(sent, patience).await {
            Either::Left((answer, _)) => answer.map_err(|error| NetworkError(error.to_string())),
            Either::Right(_) => Err(NetworkError(format!("{place} does not answer"))),
        }
    }
}
