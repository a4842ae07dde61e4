//! Addresses of mailboxes.

use core::fmt;
use core::str::FromStr;

use tallystick_protocol::wire::identifier::Domain;

/// The longest address in bytes (RFC 5321 §4.5.3.1.3, without the angle brackets).
const ADDRESS_BYTES_MAX: usize = 254;
/// The longest part before the sign @ in bytes (RFC 5321 §4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;

/// An address such as `aiko@example.jp`: a dot-string (RFC 5321 §4.1.2) at a domain, in ASCII. Quoted names, comments
/// and address literals are none here; so no address has a sign in it that could end a line or a command.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

/// Not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not an e-mail address.")]
pub struct AddressError;

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError)?;
        let domain = Domain::parse(&domain.to_ascii_lowercase()).map_err(|_| AddressError)?;
        let is_dot_string = local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
        let address = format!("{local}@{domain}");
        let fits = local.len() <= LOCAL_BYTES_MAX && address.len() <= ADDRESS_BYTES_MAX;
        (is_dot_string && fits)
            .then_some(Self(address))
            .ok_or(AddressError)
    }
}

/// RFC 5322 §3.2.3, `atext`.
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

impl Address {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose it is, is nobody's business who reads a log.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_name_at_a_domain() {
        for good in ["aiko@example.jp", "a.b+c_d@mail.example.jp", "x@localhost"] {
            assert_eq!(good.parse::<Address>().unwrap().as_str(), good);
        }
        let folded: Address = "Aiko@Example.JP".parse().unwrap();
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
            assert!(bad.parse::<Address>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_is_not_shown() {
        let address: Address = "aiko@example.jp".parse().unwrap();
        assert_eq!(format!("{address:?}"), "Address");
    }
}
