//! Ends of a movement as pages name them: `account:NUMBER`, `purse:NUMBER`, `prepaid:NUMBER`, `waiting:NUMBER`.

use tallystick_protocol::purse::Endpoint;

use crate::core::error::{ErrorKind, WalletError};

/// An end, as a page named it.
///
/// # Errors
/// [`ErrorKind::EndInvalid`].
pub fn parse(text: &str) -> Result<Endpoint, WalletError> {
    let end = text.split_once(':').and_then(|(kind, number)| {
        let number = number.trim();
        Some(match kind {
            "account" => Endpoint::Account(number.parse().ok()?),
            "purse" => Endpoint::Purse(number.parse().ok()?),
            "prepaid" => Endpoint::Prepaid(number.parse().ok()?),
            "waiting" => Endpoint::Waiting(number.parse().ok()?),
            _ => return None,
        })
    });
    end.ok_or_else(|| WalletError::new(ErrorKind::EndInvalid))
}

/// What an end is, and its number.
#[must_use]
pub fn parts(end: &Endpoint) -> (&'static str, String) {
    match end {
        Endpoint::Account(number) => ("account", number.to_string()),
        Endpoint::Purse(number) => ("purse", number.to_string()),
        Endpoint::Prepaid(number) => ("prepaid", number.to_string()),
        Endpoint::Waiting(number) => ("waiting", number.to_string()),
        Endpoint::Shop(domain) => ("shop", domain.as_str().to_owned()),
    }
}

/// As [`parse`] reads it.
#[must_use]
pub fn named(end: &Endpoint) -> String {
    let (kind, number) = parts(end);
    [kind, ":", &number].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_protocol::purse::PurseNumber;
    use tallystick_protocol::wire::identifier::TransactionId;

    #[test]
    fn an_end_is_read_as_it_is_named() {
        for end in [
            Endpoint::Account(17),
            Endpoint::Purse(PurseNumber([7; 16])),
            Endpoint::Prepaid(PurseNumber([8; 16])),
            Endpoint::Waiting(TransactionId([9; 32])),
        ] {
            assert_eq!(parse(&named(&end)), Ok(end));
        }
    }

    #[test]
    fn what_is_no_end_is_none() {
        for text in [
            "",
            "17",
            "account:",
            "account:-1",
            "purse:17",
            "shop:a.localhost",
        ] {
            let kind = parse(text).map_err(|error| error.kind);
            assert_eq!(kind, Err(ErrorKind::EndInvalid), "{text}");
        }
    }
}
