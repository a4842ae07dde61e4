//! A gift to somebody whose wallet is not known: a link with a secret key. The coupon goes to the first wallet for which that
//! key signs. The signature names the wallet's holder, so that whoever sees the request can do nothing with it.

use alloc::vec::Vec;

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::{CampaignId, CouponId};
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The owner gives a coupon to whoever has the link. Signed by the account's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ClaimOffer {
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
    /// [`ClaimOffer::hash`] of the link's public key.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub claim: [u8; 32],
    /// From then on the link is void and the coupon the owner's as before.
    #[n(5)]
    pub until: Timestamp,
    /// When, by the wallet's clock.
    #[n(6)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(ClaimOffer, message::CLAIM_OFFER, 512, context::CLAIM_OFFER);

impl ClaimOffer {
    /// What the office keeps of a link's public key (P-256, compressed, 33 bytes) until the link is redeemed.
    #[must_use]
    pub fn hash(claim_key: &[u8; 33]) -> [u8; 32] {
        let hash = Sha256::new().chain_update(context::CLAIM_KEY.as_bytes());
        hash.chain_update(claim_key).finalize().into()
    }
}

/// The number of the coupon that a link of a campaign brings, by the hash of the link's public key ([`ClaimOffer::hash`]): its
/// first byte is the campaign's, so that it is where the campaign is, and nobody guesses the others who does not know the link.
#[must_use]
pub fn claimed_coupon(campaign: &CampaignId, claim: &[u8; 32]) -> CouponId {
    let mut number = [0; 16];
    let (start, rest) = number.split_at_mut(1);
    start.fill(campaign.start());
    rest.iter_mut()
        .zip(claim)
        .for_each(|(own, byte)| *own = *byte);
    CouponId(number)
}

/// The owner takes a link back that nobody has redeemed. Signed by the account's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ClaimCancellation {
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
    /// As the offer says.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub claim: [u8; 32],
    /// When, by the wallet's clock.
    #[n(5)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(
    ClaimCancellation,
    message::CLAIM_CANCELLATION,
    512,
    context::CLAIM_CANCELLATION
);

/// Somebody redeems a link. Signed by the key of their account.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ClaimRedemption {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// Who redeems it and is the owner then.
    #[n(1)]
    pub holder: HolderId,
    /// The coupon, as the link names it.
    #[n(2)]
    pub coupon: CouponId,
    /// The link's public key, P-256, compressed, 33 bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub claim_key: [u8; 33],
    /// When, by the wallet's clock.
    #[n(4)]
    pub at: Timestamp,
    /// Drawn by the wallet, 16 bytes.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}
keyed_message!(
    ClaimRedemption,
    message::CLAIM_REDEMPTION,
    512,
    context::CLAIM_REDEMPTION
);

/// The link's key says for whom it is redeemed. Signed by that key (ES256).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ClaimProof {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The coupon.
    #[n(1)]
    pub coupon: CouponId,
    /// Who redeems it.
    #[n(2)]
    pub holder: HolderId,
}
keyed_message!(ClaimProof, message::CLAIM_PROOF, 512, context::CLAIM_PROOF);

/// Both, as they are said in the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ClaimRequest {
    /// The signed [`ClaimRedemption`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub redemption: Vec<u8>,
    /// The signed [`ClaimProof`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub proof: Vec<u8>,
}

impl Message for ClaimRequest {
    const TYPE: u16 = message::CLAIM_REQUEST;
    const LEN_MAX: usize = 2048;
}
