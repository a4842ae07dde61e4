//! What the office says about coupons, signed by its key for coupons.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::{Coupon, CouponId, Owner};
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

crate::named_enum! {
    /// What came of what was asked for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum CouponOutcome {
        /// It is done, now or before.
        #[n(1)]
        Done => "done",
        /// The present owner is asked (C12).
        #[n(2)]
        Waiting => "waiting",
        /// The present owner said no.
        #[n(3)]
        Denied => "denied",
        /// The present owner said nothing in time.
        #[n(4)]
        Silent => "silent",
        /// There is no such coupon, or not for this wallet.
        #[n(5)]
        Unknown => "unknown",
        /// It is another's.
        #[n(6)]
        NotOwner => "not-owner",
        /// It has changed its owner since.
        #[n(7)]
        Changed => "changed",
        /// What is under way with it or came of it forbids this (T001-9).
        #[n(8)]
        WrongState => "wrong-state",
        /// Its time is over, or that of what was signed.
        #[n(9)]
        Expired => "expired",
        /// Its time has not begun.
        #[n(10)]
        NotYet => "not-yet",
        /// It could not be charged (C2).
        #[n(11)]
        NotCharged => "not-charged",
        /// The campaign has none left.
        #[n(12)]
        Exhausted => "exhausted",
        /// The holder has had as many of the campaign as one gets.
        #[n(13)]
        HadEnough => "had-enough",
        /// The order does not meet what the coupon asks of it, or no shop says that it does.
        #[n(14)]
        ConditionNotMet => "condition-not-met",
        /// The coupon is not good at that shop.
        #[n(15)]
        NotHere => "not-here",
        /// The link is another's, void or taken back.
        #[n(16)]
        WrongClaim => "wrong-claim",
        /// What was shown is not the coupon as it is.
        #[n(17)]
        Invalid => "invalid",
        /// The office issues no such coupon.
        #[n(18)]
        NotOffered => "not-offered",
    }
}

/// What the office says to whoever asked for something. Asked the same again, it says what has come of it since.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponAnswer {
    /// SHA-256 of the encoded message that asked.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub asked: [u8; 32],
    /// What came of it.
    #[n(1)]
    pub outcome: CouponOutcome,
    /// Which coupon; none if none came of it.
    #[n(2)]
    pub coupon: Option<CouponId>,
    /// The encoded [`Coupon`] as it is now, if it is the asker's.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub whole: Option<Vec<u8>>,
    /// Until when the present owner may answer, or a link can be redeemed.
    #[n(4)]
    pub until: Option<Timestamp>,
    /// When it said so.
    #[n(5)]
    pub at: Timestamp,
}
keyed_message!(
    CouponAnswer,
    message::COUPON_ANSWER,
    Coupon::LEN_MAX + 512,
    context::COUPON_ANSWER
);

/// Somebody who was given a coupon asks whether it is good (C9). Nobody is asked for by name, and nothing moves.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponVerification {
    /// The encoded [`Coupon`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub coupon: Vec<u8>,
    /// 32 random bytes, which the verdict says back.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
}

impl Message for CouponVerification {
    const TYPE: u16 = message::COUPON_VERIFICATION;
    const LEN_MAX: usize = Coupon::LEN_MAX + 128;
}

crate::named_enum! {
    /// Whether a coupon is good.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum VerdictKind {
        /// It is its owner's, and can be handed on.
        #[n(1)]
        Valid => "valid",
        /// One of its signatures does not hold, or its parts do not belong together.
        #[n(2)]
        Forged => "forged",
        /// The office has no such coupon.
        #[n(3)]
        Unknown => "unknown",
        /// It has changed its owner since.
        #[n(4)]
        Changed => "changed",
        /// Something is under way with it.
        #[n(5)]
        UnderWay => "under-way",
        /// It is spent, converted or blocked.
        #[n(6)]
        Over => "over",
        /// Its time is over.
        #[n(7)]
        Expired => "expired",
    }
}

/// Whether the coupon that was shown is good (C10).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponVerdict {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// SHA-256 of the coupon as it was shown.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub shown: [u8; 32],
    /// That of the question.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// Whether it is good.
    #[n(3)]
    pub verdict: VerdictKind,
    /// When it said so.
    #[n(4)]
    pub at: Timestamp,
}
keyed_message!(
    CouponVerdict,
    message::COUPON_VERDICT,
    512,
    context::COUPON_VERDICT
);

/// The office asks the owner whether somebody shall have the coupon (C12). The owner finds it when the wallet asks how the
/// coupon is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ConfirmationAsk {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The owner who is asked.
    #[n(1)]
    pub holder: HolderId,
    /// The coupon.
    #[n(2)]
    pub coupon: CouponId,
    /// How often it changed its owner before.
    #[n(3)]
    pub change: u32,
    /// Who wants it.
    #[n(4)]
    pub to: Owner,
    /// SHA-256 of the encoded request.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub asked: [u8; 32],
    /// Until when a reply counts; after it the coupon stays whose it is.
    #[n(6)]
    pub until: Timestamp,
    /// When it was asked.
    #[n(7)]
    pub at: Timestamp,
}
keyed_message!(
    ConfirmationAsk,
    message::CONFIRMATION_ASK,
    1024,
    context::CONFIRMATION_ASK
);
