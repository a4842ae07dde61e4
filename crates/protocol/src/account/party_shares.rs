//! A service party fetches its key shares from a key centre.

use crate::keys::{Degrees, SealedShare};
use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::Message;
use crate::wire::identifier::Role;
use crate::wire::registry::{context, message};
use minicbor::Encode;
use tallystick_codec::DecodeMap;

/// The longest answer: a share of the largest degree (32,768 elements of 32 bytes) and 4 KiB beside it.
pub(super) const SHARE_ANSWER_LEN_MAX: usize = 32 * (Degrees::MAX as usize + 1) + 4096;

/// Asks for the party's share of one space. Its certificate says in which role and under which domain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PartyShareRequest {
    /// From the party to the key centre; its transaction is a random number.
    #[n(0)]
    pub envelope: Envelope,
    /// The X25519 public key (RFC 7748) to which the share is to be sealed.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub sealing_public_key: [u8; 32],
    /// The party's role, which is also the space's.
    #[n(2)]
    pub role: Role,
    /// The number of the space; without it, the one now open.
    #[n(3)]
    pub space: Option<u32>,
}

impl Message for PartyShareRequest {
    const TYPE: u16 = message::PARTY_SHARE_REQUEST;
    const LEN_MAX: usize = 2048;
}

impl SignedMessage for PartyShareRequest {
    const CONTEXT: &'static str = context::PARTY_SHARE_REQUEST;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

/// The party's share of one space, sealed to the key it asked with.
#[derive(Clone, Debug, Encode, DecodeMap)]
#[cbor(map)]
pub struct PartyShareAnswer {
    /// From the key centre to the party; its transaction is the request's.
    #[n(0)]
    pub envelope: Envelope,
    /// The degrees of the space's polynomial, and with them its collusion bound.
    #[n(1)]
    pub degrees: Degrees,
    /// The sealed share, with its space, epoch and centres.
    #[n(2)]
    pub share: SealedShare,
}

impl Message for PartyShareAnswer {
    const TYPE: u16 = message::PARTY_SHARE_ANSWER;
    const LEN_MAX: usize = SHARE_ANSWER_LEN_MAX;
}

impl SignedMessage for PartyShareAnswer {
    const CONTEXT: &'static str = context::PARTY_SHARE_ANSWER;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}
