//! What goes between card and security server (ST13): blocks of commands (BRC) that a wallet passes on without knowing what is
//! in them, by itself or through the front.

use alloc::vec::Vec;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode};
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::TapId;
use crate::checkout::answers::STATEMENT_MAX_BYTES;
use crate::wire::cbor::{CborError, Message, array_of, decode};
use crate::wire::identifier::Root;
use crate::wire::registry::{context, message};

/// Most commands in one block.
pub const BLOCKS_MAX: usize = 8;
/// Longest command or response, in bytes.
pub const COMMAND_BYTES_MAX: usize = 1024;
/// Most statements of one kind in one answer.
const STATEMENTS_MAX: usize = 16;

/// What a card is held to the reader for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum TapPurpose {
    /// To be read.
    #[n(0)]
    Read,
    /// To pay the order of this root.
    #[n(1)]
    Settle(#[n(0)] Root),
    /// To take what waits for it.
    #[n(2)]
    Collect,
}

// By hand: minicbor's derive brings along a reader for everything that it might have to skip.
impl<'bytes, Ctx> Decode<'bytes, Ctx> for TapPurpose {
    fn decode(
        decoder: &mut Decoder<'bytes>,
        context: &mut Ctx,
    ) -> Result<Self, minicbor::decode::Error> {
        array_of(decoder, 2)?;
        let variant = decoder.u32()?;
        array_of(decoder, u64::from(variant == 1))?;
        match variant {
            0 => Ok(Self::Read),
            1 => Root::decode(decoder, context).map(Self::Settle),
            2 => Ok(Self::Collect),
            other => Err(minicbor::decode::Error::unknown_variant(other.into())),
        }
    }
}

/// A wallet begins a tap. Answered with the first [`TapStep`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TapAsk {
    /// Drawn by the wallet.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// What for.
    #[n(1)]
    pub purpose: TapPurpose,
}
impl Message for TapAsk {
    const TYPE: u16 = message::TAP_ASK;
    const LEN_MAX: usize = 128;
}

/// What the card is to be told next.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TapStep {
    /// Which tap.
    #[n(0)]
    pub tap: TapId,
    /// The commands, in this order, each an APDU of at most [`COMMAND_BYTES_MAX`] bytes. The first response that is not 9000 ends the block.
    #[cbor(n(1), decode_with = "decode_block")]
    pub block: Vec<ByteVec>,
    /// The shop's signed [`SettlementRequest`](super::SettlementRequest), in the first step of a settlement.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub request: Option<Vec<u8>>,
    /// The signed [`ValueUpdate`](super::ValueUpdate) about this block, if it writes value to the card.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub update: Option<Vec<u8>>,
}
impl Message for TapStep {
    const TYPE: u16 = message::TAP_STEP;
    const LEN_MAX: usize = BLOCKS_MAX * (COMMAND_BYTES_MAX + 8) + 2 * STATEMENT_MAX_BYTES;
}

/// What the card answered, as far as it came.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TapAnswers {
    /// Which tap.
    #[n(0)]
    pub tap: TapId,
    /// The responses with their status words, in the order of the commands.
    #[cbor(n(1), decode_with = "decode_block")]
    pub responses: Vec<ByteVec>,
}
impl Message for TapAnswers {
    const TYPE: u16 = message::TAP_ANSWERS;
    const LEN_MAX: usize = BLOCKS_MAX * (COMMAND_BYTES_MAX + 8) + 64;
}

/// The tap is over: what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TapEnd {
    /// Which tap.
    #[n(0)]
    pub tap: TapId,
    /// The signed [`CardReading`](super::CardReading), if the card was read.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub reading: Option<Vec<u8>>,
    /// The signed [`SettlementOutcome`](super::SettlementOutcome)s that it brought, that of an earlier tap among them.
    #[cbor(n(2), decode_with = "decode_statements")]
    pub outcomes: Vec<ByteVec>,
    /// The signed [`CreditOutcome`](super::CreditOutcome)s that it brought.
    #[cbor(n(3), decode_with = "decode_statements")]
    pub credits: Vec<ByteVec>,
}
impl Message for TapEnd {
    const TYPE: u16 = message::TAP_END;
    const LEN_MAX: usize = (2 * STATEMENTS_MAX + 1) * STATEMENT_MAX_BYTES;
}

/// What the security server says in a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapAnswer {
    /// Tell the card this.
    Step(TapStep),
    /// It is over.
    End(TapEnd),
}

impl TapAnswer {
    /// Reads either.
    ///
    /// # Errors
    /// [`CborError`] if it is neither.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        match decode::<TapStep>(bytes) {
            Err(CborError::WrongType { .. }) => decode(bytes).map(Self::End),
            step => step.map(Self::Step),
        }
    }
}

/// Binds a [`ValueUpdate`](super::ValueUpdate) to a block: SHA-256 of the context string and of each command, its length (4 bytes,
/// big-endian) before it.
#[must_use]
pub fn block_digest(block: &[ByteVec]) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(context::COMMAND_BLOCK);
    for command in block {
        let length = u32::try_from(command.len()).unwrap_or(u32::MAX);
        hash.update(length.to_be_bytes());
        hash.update(command.as_slice());
    }
    hash.finalize().into()
}

fn decode_block<Ctx>(
    decoder: &mut Decoder<'_>,
    context: &mut Ctx,
) -> Result<Vec<ByteVec>, minicbor::decode::Error> {
    decode_list(decoder, context, BLOCKS_MAX, COMMAND_BYTES_MAX)
}

fn decode_statements<Ctx>(
    decoder: &mut Decoder<'_>,
    context: &mut Ctx,
) -> Result<Vec<ByteVec>, minicbor::decode::Error> {
    decode_list(decoder, context, STATEMENTS_MAX, STATEMENT_MAX_BYTES)
}

fn decode_list<Ctx>(
    decoder: &mut Decoder<'_>,
    context: &mut Ctx,
    most: usize,
    longest: usize,
) -> Result<Vec<ByteVec>, minicbor::decode::Error> {
    let count = decoder
        .array()?
        .and_then(|count| usize::try_from(count).ok())
        .filter(|count| *count <= most)
        .ok_or_else(|| minicbor::decode::Error::message("too many"))?;
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        let item = ByteVec::decode(decoder, context)?;
        if item.len() > longest {
            return Err(minicbor::decode::Error::message("too long"));
        }
        list.push(item);
    }
    Ok(list)
}
