//! What the wallet needs from the place it runs in, as traits.
//!
//! The browser supplies IndexedDB, WebCrypto, fetch and `chrome.storage.session`; tests supply
//! memory with faults. Everything is single-threaded: no port has to be `Send`.

use core::pin::Pin;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::sealing::StateKey;
pub use crate::sealing::{DeviceKey, DeviceKeyError};

/// The longest answer a party may give, in bytes. More is cut off and refused.
pub const RESPONSE_BYTES_MAX: usize = 256 * 1024;

/// What is stored under a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// The name.
    pub name: String,
    /// What was put there.
    pub bytes: Vec<u8>,
}

/// One change to the vault.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Put these bytes under this name, replacing what was there.
    Put {
        /// The record's name.
        name: String,
        /// What is to be kept; already sealed.
        bytes: Vec<u8>,
    },
    /// Forget the record of this name, if there is one.
    Delete {
        /// The record's name.
        name: String,
    },
}

/// The vault could not do as it was told. Nothing of the failed call was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the browser's storage failed: {0}")]
pub struct VaultError(pub String);

/// A small store of named byte strings that survives restarts.
#[allow(async_fn_in_trait)] // Single-threaded by design: no caller needs Send futures.
pub trait Vault {
    /// Everything that is stored: a few hundred small records at most.
    async fn load(&self) -> Result<Vec<Record>, VaultError>;
    /// Makes all changes durable, or none of them.
    async fn store(&self, changes: &[Change]) -> Result<(), VaultError>;
}

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Fetch.
    Get,
    /// Send.
    Post,
}

/// A request to a party. It carries no cookies, no credentials and no referrer.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// GET or POST.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Media type of the body; empty without body.
    pub content_type: &'static str,
    /// The body; empty for GET.
    pub body: Vec<u8>,
}

/// What a party answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The media type, in lower case and without parameters.
    pub content_type: String,
    /// The body, at most [`RESPONSE_BYTES_MAX`].
    pub body: Vec<u8>,
}

/// No usable answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The party could not be reached, or the connection broke.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The answer is longer than [`RESPONSE_BYTES_MAX`].
    #[error("the answer is longer than {RESPONSE_BYTES_MAX} bytes")]
    TooLong,
}

/// The way to the parties.
#[allow(async_fn_in_trait)]
pub trait Network {
    /// Sends the request once and waits for the whole answer, at most about 20 seconds.
    async fn send(&self, request: Request) -> Result<Response, NetworkError>;
}

/// The time.
pub trait Clock {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    fn now_ms(&self) -> u64;
}

/// The volatile store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the browser's session storage failed: {0}")]
pub struct SessionError(pub String);

/// A volatile place for the state key while the wallet is unlocked: it outlives a service worker
/// and not the browser, and is never written to disk.
#[allow(async_fn_in_trait)]
pub trait Session {
    /// What was put there, if it is still there.
    async fn get(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SessionError>;
    /// Keeps these bytes.
    async fn put(&self, bytes: &[u8]) -> Result<(), SessionError>;
    /// Forgets them.
    async fn clear(&self) -> Result<(), SessionError>;
}

/// Why a card did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// No reader is paired, or none is plugged in.
    NoReader,
    /// No card is in the reader.
    NoCard,
    /// More than one card is on the reader.
    SeveralCards,
    /// A FeliCa card is on the reader, which takes no commands.
    Felica,
    /// Another program holds the reader.
    Held,
    /// The system gives no right to the reader.
    NoAccess,
    /// The browser could not open the reader and does not say why.
    NotOpened,
    /// The reader is at work on something else.
    Busy,
    /// The reader does not answer.
    Silent,
    /// The card was pulled out while it was at work: the command was done or not.
    Removed,
    /// The reader failed otherwise.
    Reader,
    /// The proxy that hosts the card does not answer, or not now.
    Unreachable,
    /// The proxy does not host the card any more.
    Gone,
    /// The hosted card lost its power while it was at work: the command was done or not.
    Interrupted,
    /// The card itself failed, or its stored state does not open.
    Card,
}

/// The card could not be reached, or its state does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct CardFault {
    /// What happened.
    pub kind: FaultKind,
    /// The reader's product name, or the proxy's domain; empty where it is not known, or where there is none.
    pub reader: String,
    /// Technical particulars.
    pub reason: String,
}

impl CardFault {
    /// The card failed, for that reason.
    pub fn new(reason: impl core::fmt::Display) -> Self {
        Self {
            kind: FaultKind::Card,
            reader: String::new(),
            reason: reason.to_string(),
        }
    }
}

/// What will be there later, on this thread. Boxed, so that one kind of card stands for all.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a card answered: data and status word, at most 65,538 bytes (ISO/IEC 7816-4 §5.1).
pub type CardResponse = Result<Zeroizing<Vec<u8>>, CardFault>;

/// A card with power: applets behind APDUs (ISO/IEC 7816-4). Selected applet and verified PIN are
/// forgotten when the value is dropped.
pub trait PoweredCard {
    /// Executes one command APDU. A software card answers at once, a card in a reader as soon as it can.
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse>;
    /// Its state, sealed under the state key for the vault, if it is another one than it was given
    /// power with: to be stored before anything is made of the responses. A card in a reader keeps its
    /// state itself.
    fn unsaved(&mut self, _key: &StateKey) -> Result<Option<Vec<u8>>, CardFault> {
        Ok(None)
    }
}

/// Where cards run: nobody outside sees what is in them.
pub trait Cards {
    /// Gives power to a software card from the factory.
    fn blank(&self) -> Result<Box<dyn PoweredCard>, CardFault>;
    /// Gives power to the software card whose sealed state this is.
    fn power(&self, key: &StateKey, sealed: &[u8]) -> Result<Box<dyn PoweredCard>, CardFault>;
    /// Gives power to the card in the reader that the holder paired.
    fn in_reader(&self) -> Later<'_, Result<Box<dyn PoweredCard>, CardFault>>;
}

/// All ports of one wallet.
pub trait Ports {
    /// Durable storage.
    type Vault: Vault;
    /// The way to the parties.
    type Network: Network;
    /// The time.
    type Clock: Clock;
    /// The platform's own key.
    type DeviceKey: DeviceKey;
    /// Volatile storage.
    type Session: Session;
    /// Software cards and readers.
    type Cards: Cards;
    /// Randomness.
    type Random: CryptoRng;

    /// Durable storage.
    fn vault(&self) -> &Self::Vault;
    /// The way to the parties.
    fn network(&self) -> &Self::Network;
    /// The time.
    fn clock(&self) -> &Self::Clock;
    /// The platform's own key.
    fn device_key(&self) -> &Self::DeviceKey;
    /// Volatile storage.
    fn session(&self) -> &Self::Session;
    /// Software cards and readers.
    fn cards(&self) -> &Self::Cards;
    /// A random source, for one step.
    fn random(&self) -> Self::Random;
}
