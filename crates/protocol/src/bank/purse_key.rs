//! The key with which a bank signs purses (EP 1 221 669, Fig 3: sigKey): short signatures, so not the key with which it
//! signs as a party.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::trust::statement::{Envelope, signed_message};
use crate::wire::registry::{context, message};

/// A bank asks the certification authority to certify its key for purses in the role of a bank. Signed as the party
/// that it is in orders.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BankKeyRequest {
    /// From the bank to the authority; its transaction is [`key_digest`](crate::purse::key_digest) of the key.
    #[n(0)]
    pub envelope: Envelope,
    /// The key (subject public key info, DER): P-256, or RSA as the document has it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// The authority's leave for the role of a bank at this domain, 32 bytes, obtained beforehand.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub token: [u8; 32],
}
signed_message!(
    BankKeyRequest,
    message::BANK_KEY_REQUEST,
    2048,
    context::BANK_KEY_REQUEST
);

impl core::fmt::Debug for BankKeyRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("BankKeyRequest")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}
