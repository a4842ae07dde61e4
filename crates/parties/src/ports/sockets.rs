//! The port to connections that others hold open to this party, such as home browsers (RFC 6455).
//!
//! The platform keeps a connection and its tag while the party is not in memory, and wakes the party for a message:
//! see [`Party::message`](crate::Party::message). A party opens none itself; it answers a request for one with 101 and
//! [`TAG`].

/// The header in which a party says under which tag the platform keeps a new connection. Nobody outside sees it.
pub const TAG: &str = "x-socket-tag";

/// Connections that others hold open, each under its tag.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see the module above
pub trait Sockets {
    /// Sends one binary message.
    ///
    /// # Errors
    /// [`SocketGone`] if nobody is connected under the tag any more.
    fn send(&self, tag: &str, message: &[u8]) -> Result<(), SocketGone>;

    /// Ends a connection; of one that has ended, nothing.
    fn close(&self, tag: &str);

    /// Comes to its end after so many milliseconds: how long somebody waits for a reply.
    async fn wait(&self, milliseconds: u32);
}

/// Nobody is connected under this tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody is connected under this tag")]
pub struct SocketGone;
