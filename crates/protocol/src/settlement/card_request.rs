//! How a card comes to its keys.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::wire::cbor::Message;
use crate::wire::money::Currency;
use crate::wire::registry::message;

/// A wallet wants keys for a card of its holder. Answered with the signed personalisation, which that card alone opens.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardRequest {
    /// Drawn by the wallet: the same request again is the same card.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The X25519 public key (RFC 7748) that the card made for it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub recipient: [u8; 32],
    /// In which currency it shall be.
    #[n(2)]
    pub currency: Currency,
}
impl Message for CardRequest {
    const TYPE: u16 = message::CARD_REQUEST;
    const LEN_MAX: usize = 128;
}
