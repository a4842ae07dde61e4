//! The port to a mail server: a stream of bytes, which the platform encrypts.

/// How a connection is encrypted. There is none that is not: what is said concerns a holder, and a password goes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From its first byte on (RFC 8314 §3.3; port 465).
    Implicit,
    /// Once the server was asked for it (RFC 3207; port 587).
    StartTls,
}

/// For how long the platform waits for a connection, and for what is read next, in milliseconds.
pub const WIRE_PATIENCE_MS: u64 = 5_000;

/// Opens connections to mail servers.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see the module above
pub trait Connect {
    /// A connection.
    type Wire: Wire;

    /// Connects. With [`Security::Implicit`] it is encrypted, and the server's certificate is verified for `host`.
    async fn connect(
        &self,
        host: &str,
        port: u16,
        security: Security,
    ) -> Result<Self::Wire, WireError>;
}

/// A connection to a mail server.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see the module above
pub trait Wire: Sized {
    /// What comes next, at least one byte; nothing once the server has closed it. It waits for
    /// [`WIRE_PATIENCE_MS`] and fails then.
    async fn read(&mut self) -> Result<Vec<u8>, WireError>;

    /// Sends all of it.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), WireError>;

    /// Encrypts from here on; the server's certificate is verified for the host that was connected to.
    async fn start_tls(self) -> Result<Self, WireError>;
}

/// The mail server could not be reached; what was said may or may not have arrived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The mail server could not be reached: {0}")]
pub struct WireError(pub String);
