//! A purse key that the registration authority made, on its way into the card (EP 1 221 669, SZ3 and SZ9, and key
//! option C2): the document's own form, beside keys that are made in the card.
//!
//! The authority seals the private key to the enrolment key of the card's slot (X25519), which the card alone can open
//! ([`SealedSecret`] states the form), and forgets it. From there on it is as if the card had made the key: it signs the
//! [`PurseApplication`](super::PurseApplication) or is named in a [`KeyRenewal`](super::KeyRenewal), and only then is
//! certified. So the holder approves the very key, and one that never reached a card is worth nothing.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use crate::purse::SealedSecret;
use crate::trust::signature::Algorithm;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::identifier::Domain;
use crate::wire::registry::{context, message};

crate::named_enum! {
    /// What kind of key a purse signs with.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum PurseKeyKind {
        /// P-256, for ES256. The usual one.
        #[n(1)]
        P256 => "p-256",
        /// RSA of 2048 bits, for PS256, as the document has it.
        #[n(2)]
        Rsa2048 => "rsa-2048",
    }
}

impl PurseKeyKind {
    /// How such a key signs.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::Es256,
            Self::Rsa2048 => Algorithm::Ps256,
        }
    }
}

/// A wallet asks the registration authority to make a purse key for its card (SZ3).
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseKeyRequest {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// The number of the [`Registration`](super::Registration) by which the account was opened there: whoever
    /// registered knows it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub registration: [u8; 32],
    /// Drawn by the wallet, 32 bytes: the same request again is the same key.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub number: [u8; 32],
    /// The enrolment key of the card's slot (X25519, RFC 7748, 32 bytes).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub enrolment_public_key: [u8; 32],
    /// What kind of key.
    #[n(4)]
    pub kind: PurseKeyKind,
}

impl core::fmt::Debug for PurseKeyRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PurseKeyRequest")
            .field("bank", &self.bank)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Message for PurseKeyRequest {
    const TYPE: u16 = message::PURSE_KEY_REQUEST;
    const LEN_MAX: usize = 512;
}

/// The key that the registration authority made (S7). Whoever finds its signature wrong leaves the card as it is
/// (T004-43).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseKeyDelivery {
    /// From the registration authority to the holder; its transaction is the request's number.
    #[n(0)]
    pub envelope: Envelope,
    /// The public key (subject public key info, DER).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// The private key, sealed to the card's enrolment key.
    #[n(2)]
    pub secret: SealedSecret,
}
signed_message!(
    PurseKeyDelivery,
    message::PURSE_KEY_DELIVERY,
    2048,
    context::PURSE_KEY_DELIVERY
);
