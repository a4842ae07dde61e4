//! Giving back what an order cost, whole or in part: the shop asks whoever paid, and only its signed word says
//! that the money is the holder's again. Nothing here tells the payer what was bought.

use crate::wire::registry::{context, message};
use alloc::vec::Vec;
use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::answers::STATEMENT_MAX_BYTES;
use crate::coupon::CouponId;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::identifier::{Handle, Root};
use crate::wire::money::Money;

/// Most refunds of one order.
pub const REFUNDS_MAX: u32 = 20;

/// The shop asks whoever paid to give money back. Root and number say which refund it is: the same one twice is
/// one refund.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RefundRequest {
    /// From the shop to whoever paid; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// Which refund of this order, 1 to [`REFUNDS_MAX`].
    #[n(2)]
    pub number: u32,
    /// How much, not zero.
    #[n(3)]
    pub amount: Money,
    /// Says to the issuer where the amount is set aside, as it gave it out. Not in what release 0.1.0 said.
    #[n(4)]
    pub handle: Option<Handle>,
}
signed_message!(
    RefundRequest,
    message::REFUND_REQUEST,
    STATEMENT_MAX_BYTES,
    context::REFUND_REQUEST
);

crate::named_enum! {
    /// What came of a refund.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum RefundOutcome {
        /// The money is the holder's again.
        #[n(1)]
        Refunded => "refunded",
        /// Nothing was charged for this order.
        #[n(2)]
        NotCharged => "not-charged",
        /// Less was charged, or more of it was given back before.
        #[n(3)]
        TooMuch => "too-much",
        /// What the payer owes the shop does not cover it.
        #[n(4)]
        NotCovered => "not-covered",
    }
}

/// Whoever paid says what came of a refund. Asked again, it says the same.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RefundAdvice {
    /// From whoever paid to anyone who takes part; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// Which refund of this order.
    #[n(2)]
    pub number: u32,
    /// How much was asked for.
    #[n(3)]
    pub amount: Money,
    /// What came of it.
    #[n(4)]
    pub outcome: RefundOutcome,
}
signed_message!(
    RefundAdvice,
    message::REFUND_ADVICE,
    STATEMENT_MAX_BYTES,
    context::REFUND_ADVICE
);

/// What was given back of a coupon: a coupon of the holder's again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponGivenBack {
    /// The coupon that paid.
    #[n(0)]
    pub coupon: CouponId,
    /// How much.
    #[n(1)]
    pub amount: Money,
    /// The office's signed [`CouponAnswer`](crate::coupon::CouponAnswer), which names the coupon that was made.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub answer: Vec<u8>,
}

/// What whoever paid signed about an order's refunds, as the shop passes it on to the holder. The courier, which
/// knows the order's root as well, must not learn what it cost, so the payer tells this to nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RefundAdvices {
    /// Signed [`RefundAdvice`]s, at most [`REFUNDS_MAX`].
    #[n(0)]
    pub advices: Vec<minicbor::bytes::ByteVec>,
    /// What coupons were given back, if any.
    #[n(1)]
    pub coupons: Option<Vec<CouponGivenBack>>,
}
impl Message for RefundAdvices {
    const TYPE: u16 = message::REFUND_ADVICES;
    const LEN_MAX: usize = REFUNDS_MAX as usize * STATEMENT_MAX_BYTES;
}
