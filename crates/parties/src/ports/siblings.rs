//! The port to the other objects of the same party.

use http::{Request, Response};

use crate::office::place::Place;
use crate::ports::NetworkError;

/// Reaches the other objects of this party. What is said may be lost, doubled or late, as between parties.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see the module above
pub trait Siblings {
    /// Which object this is.
    fn place(&self) -> Place;

    /// Sends a request to another object and waits for the whole answer.
    async fn ask(
        &self,
        place: Place,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, NetworkError>;
}
