//! What a holder's card signs about coupons, with the certified key of the account (RSASSA-PSS), and says in the sealed
//! conversation. Each names office, holder, coupon and the change that it is about, so that it counts once and for one owner.

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::{CampaignId, CouponId, CouponKind, Funding, Owner};
use crate::trust::keyed::{KeyedMessage, keyed_message};
use crate::wire::cbor::encode;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// A holder wants a coupon (C1). Of a campaign it names what the campaign says, so that the holder signs what it gets.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct IssueRequest {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// Who wants it and pays for it.
    #[n(1)]
    pub holder: HolderId,
    /// The campaign, if it is to be of one; that pays for it then.
    #[n(2)]
    pub campaign: Option<CampaignId>,
    /// What it shall be.
    #[n(3)]
    pub kind: CouponKind,
    /// When it is paid for.
    #[n(4)]
    pub funding: Funding,
    /// What it shall be worth.
    #[n(5)]
    pub value: Money,
    /// When, by the wallet's clock.
    #[n(6)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes: the same request again is the same coupon.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(
    IssueRequest,
    message::ISSUE_REQUEST,
    512,
    context::ISSUE_REQUEST
);

/// The owner hands a coupon on (C7). Whoever carries it to the office, owner or receiver, it counts once, and until its end.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponTransfer {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// Whose it is.
    #[n(1)]
    pub holder: HolderId,
    /// The coupon.
    #[n(2)]
    pub coupon: CouponId,
    /// How often it changed its owner before ([`Ownership::change`](super::Ownership::change)).
    #[n(3)]
    pub change: u32,
    /// Whose it shall be.
    #[n(4)]
    pub to: Owner,
    /// From then on it counts no more.
    #[n(5)]
    pub until: Timestamp,
    /// When, by the wallet's clock.
    #[n(6)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(
    CouponTransfer,
    message::COUPON_TRANSFER,
    512,
    context::COUPON_TRANSFER
);

/// Somebody who was given a coupon wants to be its owner (C11). The office asks the present owner
/// ([`ConfirmationAsk`](super::ConfirmationAsk)).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OwnerChangeRequest {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// Who wants it.
    #[n(1)]
    pub holder: HolderId,
    /// The coupon.
    #[n(2)]
    pub coupon: CouponId,
    /// How often it changed its owner before.
    #[n(3)]
    pub change: u32,
    /// [`Coupon::digest`](super::Coupon::digest) of the coupon that was handed over: who has it has seen it.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub shown: [u8; 32],
    /// When, by the wallet's clock.
    #[n(5)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(
    OwnerChangeRequest,
    message::OWNER_CHANGE_REQUEST,
    512,
    context::OWNER_CHANGE_REQUEST
);

/// The owner says whether somebody else shall have the coupon (C12).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TransferReply {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// Whose it is.
    #[n(1)]
    pub holder: HolderId,
    /// The coupon.
    #[n(2)]
    pub coupon: CouponId,
    /// How often it changed its owner before.
    #[n(3)]
    pub change: u32,
    /// The digest of what was asked for, as the [`ConfirmationAsk`](super::ConfirmationAsk) says.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub asked: [u8; 32],
    /// To whom it goes, as the ask says: the card shows it.
    #[n(5)]
    pub to: Owner,
    /// Yes or no.
    #[n(6)]
    pub agrees: bool,
    /// When, by the wallet's clock.
    #[n(7)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(
    TransferReply,
    message::TRANSFER_REPLY,
    512,
    context::TRANSFER_REPLY
);

/// The owner wants a coupon's value set against what was charged (C17).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ConversionNotice {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// Whose it is.
    #[n(1)]
    pub holder: HolderId,
    /// The coupon.
    #[n(2)]
    pub coupon: CouponId,
    /// How often it changed its owner before.
    #[n(3)]
    pub change: u32,
    /// What it is worth.
    #[n(4)]
    pub value: Money,
    /// When, by the wallet's clock.
    #[n(5)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(
    ConversionNotice,
    message::CONVERSION_NOTICE,
    512,
    context::CONVERSION_NOTICE
);

/// What an answer is about: SHA-256 of the encoded message that asked.
#[must_use]
pub fn asked_digest<M: KeyedMessage>(message: &M) -> [u8; 32] {
    Sha256::digest(encode(message)).into()
}
