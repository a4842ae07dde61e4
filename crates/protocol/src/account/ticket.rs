//! The issuer's word that a holder may have key shares.

use crate::keys::{Centres, Epoch};
use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::Message;
use crate::wire::identifier::HolderId;
use crate::wire::registry::{context, message};
use minicbor::Encode;
use tallystick_codec::DecodeMap;

/// Entitles one holder identifier to the key shares of one epoch.
///
/// It is worth nothing to others: shares are released only sealed to the enrolment key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct EnrolmentTicket {
    /// From the issuer to anyone (each of the key centres); its transaction is the holder identifier.
    #[n(0)]
    pub envelope: Envelope,
    /// The holder's X25519 public key (RFC 7748).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub enrolment_public_key: [u8; 32],
    /// The epoch of the shares.
    #[n(2)]
    pub epoch: Epoch,
    /// The key centres that release them.
    #[n(3)]
    pub centres: Centres,
}

impl EnrolmentTicket {
    /// The holder identifier that it entitles: the hash of the enrolment key.
    #[must_use]
    pub fn holder(&self) -> HolderId {
        HolderId::of_enrolment_key(&self.enrolment_public_key)
    }
}

impl Message for EnrolmentTicket {
    const TYPE: u16 = message::ENROLMENT_TICKET;
    const LEN_MAX: usize = 2048;
}

impl SignedMessage for EnrolmentTicket {
    const CONTEXT: &'static str = context::ENROLMENT_TICKET;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}
