//! A shop brings a coupon to the office (C9, C11): with what the holder's card signed it is the shop's at once, without it
//! the owner is asked.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::Coupon;
use super::terms::decode_condition;
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
}
signed_message!(
    ShopPresentation,
    message::SHOP_PRESENTATION,
    Coupon::LEN_MAX + 4096,
    context::SHOP_PRESENTATION
);
