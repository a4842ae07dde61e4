//! What one holder tells the other by copying: neither is a secret, and whoever alters one gains nothing, because the
//! passwords go to the key that stands in it and to no other.

use base64ct::{Base64UrlUnpadded, Encoding};
use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::PublicKeys;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::Domain;

/// In front of an access code.
const ACCESS: &str = "TALLY-ACCESS-1.";
/// In front of an invitation.
const INVITATION: &str = "TALLY-HOME-1.";
/// The longest code, in characters.
const CHARACTERS_MAX: usize = 1024;

/// What lets a terminal find a home: the home's keys and its proxy.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Invitation {
    /// The home's keys, of which its name follows.
    #[n(0)]
    pub home: PublicKeys,
    /// The proxy.
    #[n(1)]
    pub proxy: Domain,
}

impl Invitation {
    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        text(INVITATION, &encode_value(self))
    }

    /// The invitation in a text, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let invitation: Self = decode_value(&bytes(INVITATION, text)?, CHARACTERS_MAX).ok()?;
        invitation.home.verifying().ok()?;
        Some(invitation)
    }
}

/// The access code of a terminal with these keys.
#[must_use]
pub fn access_code(keys: &PublicKeys) -> String {
    text(ACCESS, &encode_value(keys))
}

/// The keys in an access code, if it is one.
#[must_use]
pub fn access_keys(text: &str) -> Option<PublicKeys> {
    let keys: PublicKeys = decode_value(&bytes(ACCESS, text)?, CHARACTERS_MAX).ok()?;
    keys.verifying().ok()?;
    Some(keys)
}

fn text(prefix: &str, bytes: &[u8]) -> String {
    [prefix, &Base64UrlUnpadded::encode_string(bytes)].concat()
}

/// Mail and paper break long lines: space within a code counts for nothing.
fn bytes(prefix: &str, text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    if text.len() > CHARACTERS_MAX {
        return None;
    }
    Base64UrlUnpadded::decode_vec(text.strip_prefix(prefix)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_code_is_none() {
        for text in [
            "",
            "TALLY-ACCESS-1.",
            "TALLY-ACCESS-1.AAAA",
            "TALLY-HOME-1.oQ",
        ] {
            assert!(access_keys(text).is_none());
            assert!(Invitation::from_text(text).is_none());
        }
        assert!(access_keys(&"A".repeat(CHARACTERS_MAX + 1)).is_none());
    }
}
