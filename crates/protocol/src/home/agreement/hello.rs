//! What is sent.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::identifier::Domain;
use crate::wire::registry::{context, message};

/// How long a responder's proof is valid, in seconds.
pub(super) const PROOF_SECONDS: u64 = 300;

crate::named_enum! {
    /// Of what the key comes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum Profile {
        /// Of ephemeral X25519 keys of both sides.
        #[n(1)]
        KeyAgreement => "x25519",
        /// Of those, and of a secret sent under the responder's RSA key (source document 000).
        #[n(2)]
        KeyTransport => "rsa-oaep",
    }
}

/// The initiator's first message.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Hello {
    /// With whom.
    #[n(0)]
    pub to: Domain,
    /// Of what the key is to come.
    #[n(1)]
    pub profile: Profile,
    /// The initiator's ephemeral X25519 key, 32 bytes.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub share: [u8; 32],
    /// 32 random bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The X25519 key of whoever is to have the key in the initiator's place.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub second: Option<[u8; 32]>,
}

impl Message for Hello {
    const TYPE: u16 = message::AGREEMENT_HELLO;
    const LEN_MAX: usize = 512;
}

/// The responder's answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HelloAnswer {
    /// Names the session, 16 bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub session: [u8; 16],
    /// The responder's ephemeral X25519 key, 32 bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub share: [u8; 32],
    /// The signed [`AgreementProof`] in a record.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

impl Message for HelloAnswer {
    const TYPE: u16 = message::AGREEMENT_ANSWER;
    const LEN_MAX: usize = 8 * 1024;
}

/// The responder proves who it is. Its envelope's transaction is the transcript of everything said before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AgreementProof {
    /// From the responder to anyone.
    #[n(0)]
    pub envelope: Envelope,
    /// For [`Profile::KeyTransport`]: the RSA key (subject public key info, DER) under which to send the secret.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub transport_key: Option<Vec<u8>>,
}
signed_message!(
    AgreementProof,
    message::AGREEMENT_PROOF,
    1024,
    context::AGREEMENT_PROOF
);

/// The initiator's second message.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Finish {
    /// What the initiator signed, in a record.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
    /// For [`Profile::KeyTransport`]: the secret, under the responder's RSA key (RSAES-OAEP with SHA-256).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub transported: Option<Vec<u8>>,
}

impl Message for Finish {
    const TYPE: u16 = message::AGREEMENT_FINISH;
    const LEN_MAX: usize = 8 * 1024;
}

/// The responder shows that it has the key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Confirmation {
    /// 32 bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub tag: [u8; 32],
}

impl Message for Confirmation {
    const TYPE: u16 = message::AGREEMENT_CONFIRMATION;
    const LEN_MAX: usize = 64;
}
