//! A shop brings a coupon to the office (C9, C11): with what the holder's card signed it is the shop's at once, or held for an
//! order; without it the owner is asked. What is held is taken, in part or whole, or given free by the shop's word.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::terms::decode_condition;
use super::{Coupon, CouponId};
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};

/// A shop presents a coupon, and says which of the coupon's conditions the order meets. The basket the office does not learn.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ShopPresentation {
    /// From the shop to the office; its transaction is drawn by the shop.
    #[n(0)]
    pub envelope: Envelope,
    /// The encoded [`Coupon`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub coupon: Vec<u8>,
    /// The signed [`CouponTransfer`](super::CouponTransfer) to this shop, if the holder gave it one.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub transfer: Option<Vec<u8>>,
    /// The order's total, if a smallest one is asked for.
    #[n(3)]
    pub total: Option<Money>,
    /// The name of the condition that the order meets.
    #[cbor(n(4), decode_with = "decode_condition")]
    pub condition: Option<String>,
    /// The order for which it shall be held rather than spent at once, by a number that the shop gives it. Only with the
    /// holder's transfer.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub held_for: Option<[u8; 32]>,
}
signed_message!(
    ShopPresentation,
    message::SHOP_PRESENTATION,
    Coupon::LEN_MAX + 4096,
    context::SHOP_PRESENTATION
);

crate::named_enum! {
    /// What becomes of a coupon that is held for an order, or was taken for one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum SettlementKind {
        /// The order is charged: the amount is the shop's, and what is over is a coupon of the holder's again.
        #[n(1)]
        Take => "take",
        /// Nothing comes of the order: it is its owner's as before.
        #[n(2)]
        Free => "free",
        /// So much of what was taken is given back: a coupon of the holder's.
        #[n(3)]
        GiveBack => "give-back",
    }
}

/// A shop says what becomes of a coupon that is held for an order of its own.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ShopSettlement {
    /// From the shop to the office; its transaction is drawn by the shop: one for each thing that it says.
    #[n(0)]
    pub envelope: Envelope,
    /// The coupon.
    #[n(1)]
    pub coupon: CouponId,
    /// The order, as [`ShopPresentation::held_for`] named it.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub order: [u8; 32],
    /// What becomes of it.
    #[n(3)]
    pub kind: SettlementKind,
    /// How much is taken or given back; none of what is given free.
    #[n(4)]
    pub amount: Option<Money>,
}
signed_message!(
    ShopSettlement,
    message::SHOP_SETTLEMENT,
    1024,
    context::SHOP_SETTLEMENT
);
