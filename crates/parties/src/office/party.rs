//! What an adapter sees of a party.

use http::{Request, Response};
use tallystick_protocol::wire::time::Timestamp;

/// A party as the worker or a test drives it.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
pub trait Party {
    /// Answers one request. Never fails: what goes wrong is answered as a problem (RFC 9457).
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>>;

    /// Does what is due: bootstrap, letters in the outbox, expiry. The party sets its own alarm, with
    /// what it is for: see [`crate::ports::Tables::set_alarm`].
    async fn wake(&self);

    /// To which moment an operator wants its memory brought back: asked after each request, and said once. The platform does
    /// that and starts it anew; until it has, the party goes on as it is.
    fn goes_back_to(&self) -> Option<Timestamp> {
        None
    }

    /// Hears a binary message of whoever is connected under this tag: see [`crate::ports::sockets`].
    async fn message(&self, _tag: &str, _message: &[u8]) {}

    /// Hears that whoever was connected under this tag is not any more.
    async fn closed(&self, _tag: &str) {}
}
