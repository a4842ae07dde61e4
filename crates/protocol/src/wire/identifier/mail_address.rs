//! Addresses of mailboxes.

use alloc::{format, string::String};
use core::fmt;
use core::str::FromStr;

use super::{Domain, IdentifierError};

/// The longest address in bytes (RFC 5321 §4.5.3.1.3, without the angle brackets).
pub const MAIL_ADDRESS_BYTES_MAX: usize = 254;
/// The longest part before the sign @ in bytes (RFC 5321 §4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;

/// An address such as `aiko@example.jp`: a dot-string (RFC 5321 §4.1.2) at a domain, in ASCII. Quoted names, comments
/// and address literals are none here; so no address has a sign in it that could end a line or a command.
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress(String);

impl FromStr for MailAddress {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let (local, domain) = text.rsplit_once('@').ok_or(IdentifierError::MailAddress)?;
        let domain = Domain::parse(&domain.to_ascii_lowercase())
            .map_err(|_| IdentifierError::MailAddress)?;
        let is_dot_string = local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
        let address = format!("{local}@{domain}");
        let fits = local.len() <= LOCAL_BYTES_MAX && address.len() <= MAIL_ADDRESS_BYTES_MAX;
        (is_dot_string && fits)
            .then_some(Self(address))
            .ok_or(IdentifierError::MailAddress)
    }
}

/// RFC 5322 §3.2.3, `atext`.
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

impl MailAddress {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<C> minicbor::Encode<C> for MailAddress {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.str(&self.0)?.ok()
    }
}

/// Only in the spelling that is kept.
impl<'b, C> minicbor::Decode<'b, C> for MailAddress {
    fn decode(
        decoder: &mut minicbor::Decoder<'b>,
        _: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        let text = decoder.str()?;
        text.parse()
            .ok()
            .filter(|address: &Self| address.0 == text)
            .ok_or_else(|| minicbor::decode::Error::message("this is not an e-mail address"))
    }
}

/// Whose it is, is nobody's business who reads a log.
impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::cbor::{decode_value, encode_value};

    #[test]
    fn an_address_is_a_name_at_a_domain() {
        for good in ["aiko@example.jp", "a.b+c_d@mail.example.jp", "x@localhost"] {
            assert_eq!(good.parse::<MailAddress>().unwrap().as_str(), good);
        }
        let folded: MailAddress = "Aiko@Example.JP".parse().unwrap();
        assert_eq!(folded.as_str(), "Aiko@example.jp");
    }

    #[test]
    fn what_could_say_more_to_a_server_than_an_address_is_none() {
        let long = format!("{}@example.jp", "a".repeat(65));
        for bad in [
            "",
            "@",
            "aiko",
            "aiko@",
            "@example.jp",
            "a b@example.jp",
            "a@b@example.jp",
            "<a@example.jp>",
            "a@example.jp>",
            "a@example.jp\r\nDATA",
            "a\r\n@example.jp",
            ".a@example.jp",
            "a.@example.jp",
            "a..b@example.jp",
            "\"a b\"@example.jp",
            "a@[127.0.0.1]",
            "愛子@example.jp",
            "a@例え.jp",
            "a@example.jp ",
            &long,
        ] {
            assert!(bad.parse::<MailAddress>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_is_not_shown() {
        let address: MailAddress = "aiko@example.jp".parse().unwrap();
        assert_eq!(format!("{address:?}"), "MailAddress");
    }

    #[test]
    fn an_address_has_one_spelling_on_the_wire() {
        let address: MailAddress = "Aiko@example.jp".parse().unwrap();
        let read = decode_value::<MailAddress>(&encode_value(&address), 300);
        assert_eq!(read, Ok(address));
        for other in ["Aiko@Example.jp", "aiko", ""] {
            let read = decode_value::<MailAddress>(&encode_value(&other), 300);
            assert!(read.is_err(), "{other:?}");
        }
    }
}
