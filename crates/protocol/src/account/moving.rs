//! A wallet asks its issuer to let other keys take the place of those it has enrolled: the old signing
//! key hands the account over, the new ones are then enrolled with a grant of the wallet's own making.

use crate::wire::registry::{context, message};
use alloc::vec::Vec;

use minicbor::Encode;
use minicbor::bytes::ByteSlice;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::EnrolmentError;
use crate::trust::signature::VerifyingKey;
use crate::wire::cbor::{Message, encode_value};
use crate::wire::identifier::{Domain, HolderId};

const CONTEXT: &str = context::MOVE_REQUEST;

/// What is signed away: the account of the holder, to whoever has the grant.
///
/// Sending it again does nothing: once it was followed, the old identity is revoked, and what that signed
/// counts no more.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MoveRequest {
    /// The issuer it is for.
    #[n(0)]
    pub issuer: Domain,
    /// The identifier that is to be revoked.
    #[n(1)]
    pub holder: HolderId,
    /// SHA-256 of the 32 random bytes with which the next keys are enrolled.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub grant_digest: [u8; 32],
    /// RSASSA-PSS with SHA-256 by the holder's signing key over [`MoveRequest::to_be_signed`].
    #[cbor(n(3), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

#[derive(Encode)]
struct Proof<'a> {
    #[n(0)]
    context: &'a str,
    #[n(1)]
    issuer: &'a Domain,
    #[n(2)]
    holder: &'a HolderId,
    #[n(3)]
    grant_digest: &'a ByteSlice,
}

impl MoveRequest {
    /// A request without its signature, for that grant.
    #[must_use]
    pub fn unsigned(issuer: Domain, holder: HolderId, grant: &[u8; 32]) -> Self {
        Self {
            issuer,
            holder,
            grant_digest: Sha256::digest(grant).into(),
            signature: Vec::new(),
        }
    }

    /// The bytes for the old signing key to sign.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        encode_value(&Proof {
            context: CONTEXT,
            issuer: &self.issuer,
            holder: &self.holder,
            grant_digest: self.grant_digest.as_slice().into(),
        })
    }

    /// The request with its signature.
    #[must_use]
    pub fn signed(self, signature: Vec<u8>) -> Self {
        Self { signature, ..self }
    }

    /// Verifies that the request is for `issuer` and that the holder's certified key signed it.
    ///
    /// # Errors
    /// [`EnrolmentError`] says what does not hold.
    pub fn verify(&self, issuer: &Domain, certified: &VerifyingKey) -> Result<(), EnrolmentError> {
        if self.issuer != *issuer {
            return Err(EnrolmentError::WrongIssuer(self.issuer.clone()));
        }
        Ok(certified.verify(&self.to_be_signed(), &self.signature)?)
    }
}

impl core::fmt::Debug for MoveRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MoveRequest")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Message for MoveRequest {
    const TYPE: u16 = message::MOVE_REQUEST;
    const LEN_MAX: usize = 1024;
}
