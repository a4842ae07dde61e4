//! The network port: a call is an event that the town carries, loses, doubles or delays.

use std::rc::Weak;

use http::{Request, Response};
use tallystick_parties::office::place::Place;
use tallystick_parties::ports::{Network, NetworkError, Siblings};

use crate::cast::place_of;
use crate::scheduler::Slot;
use crate::town::Town;

/// What comes of a call: an answer, or none in time.
pub(crate) type Reply = Slot<Option<Response<Vec<u8>>>>;

/// One participant's way to the others.
#[derive(Clone)]
pub(crate) struct SimulatedNetwork {
    town: Weak<Town>,
    name: &'static str,
}

impl SimulatedNetwork {
    pub(crate) fn new(town: Weak<Town>, name: &'static str) -> Self {
        Self { town, name }
    }
}

impl Network for SimulatedNetwork {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NetworkError> {
        let reply = Reply::default();
        if let Some(town) = self.town.upgrade() {
            town.call(self.name, request, &reply);
        }
        let answer = reply.filled().await;
        answer.ok_or_else(|| NetworkError("no answer came".to_owned()))
    }
}

impl Siblings for SimulatedNetwork {
    fn place(&self) -> Place {
        place_of(self.name)
    }

    async fn ask(
        &self,
        place: Place,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, NetworkError> {
        let reply = Reply::default();
        if let Some(town) = self.town.upgrade() {
            town.call_sibling(self.name, place, request, &reply);
        }
        let answer = reply.filled().await;
        answer.ok_or_else(|| NetworkError("no answer came".to_owned()))
    }
}
