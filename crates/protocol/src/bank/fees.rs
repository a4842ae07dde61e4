//! What a bank charges for continuing an account (EP 1 221 669 [0112], fee options A1 to E1), said beforehand, so that
//! the holder signs an amount and not a promise.

use alloc::vec::Vec;

use minicbor::{Decoder, Encode};
use tallystick_codec::DecodeMap;

use super::FeeOption;
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::decode_list;
use crate::wire::identifier::Domain;
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The most fees in one schedule: each option in each of four currencies.
pub const FEES_MAX: usize = 20;

/// One way in which a fee can be paid, and how much it is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Fee {
    /// From what it is paid, or for what.
    #[n(0)]
    pub option: FeeOption,
    /// How much; zero if the bank asks for nothing.
    #[n(1)]
    pub amount: Money,
}

/// What the bank charges when a purse gets a new key. Signed by the bank's key for purses.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct FeeSchedule {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// The ways that it offers, at most [`FEES_MAX`]; no two of one option and one currency.
    #[cbor(n(1), decode_with = "decode_fees")]
    pub fees: Vec<Fee>,
    /// When it said so.
    #[n(2)]
    pub at: Timestamp,
    /// Until when it keeps to it.
    #[n(3)]
    pub valid_until: Timestamp,
}
keyed_message!(
    FeeSchedule,
    message::FEE_SCHEDULE,
    1024,
    context::FEE_SCHEDULE
);

fn decode_fees<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<Fee>, minicbor::decode::Error> {
    decode_list(decoder, context, FEES_MAX)
}
