//! Whose a coupon is.

use core::fmt;

use minicbor::{Decode, Decoder, Encode, decode};

use crate::wire::cbor::array_of;
use crate::wire::identifier::{Domain, HolderId};

/// Who owns a coupon, or shall own it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
#[cbor(flat)]
pub enum Owner {
    /// A holder, by the identifier that the wallet shows the office.
    #[n(0)]
    Holder(#[n(0)] HolderId),
    /// A shop: the coupon is spent.
    #[n(1)]
    Shop(#[n(0)] Domain),
}

// By hand, as `Audience` is.
impl<'bytes, Ctx> Decode<'bytes, Ctx> for Owner {
    fn decode(decoder: &mut Decoder<'bytes>, context: &mut Ctx) -> Result<Self, decode::Error> {
        array_of(decoder, 2)?;
        match decoder.u32()? {
            0 => HolderId::decode(decoder, context).map(Self::Holder),
            1 => Domain::decode(decoder, context).map(Self::Shop),
            other => Err(decode::Error::unknown_variant(other.into())),
        }
    }
}

impl Owner {
    /// The holder, if it is one.
    #[must_use]
    pub const fn holder(&self) -> Option<&HolderId> {
        match self {
            Self::Holder(holder) => Some(holder),
            Self::Shop(_) => None,
        }
    }

    /// The shop, if it is one.
    #[must_use]
    pub const fn shop(&self) -> Option<&Domain> {
        match self {
            Self::Shop(shop) => Some(shop),
            Self::Holder(_) => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holder(holder) => holder.fmt(f),
            Self::Shop(shop) => shop.fmt(f),
        }
    }
}
