//! Which purse is meant.

use core::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use minicbor::{CborLen, Decode, Encode};

use crate::wire::identifier::IdentifierError;

/// The number of a purse, 16 random bytes that its bank drew. On what leaves the bank it stands for the account
/// number (EP 1 221 669, Fig 8 item 3, Fig 11 item 3), so that a payee does not learn that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct PurseNumber(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

impl TryFrom<&[u8]> for PurseNumber {
    type Error = IdentifierError;

    fn try_from(bytes: &[u8]) -> Result<Self, IdentifierError> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| IdentifierError::PurseNumber)
    }
}

impl FromStr for PurseNumber {
    type Err = IdentifierError;

    /// Reads 32 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let mut bytes = [0; 16];
        if text.len() != 32 {
            return Err(IdentifierError::PurseNumber);
        }
        HEXLOWER
            .decode_mut(text.as_bytes(), &mut bytes)
            .map_err(|_| IdentifierError::PurseNumber)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for PurseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for PurseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PurseNumber({self})")
    }
}
