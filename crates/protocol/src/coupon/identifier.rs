//! Which coupon is meant, and of which campaign it is.

use core::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use minicbor::{CborLen, Decode, Encode};

use crate::wire::identifier::IdentifierError;

/// Gives a newtype over 16 bytes its conversions and its text form, 32 lower-case hexadecimal digits.
macro_rules! identifier_of_16_bytes {
    ($name:ident) => {
        impl $name {
            /// The byte by which an office of several objects finds it.
            #[must_use]
            pub const fn start(&self) -> u8 {
                let [start, ..] = self.0;
                start
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdentifierError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdentifierError> {
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| IdentifierError::CouponNumber)
            }
        }

        impl FromStr for $name {
            type Err = IdentifierError;

            fn from_str(text: &str) -> Result<Self, IdentifierError> {
                let mut bytes = [0; 16];
                if text.len() != 32 {
                    return Err(IdentifierError::CouponNumber);
                }
                HEXLOWER
                    .decode_mut(text.as_bytes(), &mut bytes)
                    .map_err(|_| IdentifierError::CouponNumber)?;
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

/// The number of a coupon, 16 bytes: the first says at which of the office's objects it is, the others are random, so that
/// nobody guesses one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct CouponId(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

/// The number of a campaign, 16 bytes drawn as a [`CouponId`] is; its coupons are at the campaign's object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct CampaignId(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

identifier_of_16_bytes!(CouponId);
identifier_of_16_bytes!(CampaignId);
