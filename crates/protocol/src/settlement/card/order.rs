//! What a card is ordered to do in the channel, and what it answers. None of it is signed: the channel's MAC is what holds.

use minicbor::{Decode, Decoder, Encode, decode};
use tallystick_codec::DecodeMap;

use super::{CardIdentifier, TransactionRecord};
use crate::wire::cbor::array_of;
use crate::wire::money::Money;
use crate::wire::number::decode_whole;

/// What a card says of itself (READ, ACKNOWLEDGE).
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardReport {
    /// Which card it is.
    #[n(0)]
    pub identifier: CardIdentifier,
    /// What it holds.
    #[n(1)]
    pub balance: Money,
    /// How many transactions it has done.
    #[n(2)]
    pub counter: u32,
    /// The last of them, until that was acknowledged.
    #[n(3)]
    pub last: Option<TransactionRecord>,
    /// For what the last one was, once it was acknowledged: its [`digest`](TransactionRecord::digest).
    #[cbor(n(4), with = "minicbor::bytes")]
    pub acknowledged: Option<[u8; 32]>,
}

impl CardReport {
    /// For what the last transaction was.
    #[must_use]
    pub fn last_digest(&self) -> Option<[u8; 32]> {
        let last = self.last.map(|record| record.digest);
        last.or(self.acknowledged)
    }
}

/// An order to pay off the card (DEBIT), or onto it (TOP UP).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CardOrder {
    /// For what: SHA-256 of the signed bill, or of the credit.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub digest: [u8; 32],
    /// How much, in minor units of the card's currency.
    #[cbor(n(1), decode_with = "decode_whole")]
    pub amount: u64,
    /// The card's counter, as the server knows it: it acknowledges the transaction of that number.
    #[n(2)]
    pub after: u32,
}

/// Why a card does not do what it is ordered. Each is final: the card has done nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum CardRefusal {
    /// Its counter is another.
    #[n(1)]
    Counter,
    /// It holds less.
    #[n(2)]
    Insufficient,
    /// It would hold more than [`BALANCE_MAX`](super::BALANCE_MAX).
    #[n(3)]
    Limit,
    /// Nothing is to be paid.
    #[n(4)]
    Amount,
    /// The last transaction was for the same.
    #[n(5)]
    Repeated,
}

/// What came of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum CardAnswer {
    /// It is done.
    #[n(0)]
    Done(#[n(0)] TransactionRecord),
    /// It is not, and is not going to be.
    #[n(1)]
    Refused {
        /// Why.
        #[n(0)]
        reason: CardRefusal,
        /// The card's counter.
        #[n(1)]
        counter: u32,
        /// What it holds, in minor units.
        #[n(2)]
        balance: u64,
    },
}

// By hand, as [`crate::trust::statement::Audience`] is.
impl<'bytes, Ctx> Decode<'bytes, Ctx> for CardAnswer {
    fn decode(decoder: &mut Decoder<'bytes>, context: &mut Ctx) -> Result<Self, decode::Error> {
        array_of(decoder, 2)?;
        match decoder.u32()? {
            0 => {
                array_of(decoder, 1)?;
                TransactionRecord::decode(decoder, context).map(Self::Done)
            }
            1 => {
                array_of(decoder, 3)?;
                Ok(Self::Refused {
                    reason: CardRefusal::decode(decoder, context)?,
                    counter: decoder.u32()?,
                    balance: decode_whole(decoder, context)?,
                })
            }
            other => Err(decode::Error::unknown_variant(other.into())),
        }
    }
}
