//! Just enough JSON (RFC 8259): one member of an object, found without building a tree. The wallet
//! reads two small answers that are JSON, problems and identities; a whole parser would be the
//! largest part of them.

/// How deep values may be nested.
const DEPTH_MAX: usize = 8;

/// The text of a member's value in the outermost object, without the space around it.
#[must_use]
pub fn member<'a>(json: &'a [u8], name: &str) -> Option<&'a str> {
    let mut reader = Reader {
        rest: core::str::from_utf8(json).ok()?.trim_start(),
    };
    reader.expect('{')?;
    loop {
        let key = reader.string()?;
        reader.expect(':')?;
        let value = reader.value(DEPTH_MAX)?;
        if key == name {
            return Some(value);
        }
        reader.expect(',')?;
    }
}

/// The content of a value that is a string without escapes.
#[must_use]
pub fn plain_string(value: &str) -> Option<&str> {
    let content = value.strip_prefix('"')?.strip_suffix('"')?;
    (!content.contains(['\\', '"'])).then_some(content)
}

/// The numbers of a value that is an array of small whole numbers.
#[must_use]
pub fn numbers(value: &str) -> Option<Vec<u32>> {
    let content = value.strip_prefix('[')?.strip_suffix(']')?;
    if content.trim().is_empty() {
        return Some(Vec::new());
    }
    content
        .split(',')
        .map(|number| number.trim().parse().ok())
        .collect()
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn expect(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(wanted)?.trim_start();
        Some(())
    }

    /// The content of a string; escapes stay as they are.
    fn string(&mut self) -> Option<&'a str> {
        let content = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        let end = content.find(|symbol| {
            let ends = symbol == '"' && !escaped;
            escaped = symbol == '\\' && !escaped;
            ends
        })?;
        self.rest = content.get(end + 1..)?;
        content.get(..end)
    }

    fn value(&mut self, depth: usize) -> Option<&'a str> {
        let start = self.rest;
        match start.chars().next()? {
            '"' => {
                self.string()?;
            }
            open @ ('{' | '[') => self.skip_nested(open, depth.checked_sub(1)?)?,
            _ => {
                let end = start.find([',', '}', ']'])?;
                self.rest = start.get(end..)?;
            }
        }
        let length = start.len() - self.rest.len();
        start.get(..length).map(str::trim_end)
    }

    fn skip_nested(&mut self, open: char, depth: usize) -> Option<()> {
        let close = if open == '{' { '}' } else { ']' };
        self.expect(open)?;
        if self.expect(close).is_some() {
            return Some(());
        }
        loop {
            if open == '{' {
                self.string()?;
                self.expect(':')?;
            }
            self.value(depth)?;
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(close) {
                self.rest = rest;
                return Some(());
            }
            self.expect(',')?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_behind_others() {
        let json = br#" { "a" : [1, {"type":"no"}, []], "b\"" : "}\\", "type": "yes" , "n":7}"#;
        assert_eq!(member(json, "type").and_then(plain_string), Some("yes"));
        assert_eq!(member(json, "n"), Some("7"));
        assert_eq!(member(json, "missing"), None);
        let spaces = member(br#"{"spaces":[0, 12]}"#, "spaces");
        assert_eq!(spaces.and_then(numbers), Some(vec![0, 12]));
        assert_eq!(numbers("[]"), Some(vec![]));
        assert_eq!(numbers("[-1]"), None);
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        let deep = [b"{\"a\":".as_slice(), &[b'['; 100], b"}"].concat();
        for json in [
            b"".as_slice(),
            b"[]",
            b"{",
            b"{\"type",
            b"{\"type\"",
            b"{\"type\":",
            b"{\"type\":\"x",
            b"\xff",
            b"null",
            &deep,
        ] {
            assert_eq!(member(json, "type"), None);
        }
    }
}
