//! Walking through DER (X.690 §10), one element after the other.
//!
//! Certificates are read this way, and not into the `x509-cert` crate's types, because a wallet would
//! otherwise carry about 100 KB of WebAssembly for kinds of certificates that it refuses anyway, and
//! another 30 KB for a reader of every DER there is: these have tags of one byte and are short.

use super::CertificateError;

/// The first byte of an element.
pub(crate) mod tag {
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// `[0]` and `[2]` around something primitive, `[0]` and `[3]` around other elements.
    pub(crate) const PRIMITIVE_0: u8 = 0x80;
    pub(crate) const PRIMITIVE_2: u8 = 0x82;
    pub(crate) const CONSTRUCTED_0: u8 = 0xa0;
    pub(crate) const CONSTRUCTED_3: u8 = 0xa3;
}

/// One element: its tag, the bytes of its content, all its bytes, and the bytes after it.
struct Split<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
    rest: &'a [u8],
}

/// Splits off the first element. Lengths are those of DER: definite, in as few bytes as possible,
/// here at most three beside the first: a revocation list is longer than 64 KiB.
fn split(bytes: &[u8]) -> Option<Split<'_>> {
    let (head, length) = match *bytes {
        [_, length @ 0..=0x7f, ..] => (2, length.into()),
        [_, 0x81, length @ 0x80..=0xff, ..] => (3, length.into()),
        [_, 0x82, high @ 0x01..=0xff, low, ..] => (4, u32::from_be_bytes([0, 0, high, low])),
        [_, 0x83, high @ 0x01..=0xff, middle, low, ..] => {
            (5, u32::from_be_bytes([0, high, middle, low]))
        }
        _ => return None,
    };
    let (whole, rest) = bytes.split_at_checked(head + usize::try_from(length).ok()?)?;
    let (first, content) = (whole.first()?, whole.get(head..)?);
    Some(Split {
        tag: *first,
        content,
        whole,
        rest,
    })
}

/// The elements inside a constructed element.
pub(crate) struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// The elements inside `der`, which is exactly one element with that tag.
    pub(crate) fn inside(der: &'a [u8], tag: u8) -> Result<Self, CertificateError> {
        value(der, tag).map(Self)
    }

    /// The next element as it is, with tag and length.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], CertificateError> {
        let next = split(self.0).ok_or(CertificateError::Malformed)?;
        self.0 = next.rest;
        Ok(next.whole)
    }

    /// The content of the next element, which has that tag.
    pub(crate) fn value(&mut self, tag: u8) -> Result<&'a [u8], CertificateError> {
        value(self.raw()?, tag)
    }

    /// The elements inside the next one, which has that tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Result<Self, CertificateError> {
        self.value(tag).map(Self)
    }

    /// The content of the next element, an object identifier.
    pub(crate) fn oid(&mut self) -> Result<&'a [u8], CertificateError> {
        self.value(tag::OBJECT_IDENTIFIER)
    }

    /// Whether there are no more.
    pub(crate) const fn is_finished(&self) -> bool {
        self.0.is_empty()
    }

    /// Requires that there are no more.
    pub(crate) fn end(self) -> Result<(), CertificateError> {
        if self.is_finished() {
            Ok(())
        } else {
            Err(CertificateError::Malformed)
        }
    }
}

/// The content of `der`, which is exactly one element with that tag.
#[inline(never)]
pub(crate) fn value(der: &[u8], tag: u8) -> Result<&[u8], CertificateError> {
    match split(der) {
        Some(element) if element.tag == tag && element.rest.is_empty() => Ok(element.content),
        _ => Err(CertificateError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_one_form() {
        assert_eq!(value(&[0x04, 1, 7], tag::OCTET_STRING), Ok(&[7][..]));
        for wrong in [
            &[0x04][..],
            &[0x04, 2, 7],
            &[0x04, 1, 7, 7],
            &[0x04, 0x80, 7, 0, 0],
            &[0x04, 0x81, 1, 7],
            &[0x04, 0x82, 0, 1, 7],
            &[0x04, 0x83, 0, 0, 1, 7],
            &[0x04, 0x84, 0, 0, 0, 1, 7],
        ] {
            assert_eq!(
                value(wrong, tag::OCTET_STRING),
                Err(CertificateError::Malformed)
            );
        }
        for length in [0x80, 0xff, 0x100, 0x1234, 0xffff, 0x1_0000, 0x3_1234] {
            let mut der = alloc::vec![7; length];
            let [_, high, middle, low] = u32::try_from(length).unwrap().to_be_bytes();
            match (high, middle) {
                (0, 0) => der.splice(0..0, alloc::vec![0x04, 0x81, low]),
                (0, _) => der.splice(0..0, alloc::vec![0x04, 0x82, middle, low]),
                _ => der.splice(0..0, alloc::vec![0x04, 0x83, high, middle, low]),
            };
            assert_eq!(value(&der, tag::OCTET_STRING).unwrap().len(), length);
        }
    }

    #[test]
    fn elements_come_one_after_the_other() {
        let mut elements =
            Elements::inside(&[0x30, 5, 0x02, 1, 9, 0x06, 0], tag::SEQUENCE).unwrap();
        assert_eq!(elements.value(tag::INTEGER), Ok(&[9][..]));
        assert_eq!(elements.oid(), Ok(&[][..]));
        assert!(elements.raw().is_err());
        assert!(elements.end().is_ok());
    }
}
