//! What a holder signs with the certified key of an account: like a [`statement`](crate::trust::statement), but
//! without an envelope, because a holder has no domain. Whoever verifies it compares the certificate with the one on record.

use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::trust::certificate::{CertifiedParty, TrustAnchors};
use crate::trust::statement::StatementError;
use crate::trust::statement::cose::{self, Parts};
use crate::wire::cbor::{Message, decode, encode};
use crate::wire::identifier::Role;
use crate::wire::time::Timestamp;

/// What certificate, signature and their lengths add to the message, at most, in bytes.
const AROUND_BYTES_MAX: usize = 6 * 1024;

/// A message that is always signed by a holder's certified key.
pub trait HolderMessage: Message {
    /// What is said, as text of its own: `tallystick/v1/…`. Part of what is signed.
    const CONTEXT: &'static str;
}

/// What lacks nothing but the signature of the holder's card.
pub struct UnsignedByHolder<M> {
    parts: Parts,
    of: PhantomData<M>,
}

impl<M: HolderMessage> UnsignedByHolder<M> {
    /// Prepares a message to be signed by the key of the holder's certificate (DER).
    #[must_use]
    pub fn new(message: &M, holder_certificate: &[u8]) -> Self {
        let parts = Parts {
            leaf: holder_certificate.to_vec(),
            payload: encode(message),
            signature: Vec::new(),
        };
        Self {
            parts,
            of: PhantomData,
        }
    }

    /// The bytes to sign with RSASSA-PSS and SHA-256 (`Sig_structure`, RFC 9052 §4.4).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.parts.to_be_signed(M::CONTEXT)
    }

    /// Puts the card's signature to it.
    ///
    /// # Errors
    /// [`StatementError::TooLong`] if the signature is longer than any.
    pub fn finish(mut self, signature: &[u8]) -> Result<Vec<u8>, StatementError> {
        self.parts.signature = signature.to_vec();
        self.parts.write()
    }
}

/// What a holder signed, its certificate and signature verified.
#[derive(Debug, Clone)]
pub struct ByHolder<M> {
    /// What was signed.
    pub message: M,
    /// Whose card signed.
    pub signer: CertifiedParty,
    /// The holder's certificate (DER).
    pub certificate: Vec<u8>,
}

/// Verifies what a holder signed.
///
/// # Errors
/// [`StatementError`] when it is too long, malformed, not certified for a holder, or badly signed.
pub fn verify_holder<M: HolderMessage>(
    bytes: &[u8],
    anchors: &TrustAnchors,
    now: Timestamp,
) -> Result<ByHolder<M>, StatementError> {
    let limit = AROUND_BYTES_MAX.saturating_add(M::LEN_MAX);
    if bytes.len() > limit {
        return Err(StatementError::TooLong {
            actual: bytes.len(),
            limit,
        });
    }
    let parts = Parts::read(bytes)?;
    let signer = anchors.certified(&parts.leaf, now, Role::Holder)?;
    let signed = parts.to_be_signed(M::CONTEXT);
    cose::verify(&signer.public_key, &signed, &parts.signature)?;
    Ok(ByHolder {
        message: decode(&parts.payload)?,
        signer,
        certificate: parts.leaf,
    })
}
