//! A holder's name: the hash of an enrolment key.

use crate::wire::registry::context;
use core::{fmt, str::FromStr};

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use super::{IdentifierError, bytes32::identifier_of_32_bytes};

const CONTEXT: &[u8] = context::HOLDER_IDENTIFIER.as_bytes();
const SUFFIX: &str = "@tallystick";
/// 256 bits in base32, without padding.
const TEXT_LEN: usize = 52;

/// The identifier a wallet shows to others: 32 bytes, the hash of an enrolment key made in the card.
///
/// Nobody but the maker of that key can obtain key shares for the identifier, because key centres
/// release a share only sealed to the key. A wallet may hold many.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HolderId(pub [u8; 32]);

identifier_of_32_bytes!(HolderId);

impl HolderId {
    /// SHA-256 of the context string and the X25519 public key (RFC 7748, 32 bytes).
    #[must_use]
    pub fn of_enrolment_key(public_key: &[u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(CONTEXT).chain_update(public_key);
        Self(hash.finalize().into())
    }
}

impl fmt::Display for HolderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = BASE32_NOPAD.encode(&self.0).to_ascii_lowercase();
        write!(f, "{text}{SUFFIX}")
    }
}

impl fmt::Debug for HolderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HolderId({self})")
    }
}

impl FromStr for HolderId {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let code = text.strip_suffix(SUFFIX).filter(|code| {
            code.len() == TEXT_LEN && !code.bytes().any(|byte| byte.is_ascii_uppercase())
        });
        let code = code
            .ok_or(IdentifierError::HolderAddress)?
            .to_ascii_uppercase();
        let mut bytes = [0; 32];
        BASE32_NOPAD
            .decode_mut(code.as_bytes(), &mut bytes)
            .map_err(|_| IdentifierError::HolderAddress)?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_holder_address_is_read_back_as_written() {
        let holder = HolderId::of_enrolment_key(&[7; 32]);
        let text = holder.to_string();
        assert_eq!(text.len(), 52 + 11);
        assert_eq!(text.parse(), Ok(holder));
    }

    #[test]
    fn another_spelling_of_the_same_address_is_refused() {
        let text = HolderId::of_enrolment_key(&[7; 32]).to_string();
        let wrong = [
            text.to_ascii_uppercase(),
            text.replace("@tallystick", ""),
            text.replace("@tallystick", "@example"),
            // 52 characters carry 260 bits: the last four must be zero.
            alloc::format!("{}b@tallystick", "a".repeat(51)),
            alloc::format!("é{}", &text[2..]),
        ];
        for wrong in wrong {
            assert_eq!(
                wrong.parse::<HolderId>(),
                Err(IdentifierError::HolderAddress),
                "{wrong}"
            );
        }
    }

    #[test]
    fn different_keys_have_different_addresses() {
        let one = HolderId::of_enrolment_key(&[1; 32]);
        assert_ne!(one, HolderId::of_enrolment_key(&[2; 32]));
    }

    #[test]
    fn an_identifier_travels_as_a_byte_string_of_exactly_32_bytes() {
        let holder = HolderId::of_enrolment_key(&[7; 32]);
        let bytes = minicbor::to_vec(holder).unwrap();
        assert_eq!(bytes[..2], [0x58, 32]);
        assert_eq!(minicbor::decode::<HolderId>(&bytes).unwrap(), holder);
        let short = minicbor::to_vec(minicbor::bytes::ByteArray::from([0_u8; 31])).unwrap();
        assert!(minicbor::decode::<HolderId>(&short).is_err());
    }
}
