//! Terminals behind a gateway (source document 001, claims 25 to 27): a mobile exchange and its gateway speak for terminals
//! that have no card, each known by its terminal identifier. What the gateway says carries a MAC under a secret that it
//! shares with the office.

use alloc::string::String;
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Decoder, Encode};
use sha2::Sha256;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::{CouponId, CouponKind, Owner};
use crate::wire::cbor::{CborError, Message, decode, encode};
use crate::wire::identifier::Domain;
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::text::is_plain;
use crate::wire::time::Timestamp;

/// The longest identifier of a terminal in bytes.
pub const TERMINAL_BYTES_MAX: usize = 64;

crate::named_enum! {
    /// What a terminal wants.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum GatewayWhat {
        /// A prepaid coupon: charged, then issued (C1 to C4).
        #[n(1)]
        Issue => "issue",
        /// To say who shall have its coupon (C7): the transferee is stored.
        #[n(2)]
        Transfer => "transfer",
        /// To show a coupon that it was given: it is the terminal's if that is the stored transferee.
        #[n(3)]
        Present => "present",
    }
}

/// What a terminal says by way of its gateway.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct GatewayRequest {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The terminal, as the gateway identified it: 1 to [`TERMINAL_BYTES_MAX`] bytes.
    #[cbor(n(1), decode_with = "decode_terminal")]
    pub terminal: String,
    /// What it wants.
    #[n(2)]
    pub what: GatewayWhat,
    /// What kind of coupon, of one that is to be issued.
    #[n(3)]
    pub kind: Option<CouponKind>,
    /// What it shall be worth, of one that is to be issued.
    #[n(4)]
    pub value: Option<Money>,
    /// Which coupon, of one that is.
    #[n(5)]
    pub coupon: Option<CouponId>,
    /// Who shall have it, of a transfer.
    #[n(6)]
    pub to: Option<Owner>,
    /// When, by the gateway's clock.
    #[n(7)]
    pub at: Timestamp,
    /// Drawn by the gateway, 16 bytes: the same request again is answered the same.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}

impl Message for GatewayRequest {
    const TYPE: u16 = message::GATEWAY_REQUEST;
    const LEN_MAX: usize = 1024;
}

/// Why what a gateway says counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// Whoever says it does not have the gateway's secret.
    #[error("The gateway's code for the message does not match.")]
    Mac,
    /// Not a request.
    #[error(transparent)]
    Unreadable(#[from] CborError),
    /// It names another coupon outside than inside.
    #[error("The message is about another coupon than it was sent for.")]
    About,
}

/// A [`GatewayRequest`] with its MAC.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct GatewayMessage {
    /// The coupon that it is about, by which the office finds the object that has it.
    #[n(0)]
    pub about: Option<CouponId>,
    /// The encoded [`GatewayRequest`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub request: Vec<u8>,
    /// HMAC-SHA-256 over its context string and the request.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub mac: [u8; 32],
}

impl Message for GatewayMessage {
    const TYPE: u16 = message::GATEWAY_MESSAGE;
    const LEN_MAX: usize = GatewayRequest::LEN_MAX + 128;
}

impl GatewayMessage {
    /// A request under the secret that gateway and office share.
    #[must_use]
    pub fn new(secret: &[u8; 32], request: &GatewayRequest) -> Self {
        let encoded = encode(request);
        Self {
            about: request.coupon,
            mac: keyed(secret, &encoded).finalize().into_bytes().into(),
            request: encoded,
        }
    }

    /// The request, if the MAC holds; compared in constant time.
    ///
    /// # Errors
    /// [`GatewayError`] says what does not hold.
    pub fn open(&self, secret: &[u8; 32]) -> Result<GatewayRequest, GatewayError> {
        keyed(secret, &self.request)
            .verify_slice(&self.mac)
            .map_err(|_| GatewayError::Mac)?;
        let request: GatewayRequest = decode(&self.request)?;
        if request.coupon == self.about {
            Ok(request)
        } else {
            Err(GatewayError::About)
        }
    }
}

/// HMAC-SHA-256 (RFC 2104) over the context string and the encoded request; the key filled up to a block, as HMAC does it.
fn keyed(secret: &[u8; 32], request: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    let (start, _) = block.split_at_mut(32);
    start.copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(context::GATEWAY_REQUEST.as_bytes());
    mac.update(request);
    mac
}

fn decode_terminal<C>(
    decoder: &mut Decoder<'_>,
    _: &mut C,
) -> Result<String, minicbor::decode::Error> {
    let name = decoder.str()?;
    if (1..=TERMINAL_BYTES_MAX).contains(&name.len()) && is_plain(name) {
        Ok(name.into())
    } else {
        Err(minicbor::decode::Error::message(
            "the identifier of a terminal was expected",
        ))
    }
}
