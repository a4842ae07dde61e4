//! H1: a terminal says who it is and what it wants, and proves that it has its key.

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;

use crate::trust::keyed::keyed_message;
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, HomeId, TerminalId};
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// How far the clock of a terminal may be from that of whoever it asks, in seconds.
pub const ACCESS_SECONDS: u64 = 300;

crate::named_enum! {
    /// What a terminal wants.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum AccessPurpose {
        /// To use the card: the answer has its nonce.
        #[n(1)]
        Open => "open",
        /// To hear what is lent to it.
        #[n(2)]
        Fetch => "fetch",
        /// To stop everything that is lent, to whomever.
        #[n(3)]
        Stop => "stop",
    }
}

/// A terminal identifies itself (H1; claims 8 to 10). Signed by the terminal's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AccessRequest {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// Who asks.
    #[n(1)]
    pub terminal: TerminalId,
    /// At which proxy.
    #[n(2)]
    pub proxy: Domain,
    /// What for.
    #[n(3)]
    pub purpose: AccessPurpose,
    /// 32 random bytes, used once.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// When, by the terminal's clock.
    #[n(5)]
    pub at: Timestamp,
}
keyed_message!(
    AccessRequest,
    message::ACCESS_REQUEST,
    512,
    context::ACCESS_REQUEST
);

impl AccessRequest {
    /// A request that was never made before; still to be signed.
    pub fn new(
        rng: &mut impl CryptoRng,
        home: HomeId,
        terminal: TerminalId,
        proxy: Domain,
        purpose: AccessPurpose,
        at: Timestamp,
    ) -> Self {
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Self {
            home,
            terminal,
            proxy,
            purpose,
            nonce,
            at,
        }
    }

    /// Whether it was made about now.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.at.0.abs_diff(now.0) <= ACCESS_SECONDS
    }
}

/// The home card's answer to [`AccessPurpose::Open`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AccessAnswer {
    /// The card's nonce, 32 bytes: the first password is sealed with it. Good once.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
}

impl Message for AccessAnswer {
    const TYPE: u16 = message::ACCESS_ANSWER;
    const LEN_MAX: usize = 64;
}
