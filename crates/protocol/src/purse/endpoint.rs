//! Where value comes from and where it goes.

use minicbor::decode::Error;
use minicbor::{Decode, Decoder, Encode};

use super::PurseNumber;
use crate::wire::cbor::array_of;
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::number::decode_whole;

/// One side of a movement of value at a bank (EP 1 221 669, Fig 9: payeeAcct, payerAcct, payerPpcId; Sd1).
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub enum Endpoint {
    /// An account at the bank, by its number.
    #[n(0)]
    Account(#[n(0)] u64),
    /// A purse of an account.
    #[n(1)]
    Purse(#[n(0)] PurseNumber),
    /// A prepaid card, which belongs to whoever has it.
    #[n(2)]
    Prepaid(#[n(0)] PurseNumber),
    /// What arrived for a purse and waits at the bank until the card takes it, by its number
    /// ([`number_of_transfer`](super::number_of_transfer), [`number_of_refund`](super::number_of_refund)).
    #[n(3)]
    Waiting(#[n(0)] TransactionId),
    /// A shop that is paid.
    #[n(4)]
    Shop(#[n(0)] Domain),
}

// By hand: minicbor's derive brings along a reader for everything that it might have to skip.
impl<'bytes, Ctx> Decode<'bytes, Ctx> for Endpoint {
    fn decode(decoder: &mut Decoder<'bytes>, context: &mut Ctx) -> Result<Self, Error> {
        array_of(decoder, 2)?;
        let variant = decoder.u32()?;
        array_of(decoder, 1)?;
        match variant {
            0 => decode_whole(decoder, context).map(Self::Account),
            1 => PurseNumber::decode(decoder, context).map(Self::Purse),
            2 => PurseNumber::decode(decoder, context).map(Self::Prepaid),
            3 => TransactionId::decode(decoder, context).map(Self::Waiting),
            4 => Domain::decode(decoder, context).map(Self::Shop),
            other => Err(Error::unknown_variant(other.into())),
        }
    }
}
