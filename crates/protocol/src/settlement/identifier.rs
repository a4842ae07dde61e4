//! By what a contactless card, a reading of it and a tap are known.

use core::fmt;

use data_encoding::HEXLOWER;

use crate::wire::identifier::IdentifierError;

/// Gives a newtype over bytes its conversions, its text (lower-case hexadecimal digits) and its CBOR form (one byte string).
macro_rules! identifier_of_bytes {
    ($name:ident, $len:literal) => {
        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdentifierError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdentifierError> {
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| IdentifierError::Length)
            }
        }

        impl core::str::FromStr for $name {
            type Err = IdentifierError;

            fn from_str(text: &str) -> Result<Self, IdentifierError> {
                let mut bytes = [0; $len];
                if text.len() != 2 * $len {
                    return Err(IdentifierError::Length);
                }
                HEXLOWER
                    .decode_mut(text.as_bytes(), &mut bytes)
                    .map_err(|_| IdentifierError::Length)?;
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::try_from(d.bytes()?).map_err(minicbor::decode::Error::message)
            }
        }
    };
}

/// Gives an identifier that anybody may see its text for developers as well.
macro_rules! shown {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        })+
    };
}
shown!(Alias, ReadingId, TapId);

impl fmt::Debug for CardIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardIdentifier(…)")
    }
}

/// What a card says of itself in clear, 10 bytes: the diversification data of SCP03, from which its keys follow. Drawn at
/// personalisation, and not the card's identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias(pub [u8; 10]);
identifier_of_bytes!(Alias, 10);

/// Which card it is, 8 bytes as the IDm of a FeliCa card has. Only the security server reads it, within a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardIdentifier(pub [u8; 8]);
identifier_of_bytes!(CardIdentifier, 8);

/// A reading of a card, 16 random bytes of the security server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadingId(pub [u8; 16]);
identifier_of_bytes!(ReadingId, 16);

/// A tap, 16 random bytes of the security server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TapId(pub [u8; 16]);
identifier_of_bytes!(TapId, 16);
