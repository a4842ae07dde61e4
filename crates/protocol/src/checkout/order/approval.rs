//! The holder's approval: the card's signature over the root, for the issuer alone
//! (EP 0 791 901, step O9: the issuer authenticates the holder).

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::trust::holder::{ByHolder, HolderMessage, UnsignedByHolder};
use crate::wire::cbor::Message;
use crate::wire::identifier::{OrderId, Root};
use crate::wire::registry::{context, message};

/// What the holder's card signs. The root covers header and fields, so nothing else is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HolderApproval {
    /// The order.
    #[n(0)]
    pub order_id: OrderId,
    /// The order's root.
    #[n(1)]
    pub root: Root,
}

impl Message for HolderApproval {
    const TYPE: u16 = message::HOLDER_APPROVAL;
    const LEN_MAX: usize = 128;
}

impl HolderMessage for HolderApproval {
    const CONTEXT: &'static str = context::HOLDER_APPROVAL;
}

/// An approval that lacks nothing but the card's signature.
pub type UnsignedApproval = UnsignedByHolder<HolderApproval>;

/// An approval whose certificate and signature were verified.
pub type VerifiedApproval = ByHolder<HolderApproval>;
