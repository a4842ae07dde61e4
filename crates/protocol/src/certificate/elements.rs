//! Walking through DER (X.690 §10), one element after the other, on the `der` crate's reader.
//!
//! Certificates are read this way, and not into the `x509-cert` crate's types, because a wallet would
//! otherwise carry about 100 KB of WebAssembly for kinds of certificates that it refuses anyway.

use super::CertificateError;
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};

/// The elements inside a constructed element.
pub(super) struct Elements<'a>(Option<SliceReader<'a>>);

impl<'a> Elements<'a> {
    /// The elements inside `der`, which is exactly one element with that tag.
    pub(super) fn inside(der: &'a [u8], tag: Tag) -> Result<Self, CertificateError> {
        let content = value(der, tag)?;
        if content.is_empty() {
            return Ok(Self(None));
        }
        SliceReader::new(content)
            .map(|reader| Self(Some(reader)))
            .map_err(malformed)
    }

    /// The next element as it is, with tag and length.
    pub(super) fn raw(&mut self) -> Result<&'a [u8], CertificateError> {
        self.0
            .as_mut()
            .ok_or(CertificateError::Malformed)?
            .tlv_bytes()
            .map_err(malformed)
    }

    /// The content of the next element, which has that tag.
    pub(super) fn value(&mut self, tag: Tag) -> Result<&'a [u8], CertificateError> {
        value(self.raw()?, tag)
    }

    /// The elements inside the next one, which has that tag.
    pub(super) fn enter(&mut self, tag: Tag) -> Result<Self, CertificateError> {
        Self::inside(self.raw()?, tag)
    }

    /// The next element, an object identifier.
    pub(super) fn oid(&mut self) -> Result<ObjectIdentifier, CertificateError> {
        ObjectIdentifier::from_bytes(self.value(Tag::ObjectIdentifier)?)
            .map_err(|_| CertificateError::Malformed)
    }

    /// Whether there are no more.
    pub(super) fn is_finished(&self) -> bool {
        self.0.as_ref().is_none_or(Reader::is_finished)
    }

    /// Requires that there are no more.
    pub(super) fn end(self) -> Result<(), CertificateError> {
        if self.is_finished() {
            Ok(())
        } else {
            Err(CertificateError::Malformed)
        }
    }
}

/// The content of `der`, which is exactly one element with that tag.
pub(super) fn value(der: &[u8], tag: Tag) -> Result<&[u8], CertificateError> {
    let element = AnyRef::from_der(der).map_err(malformed)?;
    if element.tag() == tag {
        Ok(element.value())
    } else {
        Err(CertificateError::Malformed)
    }
}

/// The context-specific tag `[number]`.
pub(super) const fn context_tag(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(number),
    }
}

pub(super) fn malformed(_: der::Error) -> CertificateError {
    CertificateError::Malformed
}
