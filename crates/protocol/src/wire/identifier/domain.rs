//! A service party's name: its domain.

use alloc::{borrow::ToOwned, string::String};
use core::{fmt, str::FromStr};

use super::IdentifierError;

/// The longest domain name, in bytes (RFC 1035 §2.3.4, without the final dot).
pub const DOMAIN_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;
/// The one name of a single label (RFC 6761 §6.3).
const LOCALHOST: &str = "localhost";

/// A host name in the one spelling in which names are compared and hashed: lower-case letters,
/// digits and inner hyphens (RFC 1123 §2.1; international names in their `xn--` form), no final dot,
/// at most [`DOMAIN_BYTES_MAX`] bytes. The last label is never a number, decimal or hexadecimal, so what a
/// URL parser takes for an IPv4 address is none (WHATWG URL, "ends in a number checker"). A label alone
/// is none either, because it names something in whoever's own network; `localhost` is an exception.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

impl Domain {
    /// Takes a name that is already in this spelling.
    ///
    /// # Errors
    /// [`IdentifierError::Domain`] for anything else, upper-case letters included.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let last = text.rsplit('.').next().unwrap_or_default();
        let valid = text.len() <= DOMAIN_BYTES_MAX
            && text.split('.').all(is_label)
            && !is_number(last)
            && (last != text || text == LOCALHOST);
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdentifierError::Domain)
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a URL parser reads the label as a number.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x");
    label.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    (1..=LABEL_BYTES_MAX).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && bytes.first() != Some(&b'-')
        && bytes.last() != Some(&b'-')
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Domain({})", self.0)
    }
}

impl AsRef<str> for Domain {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Domain {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        Self::parse(text)
    }
}

impl<C> minicbor::Encode<C> for Domain {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Domain {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::parse(d.str()?).map_err(minicbor::decode::Error::message)
    }
}

impl<C> minicbor::CborLen<C> for Domain {
    fn cbor_len(&self, context: &mut C) -> usize {
        self.0.as_str().cbor_len(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn ordinary_names_are_domains() {
        for name in [
            "kiso-tea.localhost",
            "localhost",
            "xn--ls8h.example",
            "3com.example",
            "0x7f.example",
            "a.b.0xyz",
            "a.b.c.d",
        ] {
            assert_eq!(Domain::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let long_label = "a".repeat(64) + ".example";
        let long_name = "a.".repeat(126) + "ab";
        let names = [
            "",
            ".",
            "example.",
            ".example",
            "a..b",
            "Kiso.example",
            "-a.example",
            "a-.example",
            "a_b.example",
            "kiso tea",
            "kiso.example:8787",
            "https://kiso.example",
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "0x7f.0x1",
            "127.0.0.0x1",
            "kiso.0x",
            "kiso.0xab",
            "2130706433",
            "0177.0.0.01",
            "router",
            "intranet",
            "[::1]",
            "木曽.example",
            &long_label,
            &long_name,
        ];
        for name in names {
            assert_eq!(Domain::parse(name), Err(IdentifierError::Domain), "{name}");
        }
        assert!(Domain::parse(&("a.".repeat(126) + "a")).is_ok());
    }

    #[test]
    fn a_domain_is_checked_when_decoded() {
        let name = Domain::parse("hayate.localhost").unwrap();
        let bytes = minicbor::to_vec(&name).unwrap();
        assert_eq!(minicbor::len(&name), bytes.len());
        assert_eq!(minicbor::decode::<Domain>(&bytes).unwrap(), name);
        assert_eq!(name.to_string(), "hayate.localhost");
        let wrong = minicbor::to_vec("Hayate.localhost").unwrap();
        assert!(minicbor::decode::<Domain>(&wrong).is_err());
    }
}
