//! Movements that have not ended.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::local::Outgoing;
use crate::host::purse::{PendingStep, PendingView};

/// What a movement does to the purse.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(index_only)]
pub(super) enum Side {
    /// It gives: the amount is pending out.
    #[n(1)]
    Gives,
    /// It takes: once the offer is accepted, the amount is pending in.
    #[n(2)]
    Takes,
    /// It only signs for others: an account, or a prepaid card.
    #[n(3)]
    Signs,
}

/// One movement.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Pending {
    #[n(0)]
    pub(super) transaction: TransactionId,
    #[n(1)]
    pub(super) source: Endpoint,
    #[n(2)]
    pub(super) destination: Endpoint,
    /// In minor units, not zero.
    #[n(3)]
    pub(super) amount: u64,
    #[n(4)]
    pub(super) at: Timestamp,
    #[n(5)]
    pub(super) side: Side,
    #[n(6)]
    pub(super) step: PendingStep,
    /// The signed request or payment; none of a prepaid purse.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub(super) asked: Option<Vec<u8>>,
    /// The signed reply.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub(super) reply: Option<Vec<u8>>,
    /// What belongs to a payment to another purse.
    #[n(9)]
    pub(super) outgoing: Option<Outgoing>,
}

impl Pending {
    /// Whether the amount is set aside.
    pub(super) fn is_out(&self) -> bool {
        self.side == Side::Gives && self.step != PendingStep::Refused
    }

    /// Whether the amount may still come in.
    pub(super) fn may_come_in(&self) -> bool {
        self.side == Side::Takes && self.step != PendingStep::Refused
    }

    /// Whether the amount was accepted and comes in with the bank's word.
    pub(super) fn is_in(&self) -> bool {
        self.side == Side::Takes && self.step == PendingStep::Accepted
    }

    /// Whether it pays an order.
    pub(super) const fn is_payment(&self) -> bool {
        matches!(self.destination, Endpoint::Shop(_))
    }

    /// As the wallet is shown it.
    pub(super) fn view(&self) -> PendingView {
        PendingView {
            transaction: self.transaction,
            source: self.source.clone(),
            destination: self.destination.clone(),
            amount: self.amount,
            at: self.at,
            step: self.step,
        }
    }
}
