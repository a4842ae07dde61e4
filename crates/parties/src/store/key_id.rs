//! Which sealing key a sealed value wants: a head of twelve bytes before it. Values of before there were such heads have none.

use core::fmt;

use data_encoding::HEXLOWER;

/// How a head begins: what it is, and its version. One value in 2³² without a head begins so by chance.
const MARK: [u8; 4] = *b"TSK1";
/// Bytes of an id.
const ID_LENGTH: usize = 8;
/// Bytes of a head.
pub const HEAD_LENGTH: usize = MARK.len() + ID_LENGTH;

/// The name of a sealing key: the first 8 bytes of HMAC-SHA-256 under it over context and owner. It says nothing of the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub [u8; ID_LENGTH]);

/// As metrics, faults and operators say it: sixteen hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl KeyId {
    /// What stands before values under this key.
    #[must_use]
    pub fn head(&self) -> [u8; HEAD_LENGTH] {
        let mut head = [0; HEAD_LENGTH];
        head[..MARK.len()].copy_from_slice(&MARK);
        head[MARK.len()..].copy_from_slice(&self.0);
        head
    }
}

/// The key that a sealed value names, and what is sealed under it; `None` for a value without a head.
#[must_use]
pub fn named_in(sealed: &[u8]) -> Option<(KeyId, &[u8])> {
    let (head, rest) = parted(sealed);
    let id = head?.last_chunk::<ID_LENGTH>()?;
    Some((KeyId(*id), rest))
}

/// A value as its head and the rest, where a table keeps the two in columns of their own; without a head, `None` and all
/// of it. Put together again they are the value, whatever it is.
#[must_use]
pub fn parted(sealed: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match sealed.split_at_checked(HEAD_LENGTH) {
        Some((head, rest)) if head.starts_with(&MARK) => (Some(head), rest),
        _ => (None, sealed),
    }
}

/// The inverse of [`parted`].
#[must_use]
pub fn joined(head: Option<&[u8]>, rest: &[u8]) -> Vec<u8> {
    [head.unwrap_or_default(), rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_apart_and_put_together_whatever_it_is() {
        let id = KeyId([7; ID_LENGTH]);
        let with_head = [&id.head()[..], b"sealed"].concat();
        assert_eq!(named_in(&with_head), Some((id, &b"sealed"[..])));
        for value in [
            &with_head[..],
            &with_head[..11],
            b"TSK2 and 12 bytes more",
            b"",
        ] {
            let (head, rest) = parted(value);
            assert_eq!(joined(head, rest), value);
        }
        assert_eq!(named_in(b"TSK2 and 12 bytes more"), None);
        assert_eq!(named_in(&with_head[..11]), None);
    }

    #[test]
    fn an_id_is_shown_as_sixteen_digits() {
        let id = KeyId([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]);
        assert_eq!(id.to_string(), "00010203fcfdfeff");
        assert_eq!(format!("{id:?}"), "KeyId(00010203fcfdfeff)");
    }
}
