//! A wallet fetches its key shares from a key centre.

use crate::keys::{Degrees, SealedShare};
use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::Message;
use crate::wire::identifier::Role;
use crate::wire::registry::{context, message};
use alloc::vec::Vec;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

/// Asks for the holder's share of one space.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HolderShareRequest {
    /// The [`EnrolmentTicket`](super::EnrolmentTicket), a statement.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub ticket: Vec<u8>,
    /// The role of the parties with which the share makes keys.
    #[n(1)]
    pub role: Role,
    /// The number of the space; without it, the one now open.
    #[n(2)]
    pub space: Option<u32>,
}

impl Message for HolderShareRequest {
    const TYPE: u16 = message::HOLDER_SHARE_REQUEST;
    const LEN_MAX: usize = 8 * 1024;
}

/// The holder's share of one space, sealed to its enrolment key.
#[derive(Clone, Debug, Encode, DecodeMap)]
#[cbor(map)]
pub struct HolderShareAnswer {
    /// From the key centre to the holder; its transaction is the holder identifier.
    #[n(0)]
    pub envelope: Envelope,
    /// The degrees of the space's polynomial, and with them its collusion bound.
    #[n(1)]
    pub degrees: Degrees,
    /// The sealed share, with its space, epoch and centres.
    #[n(2)]
    pub share: SealedShare,
}

impl Message for HolderShareAnswer {
    const TYPE: u16 = message::HOLDER_SHARE_ANSWER;
    const LEN_MAX: usize = super::party_shares::SHARE_ANSWER_LEN_MAX;
}

impl SignedMessage for HolderShareAnswer {
    const CONTEXT: &'static str = context::HOLDER_SHARE_ANSWER;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}
