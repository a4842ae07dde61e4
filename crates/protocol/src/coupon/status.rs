//! How a coupon is, and what is charged, for whose it is. Asked in the sealed conversation, which shows who asks.

use alloc::vec::Vec;

use minicbor::{Decode, Decoder, Encode};
use tallystick_codec::DecodeMap;

use super::{Coupon, CouponId, CouponOutcome};
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::{Message, decode_list};
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::money::{Currency, Money};
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

crate::named_enum! {
    /// A coupon's progress (T001-9, T001-16).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum CouponState {
        /// It is its owner's.
        #[n(1)]
        Owned => "owned",
        /// Somebody wants it, and the owner is asked.
        #[n(2)]
        Asked => "asked",
        /// The owner said who shall have it, and the office waits for them to show it.
        #[n(3)]
        Named => "named",
        /// There is a link with which it can be redeemed.
        #[n(4)]
        Offered => "offered",
        /// It is held for an order.
        #[n(5)]
        Held => "held",
        /// It is a shop's.
        #[n(6)]
        Spent => "spent",
        /// Its value was set against what was charged.
        #[n(7)]
        Converted => "converted",
        /// Its time is over.
        #[n(8)]
        Expired => "expired",
        /// The office stopped it.
        #[n(9)]
        Blocked => "blocked",
    }
}

impl CouponState {
    /// Whether nothing comes after it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Spent | Self::Converted | Self::Expired)
    }
}

/// A holder asks how a coupon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponQuery {
    /// The coupon.
    #[n(0)]
    pub coupon: CouponId,
}

impl Message for CouponQuery {
    const TYPE: u16 = message::COUPON_QUERY;
    const LEN_MAX: usize = 64;
}

/// How a coupon is, for its owner; for who owned it before, only that it changed its owner.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponStatus {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The coupon.
    #[n(1)]
    pub coupon: CouponId,
    /// Its progress; of one that is another's now none.
    #[n(2)]
    pub state: Option<CouponState>,
    /// How often it changed its owner.
    #[n(3)]
    pub change: u32,
    /// The encoded [`Coupon`] as it is now, for its owner.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub whole: Option<Vec<u8>>,
    /// The signed [`ConfirmationAsk`](super::ConfirmationAsk) that waits for the owner's reply.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub ask: Option<Vec<u8>>,
    /// What came of the last time that somebody wanted it from this owner.
    #[n(6)]
    pub ended: Option<CouponOutcome>,
    /// When it said so.
    #[n(7)]
    pub at: Timestamp,
    /// The newest coupon of this holder's that was made of it: of what an order did not need, or what was given back. Of one
    /// that was made so itself: the one that was made before it, unless another was made of it. Whoever follows from one to
    /// the next finds all.
    #[n(8)]
    pub made: Option<CouponId>,
}
keyed_message!(
    CouponStatus,
    message::COUPON_STATUS,
    Coupon::LEN_MAX + 2048,
    context::COUPON_STATUS
);

/// The most lines of one answer.
pub const LINES_MAX: usize = 50;

/// A holder asks what was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BillingQuery {
    /// In which currency.
    #[n(0)]
    pub currency: Currency,
    /// Lines before that number; the newest if it names none.
    #[cbor(n(1), decode_with = "decode_whole")]
    pub before: Option<u64>,
}

impl Message for BillingQuery {
    const TYPE: u16 = message::BILLING_QUERY;
    const LEN_MAX: usize = 64;
}

crate::named_enum! {
    /// What a line of the billing ledger is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum LineKind {
        /// A postpaid coupon that this holder was issued has reached a shop (C14), or was converted.
        #[n(1)]
        Charge => "charge",
        /// This holder had a coupon's value set against it (C18).
        #[n(2)]
        Conversion => "conversion",
        /// A period's total was taken from the account (C16).
        #[n(3)]
        Debit => "debit",
        /// A period's negative total was put onto the account (C19).
        #[n(4)]
        PayOut => "paid-out",
    }
}

/// A line of the billing ledger.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BillingLine {
    /// Its number, one more for each line of the object.
    #[cbor(n(0), decode_with = "decode_whole")]
    pub number: u64,
    /// What it is.
    #[n(1)]
    pub kind: LineKind,
    /// The coupon; none of a total.
    #[n(2)]
    pub coupon: Option<CouponId>,
    /// How much.
    #[n(3)]
    pub money: Money,
    /// When.
    #[n(4)]
    pub at: Timestamp,
}

/// What was charged to a holder.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BillingAnswer {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// Whose.
    #[n(1)]
    pub holder: HolderId,
    /// Charged in the running period.
    #[n(2)]
    pub charged: Money,
    /// Set against it.
    #[n(3)]
    pub converted: Money,
    /// When the period ends.
    #[n(4)]
    pub period_ends: Timestamp,
    /// Lines, the newest first, at most [`LINES_MAX`].
    #[cbor(n(5), decode_with = "decode_lines")]
    pub lines: Vec<BillingLine>,
    /// When it said so.
    #[n(6)]
    pub at: Timestamp,
}
keyed_message!(
    BillingAnswer,
    message::BILLING_ANSWER,
    8192,
    context::BILLING_ANSWER
);

fn decode_lines<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<BillingLine>, minicbor::decode::Error> {
    decode_list(decoder, context, LINES_MAX)
}
