//! An order that a shop has forgotten, as its wallet shows it again.

use alloc::vec::Vec;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::SplitOrder;
use crate::checkout::form::OrderForm;
use crate::wire::cbor::Message;
use crate::wire::registry::message;

/// An order that was sent before, and the form that it was made from: a shop that was brought back to an earlier moment has
/// perhaps neither.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OrderAgain {
    /// The encoded [`SplitOrder`], as it was sent.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub order: Vec<u8>,
    /// The form as the shop signed it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub form: Vec<u8>,
}

impl Message for OrderAgain {
    const TYPE: u16 = message::ORDER_AGAIN;
    const LEN_MAX: usize = SplitOrder::LEN_MAX + OrderForm::LEN_MAX + 16 * 1024;
}
