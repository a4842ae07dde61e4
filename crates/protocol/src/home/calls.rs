//! What terminal and proxy say within their session, and proxy and home browser over their connection; and what a
//! terminal asks a shop under the key that it was told.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::HomeRefusal;
use super::agreement::{Hello, HelloAnswer};
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, HomeId, TerminalId};
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// A terminal shows itself to its proxy (H3): the initiator's proof. Signed by the terminal's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TerminalProof {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// Who.
    #[n(1)]
    pub terminal: TerminalId,
    /// The proxy.
    #[n(2)]
    pub proxy: Domain,
    /// [`Received::transcript`](super::agreement::Received::transcript).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub transcript: [u8; 32],
}
keyed_message!(
    TerminalProof,
    message::TERMINAL_PROOF,
    512,
    context::TERMINAL_PROOF
);

/// What a terminal asks its proxy, within their session.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SessionAsk {
    /// What.
    #[n(0)]
    pub kind: SessionAskKind,
    /// The signed [`Release`](super::Release), or a record for the card with an
    /// [`EnterAsk`](super::channel::EnterAsk) or a [`SignAsk`](super::channel::SignAsk); empty for *end*.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
    /// For *enter*: at which shop.
    #[n(2)]
    pub enter: Option<Enter>,
}

impl Message for SessionAsk {
    const TYPE: u16 = message::SESSION_ASK;
    const LEN_MAX: usize = 12 * 1024;
}

crate::named_enum! {
    /// What a terminal asks.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum SessionAskKind {
        /// To release proxying (H5).
        #[n(1)]
        Release => "release",
        /// To agree on a key with a shop (H6, H7).
        #[n(2)]
        Enter => "enter",
        /// To have the card sign an order.
        #[n(3)]
        Sign => "sign",
        /// That is all: the card forgets the release.
        #[n(4)]
        End => "end",
    }
}

/// At which shop, and how.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Enter {
    /// The shop.
    #[n(0)]
    pub shop: Domain,
    /// The first byte of the order form's number, by which the shop finds its object.
    #[n(1)]
    pub form_start: u8,
    /// The profile.
    #[n(2)]
    pub profile: super::agreement::Profile,
    /// The terminal's X25519 share, 32 bytes, if the proxy is not to know the key.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub second: Option<[u8; 32]>,
    /// The holder's certificate (DER), which stands beside the card's signature.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
}

/// What the proxy answers within the session.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SessionAnswer {
    /// Why not; then there is nothing else, or what the card itself says about it.
    #[n(0)]
    pub refusal: Option<HomeRefusal>,
    /// The card's record, or an encoded [`Handover`](super::agreement::Handover) after *enter*.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub content: Vec<u8>,
}

impl Message for SessionAnswer {
    const TYPE: u16 = message::SESSION_ANSWER;
    const LEN_MAX: usize = 9 * 1024;
}

/// The home browser says which home it is: the first thing over its connection.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeConnect {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// The token, 32 bytes, of which the proxy knows the hash.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub token: [u8; 32],
}

impl Message for HomeConnect {
    const TYPE: u16 = message::HOME_CONNECT;
    const LEN_MAX: usize = 128;
}

crate::named_enum! {
    /// What the proxy asks home.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum HomeCallKind {
        /// A signed [`AccessRequest`](super::AccessRequest) to use the card: its nonce is the answer.
        #[n(1)]
        Access => "access",
        /// A signed [`Opening`](super::Opening).
        #[n(2)]
        Open => "open",
        /// A signed [`Release`](super::Release).
        #[n(3)]
        Release => "release",
        /// An [`EnterCall`].
        #[n(4)]
        Enter => "enter",
        /// A record with a [`SignAsk`](super::channel::SignAsk).
        #[n(5)]
        Sign => "sign",
        /// A signed [`AccessRequest`](super::AccessRequest) to stop everything.
        #[n(6)]
        Stop => "stop",
        /// The terminal's session has ended.
        #[n(7)]
        End => "end",
    }
}

/// The proxy asks home. Travels as one binary message of the connection.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeCall {
    /// Its number on this connection.
    #[cbor(n(0), decode_with = "decode_whole")]
    pub number: u64,
    /// For whom.
    #[n(1)]
    pub terminal: TerminalId,
    /// What.
    #[n(2)]
    pub kind: HomeCallKind,
    /// See [`HomeCallKind`].
    #[cbor(n(3), with = "minicbor::bytes")]
    pub content: Vec<u8>,
}

impl Message for HomeCall {
    const TYPE: u16 = message::HOME_CALL;
    const LEN_MAX: usize = 24 * 1024;
}

/// What a card is given to show its holder to a shop.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct EnterCall {
    /// The terminal's record with an [`EnterAsk`](super::channel::EnterAsk).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub record: Vec<u8>,
    /// What the proxy sent to the shop.
    #[n(1)]
    pub hello: Hello,
    /// What the shop answered.
    #[n(2)]
    pub answer: HelloAnswer,
    /// What the shop signed, out of the answer's record.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub proof: Vec<u8>,
    /// The holder's certificate (DER).
    #[cbor(n(4), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// When, by the proxy's clock.
    #[n(5)]
    pub at: Timestamp,
}

impl Message for EnterCall {
    const TYPE: u16 = message::ENTER_CALL;
    const LEN_MAX: usize = 20 * 1024;
}

/// Home's answer to a [`HomeCall`], or what home says by itself (number 0).
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeReply {
    /// The number of the call.
    #[cbor(n(0), decode_with = "decode_whole")]
    pub number: u64,
    /// Why not. A record of the card may stand beside it.
    #[n(1)]
    pub refusal: Option<HomeRefusal>,
    /// The answer: nonce ([`AccessAnswer`](super::AccessAnswer)), record, or the signed
    /// [`Entrance`](super::Entrance).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub content: Vec<u8>,
}

impl Message for HomeReply {
    const TYPE: u16 = message::HOME_REPLY;
    const LEN_MAX: usize = 24 * 1024;
}

/// What is lent to whom, as home leaves it with its proxy; it replaces what was left for that terminal. Signed by the
/// home card as far as it matters: each loan is.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LentList {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// The token, 32 bytes, of the home browser.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub token: [u8; 32],
    /// Who may fetch it.
    #[n(2)]
    pub terminal: TerminalId,
    /// Encoded [`Lent`](super::loan::Lent), at most 8.
    #[cbor(n(3), decode_with = "decode_lent")]
    pub lent: Vec<minicbor::bytes::ByteVec>,
}

impl Message for LentList {
    const TYPE: u16 = message::LENT_LIST;
    const LEN_MAX: usize = 260 * 1024;
}

/// The most loans to one terminal at a time.
pub const LENT_MAX: usize = 8;

fn decode_lent<C>(
    decoder: &mut minicbor::Decoder<'_>,
    context: &mut C,
) -> Result<Vec<minicbor::bytes::ByteVec>, minicbor::decode::Error> {
    crate::wire::cbor::decode_list(decoder, context, LENT_MAX)
}

/// A request to a shop, as the content of a record (H8). It is answered as if it had come by itself.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct InnerRequest {
    /// Whether it sends something (POST), or reads (GET).
    #[n(0)]
    pub posts: bool,
    /// The path at the shop.
    #[n(1)]
    pub path: String,
    /// The media type of the body; empty without one.
    #[n(2)]
    pub content_type: String,
    /// The body.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

impl Message for InnerRequest {
    const TYPE: u16 = message::INNER_REQUEST;
    const LEN_MAX: usize = 192 * 1024;
}

/// What the shop answers to an [`InnerRequest`].
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct InnerResponse {
    /// The HTTP status.
    #[n(0)]
    pub status: u16,
    /// The media type of the body.
    #[n(1)]
    pub content_type: String,
    /// The body.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

impl Message for InnerResponse {
    const TYPE: u16 = message::INNER_RESPONSE;
    const LEN_MAX: usize = 192 * 1024;
}
