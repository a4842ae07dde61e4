//! The network port.

use http::{Request, Response};

/// Sends HTTPS requests to other parties.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see the module above
pub trait Network {
    /// Sends a request to an absolute `https://` address and waits for the whole answer.
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NetworkError>;
}

/// The other party could not be reached; what was said may or may not have arrived.
#[derive(Debug, thiserror::Error)]
#[error("the other party could not be reached: {0}")]
pub struct NetworkError(pub String);
