//! The holder's approval: the card's signature over the root, for the issuer alone
//! (EP 0 791 901, step O9: the issuer authenticates the holder).

use crate::wire::registry::{context, message};
use alloc::vec::Vec;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::trust::certificate::{CertifiedParty, TrustAnchors};
use crate::trust::statement::StatementError;
use crate::trust::statement::cose::{self, Parts};
use crate::wire::cbor::{Message, decode, encode};
use crate::wire::identifier::{OrderId, Role, Root};
use crate::wire::time::Timestamp;

/// Longest signed approval in bytes: message, certificate and signature.
pub const APPROVAL_MAX_BYTES: usize = 6 * 1024;

const CONTEXT: &str = context::HOLDER_APPROVAL;

/// What the holder's card signs. The root covers header and fields, so nothing else is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HolderApproval {
    /// The order.
    #[n(0)]
    pub order_id: OrderId,
    /// The order's root.
    #[n(1)]
    pub root: Root,
}

impl Message for HolderApproval {
    const TYPE: u16 = message::HOLDER_APPROVAL;
    const LEN_MAX: usize = 128;
}

/// An approval that lacks nothing but the card's signature.
pub struct UnsignedApproval(Parts);

impl UnsignedApproval {
    /// Prepares an approval to be signed by the key of the holder's certificate (DER).
    #[must_use]
    pub fn new(approval: &HolderApproval, holder_certificate: &[u8]) -> Self {
        let leaf = holder_certificate.to_vec();
        Self(Parts {
            leaf,
            payload: encode(approval),
            signature: Vec::new(),
        })
    }

    /// The bytes to sign with RSASSA-PSS and SHA-256 (`Sig_structure`, RFC 9052 §4.4).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.0.to_be_signed(CONTEXT)
    }

    /// Puts the card's signature to it.
    ///
    /// # Errors
    /// [`StatementError::Malformed`] if the result cannot be encoded.
    pub fn finish(mut self, signature: &[u8]) -> Result<Vec<u8>, StatementError> {
        self.0.signature = signature.to_vec();
        self.0.write()
    }
}

/// An approval whose certificate and signature were verified.
#[derive(Debug, Clone)]
pub struct VerifiedApproval {
    /// What was approved.
    pub approval: HolderApproval,
    /// Whose card signed.
    pub signer: CertifiedParty,
    /// The holder's certificate (DER), to be compared with the one on record.
    pub certificate: Vec<u8>,
}

/// Verifies a holder's approval.
///
/// # Errors
/// [`StatementError`] when it is too long, malformed, not certified for a holder, or badly signed.
pub fn verify_approval(
    bytes: &[u8],
    anchors: &TrustAnchors,
    now: Timestamp,
) -> Result<VerifiedApproval, StatementError> {
    if bytes.len() > APPROVAL_MAX_BYTES {
        return Err(StatementError::TooLong {
            actual: bytes.len(),
            limit: APPROVAL_MAX_BYTES,
        });
    }
    let parts = Parts::read(bytes)?;
    let signer = anchors.certified(&parts.leaf, now, Role::Holder)?;
    cose::verify(
        &signer.public_key,
        &parts.to_be_signed(CONTEXT),
        &parts.signature,
    )?;
    let approval = decode(&parts.payload)?;
    Ok(VerifiedApproval {
        approval,
        signer,
        certificate: parts.leaf,
    })
}
