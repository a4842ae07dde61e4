//! Coupons with an owner (source document 001): what says that a coupon is worth something and whose it is, and what is
//! said about it.
//!
//! A coupon carries two signatures. Its *terms* (sigValue) are signed by the office's own key for coupons, its *ownership*
//! (sigOwner) by a key that the office holds for that owner alone; that this key is the owner's, the office states. Both
//! cover the coupon's number and its validity, so that no part can be put to another coupon. Whoever hands a coupon on signs
//! so with the card's own key: the office cannot move a coupon by itself.

mod answers;
mod claim;
mod conversation;
mod gateway;
mod identifier;
mod key;
mod notices;
mod owner;
mod ownership;
mod presented;
mod status;
mod terms;
mod whole;

#[cfg(test)]
mod tests;

pub use answers::{
    ConfirmationAsk, CouponAnswer, CouponOutcome, CouponVerdict, CouponVerification, VerdictKind,
};
pub use claim::{
    ClaimCancellation, ClaimOffer, ClaimProof, ClaimRedemption, ClaimRequest, claimed_coupon,
};
pub use conversation::{CouponConversation, CouponConversationAnswer, CouponTalk};
pub use gateway::{GatewayError, GatewayMessage, GatewayRequest, GatewayWhat, TERMINAL_BYTES_MAX};
pub use identifier::{CampaignId, CouponId};
pub use key::CouponKeyRequest;
pub use notices::{
    ConversionNotice, CouponTransfer, IssueRequest, OwnerChangeRequest, TransferReply, asked_digest,
};
pub use owner::Owner;
pub use ownership::{HeldBy, OwnerKey, Ownership};
pub use presented::{SettlementKind, ShopPresentation, ShopSettlement};
pub use status::{
    BillingAnswer, BillingLine, BillingQuery, CouponQuery, CouponState, CouponStatus, LINES_MAX,
    LineKind,
};
pub use terms::{
    CONDITION_BYTES_MAX, Conditions, CouponKind, CouponTerms, Funding, SHOPS_MAX, TermsError,
    is_condition,
};
pub use whole::{Coupon, CouponError, OpenedCoupon};
