//! Who may use the merchant's API: whoever shows a key that the shop's operator gave out.

use http::header::AUTHORIZATION;
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::office::fault::{Fault, Kind};
use crate::office::http::Incoming;

/// The shortest key, in bytes: 18 random bytes in base64.
const KEY_LEN_MIN: usize = 24;
/// The longest key, in bytes.
const KEY_LEN_MAX: usize = 200;
/// The longest name of a key, in bytes.
const NAME_LEN_MAX: usize = 32;
/// Most keys of one shop.
const KEYS_MAX: usize = 16;

/// A key of the merchant's own server.
#[derive(Clone)]
pub struct ApiKey {
    name: String,
    key: Zeroizing<String>,
}

impl ApiKey {
    /// Reads "NAME=KEY;NAME=KEY": names of 1 to 32 lower-case letters, digits and hyphens, each once; keys of 24 to 200
    /// visible ASCII characters; at most 16. `None` if it is anything else.
    #[must_use]
    pub fn parse_all(text: &str) -> Option<Vec<Self>> {
        let keys = text.split(';').map(str::trim);
        let keys = keys.filter(|one| !one.is_empty()).map(Self::parse);
        let keys: Vec<Self> = keys.collect::<Option<_>>()?;
        let is_new = |(at, key): (usize, &Self)| keys[..at].iter().all(|one| one.name != key.name);
        let are_each_once = keys.iter().enumerate().all(is_new);
        (are_each_once && keys.len() <= KEYS_MAX).then_some(keys)
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, key) = text.split_once('=')?;
        let (name, key) = (name.trim(), key.trim());
        let is_of_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let is_name = (1..=NAME_LEN_MAX).contains(&name.len()) && name.bytes().all(is_of_name);
        let is_key = (KEY_LEN_MIN..=KEY_LEN_MAX).contains(&key.len())
            && key.bytes().all(|c| c.is_ascii_graphic());
        (is_name && is_key).then(|| Self {
            name: name.to_owned(),
            key: Zeroizing::new(key.to_owned()),
        })
    }

    /// What the operator calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The key that a request shows as a bearer token (RFC 6750 §2.1). Each is compared in constant time, and all of them.
///
/// # Errors
/// [`Kind::NotFound`] if there are no keys, as if there were no such API; [`Kind::Unauthorised`] without one of them.
pub(super) fn shown<'k>(keys: &'k [ApiKey], request: &Incoming) -> Result<&'k ApiKey, Fault> {
    if keys.is_empty() {
        return Err(Fault::not_found());
    }
    let given = request.headers().get(AUTHORIZATION);
    let given = given.and_then(|value| value.as_bytes().split_at_checked(BEARER.len()));
    let given = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(BEARER));
    let given = given.map_or(&b""[..], |(_, token)| token);
    let mut found = None;
    for key in keys {
        let is_it: Choice = given.ct_eq(key.key.as_bytes());
        if bool::from(is_it) {
            found = Some(key);
        }
    }
    let said = "Show an API key of this shop: Authorization: Bearer, and the key.";
    found.ok_or_else(|| Fault::new(Kind::Unauthorised, said))
}

/// The scheme and the space after it; the scheme in any case (RFC 9110 §11.1).
const BEARER: &[u8] = b"bearer ";

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    const KEY: &str = "abcdefghijklmnopqrstuvwx";

    fn asked(authorization: Option<&str>) -> Incoming {
        let mut request = Request::get("https://shop.example/v1/merchant/orders");
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        request.body(Vec::new()).unwrap()
    }

    #[test]
    fn keys_have_names_and_are_long() {
        let keys = ApiKey::parse_all(&format!("server={KEY}; backup-2 = {KEY}==;")).unwrap();
        let names: Vec<_> = keys.iter().map(ApiKey::name).collect();
        assert_eq!(names, ["server", "backup-2"]);
        assert!(ApiKey::parse_all("").unwrap().is_empty());
        for wrong in [
            KEY.to_owned(),
            format!("={KEY}"),
            format!("Server={KEY}"),
            format!("server={}", &KEY[1..]),
            format!("server={KEY} {KEY}"),
            format!("server={KEY};server={KEY}2"),
            format!("{}={KEY}", "a".repeat(33)),
            format!("server={}", "a".repeat(201)),
        ] {
            assert!(ApiKey::parse_all(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_request_without_a_key_of_the_shop_is_refused() {
        let keys = ApiKey::parse_all(&format!("server={KEY};second={KEY}2")).unwrap();
        let shown = |value: Option<&str>| {
            super::shown(&keys, &asked(value)).map(|key| key.name().to_owned())
        };
        assert_eq!(shown(Some(&format!("Bearer {KEY}"))).unwrap(), "server");
        assert_eq!(shown(Some(&format!("bearer {KEY}2"))).unwrap(), "second");
        for wrong in [
            None,
            Some(""),
            Some("Bearer "),
            Some(KEY),
            Some(&format!("Basic {KEY}")),
            Some(&format!("Bearer {KEY}3")),
            Some(&format!("Bearer  {KEY}")),
        ] {
            assert_eq!(
                shown(wrong).unwrap_err().kind,
                Kind::Unauthorised,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn without_keys_there_is_no_api() {
        let request = asked(Some(&format!("Bearer {KEY}")));
        let refused = super::shown(&[], &request).map(ApiKey::name);
        assert_eq!(refused.unwrap_err().kind, Kind::NotFound);
    }
}
