//! What a terminal asks the home card, end to end: contents of records under
//! [`channel_keys`](super::password::channel_keys). The proxy and the home browser carry them and can read none.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::agreement::Profile;
use crate::checkout::order::OrderProof;
use crate::keys::KeyContext;
use crate::purse::{PurseNumber, PursePayment};
use crate::wire::cbor::{Message, decode_list};
use crate::wire::identifier::Domain;
use crate::wire::number::decode_whole;
use crate::wire::registry::message;

/// The card's answer to a [`Release`](super::Release): the first record of the channel from the card.
#[derive(Clone, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct ReleaseAnswer {
    /// Opens the card's signing keys, 32 bytes. The card keeps it nowhere: the terminal shows it with each request.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub key: [u8; 32],
}

impl Message for ReleaseAnswer {
    const TYPE: u16 = message::RELEASE_ANSWER;
    const LEN_MAX: usize = 64;
}

/// The terminal lets the card show its holder to a shop (H6). What is to be signed comes from the proxy beside it.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct EnterAsk {
    /// As in [`ReleaseAnswer::key`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub key: [u8; 32],
    /// Which loan.
    #[n(1)]
    pub loan: u32,
    /// The shop.
    #[n(2)]
    pub shop: Domain,
    /// Of what the key is to come.
    #[n(3)]
    pub profile: Profile,
    /// The terminal's own share of it (X25519, 32 bytes), if the proxy is not to know the key: the card refuses another.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub second: Option<[u8; 32]>,
}

impl Message for EnterAsk {
    const TYPE: u16 = message::ENTER_ASK;
    const LEN_MAX: usize = 512;
}

/// The terminal asks for an order's signature and keys. The card reads shop, amount and end in the proof, and signs the
/// root that it computes of it; it is handed no hash.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SignAsk {
    /// As in [`ReleaseAnswer::key`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub key: [u8; 32],
    /// Which loan.
    #[n(1)]
    pub loan: u32,
    /// Header, leaves and amount of the order.
    #[n(2)]
    pub proof: OrderProof,
    /// The holder's certificate (DER), which stands beside the signature.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// Of which shares the keys for shop, issuer and courier come, in this order.
    #[cbor(n(4), decode_with = "decode_three")]
    pub contexts: Vec<KeyContext>,
    /// For each of the three the nonces of the part's key and of the confirmation key, 32 bytes each.
    #[cbor(n(5), decode_with = "decode_six")]
    pub nonces: Vec<minicbor::bytes::ByteArray<32>>,
    /// The purse that pays, as the terminal was told; none where an account does. The card refuses another than the loan's.
    #[n(6)]
    pub purse: Option<PurseNumber>,
}

impl Message for SignAsk {
    const TYPE: u16 = message::SIGN_ASK;
    const LEN_MAX: usize = 10 * 1024;
}

/// What the card signed. The same order again is answered with the same, and is not counted twice.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Signed {
    /// PS256 over the order's [`HolderApproval`](crate::checkout::order::HolderApproval), 256 bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
    /// For shop, issuer and courier the key of the part and the confirmation key, 32 bytes each.
    #[cbor(n(1), decode_with = "decode_six")]
    pub keys: Vec<minicbor::bytes::ByteArray<32>>,
    /// What is left of the loan, in minor units.
    #[cbor(n(2), decode_with = "decode_whole")]
    pub total_left: u64,
    /// How many orders are left of it.
    #[n(3)]
    pub count_left: u32,
    /// The signed [`PursePayment`] of this very order, where a purse pays.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub payment: Option<Vec<u8>>,
}

/// More than a signed payment has, in bytes.
const SIGNED_PAYMENT_BYTES_MAX: usize = PursePayment::LEN_MAX + 512;

impl Message for Signed {
    const TYPE: u16 = message::SIGNED_AT_HOME;
    const LEN_MAX: usize = 1024 + SIGNED_PAYMENT_BYTES_MAX;
}

impl Drop for Signed {
    fn drop(&mut self) {
        for key in &mut self.keys {
            key.zeroize();
        }
    }
}

/// What the card says instead, so that the terminal knows it from the card and from nobody in between.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RefusedAtHome {
    /// Why.
    #[n(0)]
    pub reason: super::HomeRefusal,
}

impl Message for RefusedAtHome {
    const TYPE: u16 = message::REFUSED_AT_HOME;
    const LEN_MAX: usize = 32;
}

fn decode_three<C>(
    decoder: &mut minicbor::Decoder<'_>,
    context: &mut C,
) -> Result<Vec<KeyContext>, minicbor::decode::Error> {
    decode_exactly(decoder, context, 3)
}

fn decode_six<C>(
    decoder: &mut minicbor::Decoder<'_>,
    context: &mut C,
) -> Result<Vec<minicbor::bytes::ByteArray<32>>, minicbor::decode::Error> {
    decode_exactly(decoder, context, 6)
}

fn decode_exactly<'b, C, T: minicbor::Decode<'b, C>>(
    decoder: &mut minicbor::Decoder<'b>,
    context: &mut C,
    count: usize,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let list = decode_list(decoder, context, count)?;
    if list.len() == count {
        Ok(list)
    } else {
        Err(minicbor::decode::Error::message(
            "there are too few of them",
        ))
    }
}
