//! The purse certificate: that a purse is of this bank (EP 1 221 669, Fig 8 items 1 to 4: SGN1; Fig 11: SGN3).

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::PurseNumber;
use crate::trust::keyed::keyed_message;
use crate::wire::identifier::Domain;
use crate::wire::money::Currency;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

crate::named_enum! {
    /// What kind of purse it is (EP 1 221 669, Fig 8 item 2: purseType).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum PurseKind {
        /// The purse of an account, in its holder's card; it signs.
        #[n(1)]
        Account => "account",
        /// A prepaid card: it has no private key, and belongs to whoever has it (Fig 10).
        #[n(2)]
        Prepaid => "prepaid",
    }
}

/// That a purse is of this bank. Signed by the bank's key for purses.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseCertificate {
    /// The bank (Fig 8 item 1: ebId).
    #[n(0)]
    pub bank: Domain,
    /// What kind of purse (item 2).
    #[n(1)]
    pub kind: PurseKind,
    /// Its number, which stands for the account number (item 3) or the number of the prepaid card.
    #[n(2)]
    pub number: PurseNumber,
    /// The one currency it holds.
    #[n(3)]
    pub currency: Currency,
    /// [`key_digest`] of the key that signs for it; none for a prepaid card.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub key: Option<[u8; 32]>,
    /// When the bank signed it.
    #[n(5)]
    pub issued_at: Timestamp,
    /// From when on nobody accepts it.
    #[n(6)]
    pub expires_at: Timestamp,
}
keyed_message!(
    PurseCertificate,
    message::PURSE_CERTIFICATE,
    512,
    context::PURSE_CERTIFICATE
);

/// What a purse certificate says of a key: SHA-256 of its subject public key info (DER).
#[must_use]
pub fn key_digest(spki: &[u8]) -> [u8; 32] {
    Sha256::digest(spki).into()
}
