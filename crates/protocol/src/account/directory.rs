//! Revoking certificates, and the directory that publishes them (EP 1 221 669: DS, steps SZ5, SZ6 and S11).

use crate::trust::certificate::Certificate;
use crate::trust::certificate::revocation::RevocationReason;
use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::Message;
use crate::wire::registry::{context, message};
use alloc::vec::Vec;
use minicbor::Encode;
use minicbor::bytes::ByteVec;
use tallystick_codec::DecodeMap;

/// The most current certificates of one key that a directory tells.
pub const KEY_CERTIFICATES_MAX: usize = 8;

/// Whoever had a key certified has its certificates revoked (EP 1 221 669, S11). The authority answers with its
/// newest list of revoked certificates, which is the proof; the same request twice is one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RevocationRequest {
    /// From whoever asked for the certificates to the authority; its transaction is SHA-256 of the certified key
    /// (subject public key info, DER).
    #[n(0)]
    pub envelope: Envelope,
    /// Why, if that is told.
    #[n(1)]
    pub reason: Option<RevocationReason>,
}

impl Message for RevocationRequest {
    const TYPE: u16 = message::REVOCATION_REQUEST;
    const LEN_MAX: usize = 1024;
}

impl SignedMessage for RevocationRequest {
    const CONTEXT: &'static str = context::REVOCATION_REQUEST;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

/// The directory says that it has what it was given: a certificate, or a list of revoked ones.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RegistrationReceipt {
    /// From the directory to anyone; its transaction is SHA-256 of what was registered (DER).
    #[n(0)]
    pub envelope: Envelope,
}

impl Message for RegistrationReceipt {
    const TYPE: u16 = message::REGISTRATION_RECEIPT;
    const LEN_MAX: usize = 1024;
}

impl SignedMessage for RegistrationReceipt {
    const CONTEXT: &'static str = context::REGISTRATION_RECEIPT;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

/// The certificates of one key that the directory has, newest first: neither ended nor revoked. Whoever reads
/// them verifies them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct KeyCertificates {
    /// Certificates (DER), at most [`KEY_CERTIFICATES_MAX`].
    #[n(0)]
    pub certificates: Vec<ByteVec>,
}

impl Message for KeyCertificates {
    const TYPE: u16 = message::KEY_CERTIFICATES;
    const LEN_MAX: usize = KEY_CERTIFICATES_MAX * (Certificate::LEN_MAX + 3) + 64;
}
