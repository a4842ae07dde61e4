//! How a card is told from others.

use core::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::wire::identifier::IdentifierError;

/// Gives a newtype over bytes its CBOR form, one byte string of that length.
macro_rules! byte_string {
    ($name:ident, $length:literal) => {
        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                let bytes = <[u8; $length]>::try_from(d.bytes()?);
                bytes.map(Self).map_err(decode::Error::custom)
            }
        }
    };
}

/// A card's alias, 10 random bytes: said in clear (SCP03's key diversification data), so that its keys are found; and
/// nothing but a name for what its [`CardIdentifier`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias(pub [u8; 10]);

byte_string!(Alias, 10);

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alias({self})")
    }
}

impl FromStr for Alias {
    type Err = IdentifierError;

    /// Reads 20 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let mut bytes = [0; 10];
        if text.len() != 2 * bytes.len() {
            return Err(IdentifierError::Length);
        }
        HEXLOWER
            .decode_mut(text.as_bytes(), &mut bytes)
            .map_err(|_| IdentifierError::Length)?;
        Ok(Self(bytes))
    }
}

/// Which card it is, 8 random bytes (source document 003: IDm, which is read in clear there). Read in the channel alone, and
/// never shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardIdentifier(pub [u8; 8]);

byte_string!(CardIdentifier, 8);

impl fmt::Debug for CardIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardIdentifier(…)")
    }
}
