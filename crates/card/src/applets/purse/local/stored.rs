//! What is kept of payments between purses.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::local::Credentials;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use crate::secret_bytes::SecretBytes;

/// How many requests of a purse can wait for their payment, or be remembered with it.
pub(in crate::applets::purse) const ASKED_MAX: usize = 16;

/// A request for a payment. It is paid once.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(in crate::applets::purse) struct Asked {
    /// The request's nonce.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) nonce: [u8; 32],
    /// The private half of the key to which its payment is sealed.
    #[n(1)]
    pub(super) secret: SecretBytes,
    /// How much was asked for, if it was said.
    #[n(2)]
    pub(super) amount: Option<u64>,
    /// When.
    #[n(3)]
    pub(super) at: Timestamp,
    /// What was answered.
    #[n(4)]
    pub(super) answered: Option<Answered>,
}

/// The answer to a payment, to be given again.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(in crate::applets::purse) struct Answered {
    /// SHA-256 of the payment as it came.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) payment: [u8; 32],
    /// The sealed answer.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) answer: Vec<u8>,
}

/// What belongs to a payment that has left and is not settled.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(in crate::applets::purse) struct Outgoing {
    /// Opens the answer.
    #[n(0)]
    pub(super) answer_key: SecretBytes,
    /// Who is paid. It was verified before.
    #[n(1)]
    pub(super) payee: Credentials,
}

/// A payment to another purse that the bank does not know of: what counts against the limits of the checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(in crate::applets::purse) struct GivenAway {
    /// The number of its entry.
    #[n(0)]
    pub(super) sequence: u64,
    /// Which.
    #[n(1)]
    pub(super) transaction: TransactionId,
    /// How much.
    #[n(2)]
    pub(super) amount: u64,
}
