//! What a list is asked for: the part of an address behind the question mark, read strictly.

use crate::office::fault::Fault;
use crate::office::http::Incoming;

/// The most lines of a page.
pub(super) const LIMIT_MAX: usize = 100;
/// The lines of a page, if nothing is said.
const LIMIT: usize = 25;
/// By what the office names a shard to which it passes a request on.
const SHARD: &str = "shard";

/// Names with their values, each name once.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// The query of a request, in which only these names stand.
    ///
    /// # Errors
    /// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) for another name, one that is there twice, and what is
    /// encoded wrongly.
    pub fn of(request: &Incoming, names: &[&str]) -> Result<Self, Fault> {
        let query = request.uri().query().unwrap_or_default();
        let mut found: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = decoded(name).zip(decoded(value));
            let (name, value) = decoded.ok_or_else(|| {
                Fault::malformed("What is behind the question mark cannot be read.")
            })?;
            if name != SHARD && !names.contains(&name.as_str()) {
                let names = names.join(", ");
                return Err(Fault::malformed(format!("It can be asked for by {names}.")));
            }
            if found.iter().any(|(before, _)| *before == name) {
                return Err(Fault::malformed("Ask by each name once."));
            }
            found.push((name, value));
        }
        Ok(Self(found))
    }

    /// The value of this name, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// How many lines are asked for: `limit`, 1 to [`LIMIT_MAX`].
    ///
    /// # Errors
    /// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) if it is another number, or none.
    pub fn limit(&self) -> Result<usize, Fault> {
        let Some(text) = self.get("limit") else {
            return Ok(LIMIT);
        };
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let limit = text.parse().ok().filter(|_| is_digits);
        limit
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or_else(|| Fault::malformed("limit is a number from 1 to 100."))
    }
}

/// Text whose octets are written as RFC 3986 §2.1 has it, a space also as a plus sign.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let digits = core::str::from_utf8(&digits).ok()?;
                let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                is_hex.then(|| u8::from_str_radix(digits, 16).ok())??
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, Fault> {
        let request = http::Request::get(format!("https://shop.example/v1/merchant/orders?{text}"));
        Query::of(&request.body(Vec::new()).unwrap(), &["from", "limit"])
    }

    #[test]
    fn a_query_is_read_strictly() {
        let read = query("from=2026-11-27T00%3A00%3A00%2B09%3A00&limit=7&shard=00").unwrap();
        assert_eq!(read.get("from"), Some("2026-11-27T00:00:00+09:00"));
        assert_eq!(read.limit().unwrap(), 7);
        assert_eq!(query("").unwrap().limit().unwrap(), 25);
        for text in [
            "before=1",
            "from=1&from=2",
            "from=%zz",
            "from=%4",
            "%66rom=1&from=1",
            "from=%ff",
        ] {
            assert!(query(text).is_err(), "{text}");
        }
        for text in [
            "limit=0",
            "limit=101",
            "limit=",
            "limit=%2B7",
            "limit=7.0",
            "limit=ten",
        ] {
            assert!(query(text).unwrap().limit().is_err(), "{text}");
        }
    }
}
