//! A card that the proxy hosts for a holder without a reader: it is reached as a card in a reader is, by command and
//! response APDUs, which here go over HTTPS. Power comes first; what it gave a name to is over once the power is gone.

use alloc::vec::Vec;
use core::fmt;

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::wire::cbor::Message;
use crate::wire::registry::message;

/// The longest command APDU that is taken, in bytes.
pub const APDU_BYTES_MAX: usize = 13 * 1024;
/// The longest response APDU, in bytes: data and status word (ISO/IEC 7816-4 §5.1).
pub const RESPONSE_BYTES_MAX: usize = 65_538;

/// With what a holder shows that a hosted card is theirs: 32 bytes, drawn by the wallet. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct HostedCard {
    /// The token.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub token: [u8; 32],
}

impl HostedCard {
    /// The card's name at its proxy: SHA-256 of the token.
    #[must_use]
    pub fn name(&self) -> [u8; 32] {
        Sha256::digest(self.token).into()
    }
}

impl fmt::Debug for HostedCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostedCard(…)")
    }
}

impl Message for HostedCard {
    const TYPE: u16 = message::HOSTED_CARD;
    const LEN_MAX: usize = 64;
}

/// A hosted card has power: nothing is selected, no PIN is verified. Whoever gives it power takes it from whoever had it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HostedPower {
    /// Names this power, 16 bytes, drawn by the proxy.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub power: [u8; 16],
}

impl Message for HostedPower {
    const TYPE: u16 = message::HOSTED_POWER;
    const LEN_MAX: usize = 64;
}

/// One command for a hosted card with power. Wiped when dropped: it may carry a PIN.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct HostedCommand {
    /// The token.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub token: [u8; 32],
    /// [`HostedPower::power`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub power: [u8; 16],
    /// Counts the commands since the power came, from 1. The same again is answered with the same.
    #[n(2)]
    pub number: u32,
    /// The command APDU, at most [`APDU_BYTES_MAX`] bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub apdu: Vec<u8>,
}

impl HostedCommand {
    /// Whose card it is for.
    #[must_use]
    pub const fn card(&self) -> HostedCard {
        HostedCard { token: self.token }
    }
}

impl fmt::Debug for HostedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostedCommand(number {}, …)", self.number)
    }
}

impl Message for HostedCommand {
    const TYPE: u16 = message::HOSTED_COMMAND;
    const LEN_MAX: usize = APDU_BYTES_MAX + 128;
}

/// What the card answered. Wiped when dropped: it may carry a derived key.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct HostedResponse {
    /// The response APDU, at most [`RESPONSE_BYTES_MAX`] bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub response: Vec<u8>,
}

impl fmt::Debug for HostedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostedResponse({} bytes)", self.response.len())
    }
}

impl Message for HostedResponse {
    const TYPE: u16 = message::HOSTED_RESPONSE;
    const LEN_MAX: usize = RESPONSE_BYTES_MAX + 64;
}
