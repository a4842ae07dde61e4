//! Asking the certification authority for certificates.

use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::Message;
use crate::wire::registry::{context, message};
use alloc::string::String;
use alloc::vec::Vec;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

/// An issuer asks for a certificate for one of its holders.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HolderCertificateRequest {
    /// From the issuer to the authority; its transaction is the holder identifier.
    #[n(0)]
    pub envelope: Envelope,
    /// The key to be certified (subject public key info, DER).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signing_public_key: Vec<u8>,
    /// What the issuer calls the account: 1 to 64 characters that name nobody.
    #[n(2)]
    pub label: String,
}

impl Message for HolderCertificateRequest {
    const TYPE: u16 = message::HOLDER_CERTIFICATE_REQUEST;
    const LEN_MAX: usize = 2048;
}

impl SignedMessage for HolderCertificateRequest {
    const CONTEXT: &'static str = context::HOLDER_CERTIFICATE_REQUEST;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

/// A service party asks for its own certificate.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PartyCertificateRequest {
    /// The request for certification (PKCS#10, RFC 2986, DER): role, domain, display name and key.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub pkcs10: Vec<u8>,
    /// The authority's leave for that role and domain, 32 bytes, obtained beforehand.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub token: [u8; 32],
}

impl core::fmt::Debug for PartyCertificateRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PartyCertificateRequest")
            .finish_non_exhaustive()
    }
}

impl Message for PartyCertificateRequest {
    const TYPE: u16 = message::PARTY_CERTIFICATE_REQUEST;
    const LEN_MAX: usize = 8 * 1024;
}

/// The authority's answer to either.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CertificateAnswer {
    /// The certificate (DER).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
}

impl Message for CertificateAnswer {
    const TYPE: u16 = message::CERTIFICATE_ANSWER;
    const LEN_MAX: usize = 5 * 1024;
}
