//! A wallet asks its issuer to be enrolled.

use crate::trust::signature::{SignatureError, public_key_from_spki, verify_pss};
use crate::wire::cbor::{Message, encode_value};
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::registry::{context, message};
use alloc::vec::Vec;
use minicbor::Encode;
use minicbor::bytes::ByteSlice;
use rsa::RsaPublicKey;
use tallystick_codec::DecodeMap;

const CONTEXT: &str = context::ENROLMENT_REQUEST;

/// Why an enrolment is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolmentError {
    /// It is meant for another issuer.
    #[error("The enrolment is for another issuer, {0}.")]
    WrongIssuer(Domain),
    /// The signing key is unusable, or did not sign the request.
    #[error("The wallet does not prove that it holds its signing key. {0}")]
    Signature(#[from] SignatureError),
}

/// A wallet's keys, with the proof that it holds the signing key.
///
/// That it holds the enrolment key shows by itself: shares are sealed to it.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct EnrolmentRequest {
    /// The issuer it is for.
    #[n(0)]
    pub issuer: Domain,
    /// The grant from the offer.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub grant: [u8; 32],
    /// The card's X25519 public key (RFC 7748); the holder identifier is its hash.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub enrolment_public_key: [u8; 32],
    /// The card's signing key (subject public key info, DER).
    #[cbor(n(3), with = "minicbor::bytes")]
    pub signing_public_key: Vec<u8>,
    /// RSASSA-PSS with SHA-256 by that key over [`EnrolmentRequest::to_be_signed`].
    #[cbor(n(4), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

/// What a verified enrolment request proves.
#[derive(Clone, Debug)]
pub struct ProvenKeys {
    /// The identifier that belongs to the enrolment key.
    pub holder: HolderId,
    /// The key that signs for the wallet.
    pub signing_public_key: RsaPublicKey,
}

#[derive(Encode)]
struct Proof<'a> {
    #[n(0)]
    context: &'a str,
    #[n(1)]
    issuer: &'a Domain,
    #[n(2)]
    grant: &'a ByteSlice,
    #[n(3)]
    enrolment_public_key: &'a ByteSlice,
    #[n(4)]
    signing_public_key: &'a ByteSlice,
}

impl EnrolmentRequest {
    /// A request without its signature.
    #[must_use]
    pub const fn unsigned(
        issuer: Domain,
        grant: [u8; 32],
        enrolment_public_key: [u8; 32],
        signing_public_key: Vec<u8>,
    ) -> Self {
        Self {
            issuer,
            grant,
            enrolment_public_key,
            signing_public_key,
            signature: Vec::new(),
        }
    }

    /// The bytes for the signing key to sign.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        encode_value(&Proof {
            context: CONTEXT,
            issuer: &self.issuer,
            grant: self.grant.as_slice().into(),
            enrolment_public_key: self.enrolment_public_key.as_slice().into(),
            signing_public_key: self.signing_public_key.as_slice().into(),
        })
    }

    /// The request with its signature.
    #[must_use]
    pub fn signed(self, signature: Vec<u8>) -> Self {
        Self { signature, ..self }
    }

    /// Verifies that the request is for `issuer` and that its signing key signed it.
    ///
    /// # Errors
    /// [`EnrolmentError`] says what does not hold.
    pub fn verify(&self, issuer: &Domain) -> Result<ProvenKeys, EnrolmentError> {
        if self.issuer != *issuer {
            return Err(EnrolmentError::WrongIssuer(self.issuer.clone()));
        }
        let signing_public_key = public_key_from_spki(&self.signing_public_key)?;
        verify_pss(&signing_public_key, &self.to_be_signed(), &self.signature)?;
        Ok(ProvenKeys {
            holder: HolderId::of_enrolment_key(&self.enrolment_public_key),
            signing_public_key,
        })
    }
}

impl core::fmt::Debug for EnrolmentRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EnrolmentRequest")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Message for EnrolmentRequest {
    const TYPE: u16 = message::ENROLMENT_REQUEST;
    const LEN_MAX: usize = 2048;
}

/// The issuer's answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct EnrolmentAnswer {
    /// The certificate for the wallet's signing key (DER).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub holder_certificate: Vec<u8>,
    /// The [`EnrolmentTicket`](super::EnrolmentTicket), a statement.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub ticket: Vec<u8>,
}

impl Message for EnrolmentAnswer {
    const TYPE: u16 = message::ENROLMENT_ANSWER;
    const LEN_MAX: usize = 16 * 1024;
}
