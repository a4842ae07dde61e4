//! Between registration authority, bank and certification authority when a purse gets a new key (EP 1 221 669, S1 to
//! S8). The wallet sends its [`KeyRenewal`](super::KeyRenewal) to the registration authority, which asks the bank for the
//! fee ([`RenewalRequest`], answered by a [`RenewalPermit`]), has the new key certified
//! ([`HolderCertificateRequest`](crate::account::HolderCertificateRequest)), tells the bank ([`RenewedKeyCertified`],
//! answered by a [`PurseOpening`](super::PurseOpening) with a purse certificate of the new key) and answers with both
//! ([`RenewalAnswer`]).

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The longest statement about a renewal, in bytes.
const STATEMENT_BYTES_MAX: usize = 8 * 1024;

/// The registration authority asks the bank whether a purse may have a new key, and for the fee (S1).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RenewalRequest {
    /// From the registration authority to the bank; its transaction is
    /// [`key_digest`](crate::purse::key_digest) of the new key.
    #[n(0)]
    pub envelope: Envelope,
    /// The [`KeyRenewal`](super::KeyRenewal), signed by the old key.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub renewal: Vec<u8>,
}
signed_message!(
    RenewalRequest,
    message::RENEWAL_REQUEST,
    4096,
    context::RENEWAL_REQUEST
);

crate::named_enum! {
    /// What the bank decided about a renewal.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum RenewalOutcome {
        /// The fee is paid, or none is due: the new key may be certified.
        #[n(1)]
        Permitted => "permitted",
        /// What the fee was to be paid from does not cover it.
        #[n(2)]
        FeeNotCovered => "fee-not-covered",
        /// The bank does not take the fee in this way.
        #[n(3)]
        FeeOptionNotOffered => "fee-option-not-offered",
        /// The bank knows no such purse.
        #[n(4)]
        UnknownPurse => "unknown-purse",
        /// The purse is blocked or closed.
        #[n(5)]
        PurseBlocked => "purse-blocked",
        /// The account has ended (T004-43).
        #[n(6)]
        AccountEnded => "account-ended",
        /// The old key did not sign it, or is the purse's key no more (T004-43).
        #[n(7)]
        BadSignature => "bad-signature",
        /// The fee is another than the holder agreed to.
        #[n(8)]
        FeeDiffers => "fee-differs",
    }
}

/// The bank says whether a purse may have a new key (S2). Asked again, it says the same, and takes the fee once.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RenewalPermit {
    /// From the bank to the registration authority; its transaction is
    /// [`key_digest`](crate::purse::key_digest) of the new key.
    #[n(0)]
    pub envelope: Envelope,
    /// What it decided.
    #[n(1)]
    pub outcome: RenewalOutcome,
    /// The fee that was taken; none if none was due, or refused.
    #[n(2)]
    pub fee: Option<Money>,
    /// Until when the account is good from now on, if it is continued.
    #[n(3)]
    pub expires_at: Option<Timestamp>,
}
signed_message!(
    RenewalPermit,
    message::RENEWAL_PERMIT,
    2048,
    context::RENEWAL_PERMIT
);

/// The registration authority tells the bank that a purse's new key is certified and in the directory (S3).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RenewedKeyCertified {
    /// From the registration authority to the bank; its transaction is
    /// [`key_digest`](crate::purse::key_digest) of the new key.
    #[n(0)]
    pub envelope: Envelope,
    /// The [`KeyRenewal`](super::KeyRenewal), signed by the old key.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub renewal: Vec<u8>,
    /// The certificate of the new key (DER).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
}
signed_message!(
    RenewedKeyCertified,
    message::RENEWED_KEY_CERTIFIED,
    STATEMENT_BYTES_MAX,
    context::RENEWED_KEY_CERTIFIED
);

/// What the registration authority answers to a [`KeyRenewal`](super::KeyRenewal).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RenewalAnswer {
    /// The bank's signed [`RenewalPermit`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub permit: Vec<u8>,
    /// The encoded [`PurseOpening`](super::PurseOpening) with the new key's certificate, if the bank permits.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub opening: Option<Vec<u8>>,
}

impl Message for RenewalAnswer {
    const TYPE: u16 = message::RENEWAL_ANSWER;
    const LEN_MAX: usize = 32 * 1024;
}
