//! Reading one certificate. Everything that can be said about it alone is checked here.

use super::CertificateError;
use super::elements::{Elements, tag, value};
use super::extensions::{self, Purpose};
use super::moment;
use super::profile::{COMMON_NAME, ORGANIZATION, PSS_ALGORITHM, is_presentable};
use crate::trust::signature::VerifyingKey;
use crate::wire::identifier::Role;
use crate::wire::time::Timestamp;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use der::asn1::ObjectIdentifier;

/// `version [0] EXPLICIT INTEGER` with the value 2, which means version 3.
const VERSION_3: &[u8] = &[0xa0, 0x03, 0x02, 0x01, 0x02];

/// A certificate of this project's kind: well-formed and of a known profile. Whether to trust it is for
/// [`TrustAnchors`](super::TrustAnchors) to say.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    pub(super) to_be_signed: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) serial: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) name: String,
    pub(super) purpose: Purpose,
    pub(super) subject_key_id: Vec<u8>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) public_key: VerifyingKey,
}

impl Certificate {
    /// The longest accepted certificate in bytes.
    pub const LEN_MAX: usize = 4096;

    /// Reads a certificate.
    ///
    /// # Errors
    /// [`CertificateError`] for anything that is not exactly one certificate of this project's profile.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > Self::LEN_MAX {
            return Err(CertificateError::TooLong(der.len()));
        }
        let signed = Signed::read(der)?;
        let mut tbs = Elements::inside(signed.content, tag::SEQUENCE)?;
        if tbs.raw()? != VERSION_3 {
            return Err(CertificateError::Profile("it is not of version 3"));
        }
        let serial = positive(tbs.value(tag::INTEGER)?)?;
        if tbs.raw()? != PSS_ALGORITHM {
            return Err(CertificateError::UnsupportedAlgorithm);
        }
        let issuer = tbs.raw()?;
        let mut validity = tbs.enter(tag::SEQUENCE)?;
        let not_before = moment::read(validity.raw()?)?;
        let not_after = moment::read(validity.raw()?)?;
        validity.end()?;
        if not_after < not_before {
            // Within the skew of clocks it would be valid all the same.
            return Err(CertificateError::Profile("it ends before it begins"));
        }
        let subject = tbs.raw()?;
        let spki = tbs.raw()?;
        let mut extensions = tbs.enter(tag::CONSTRUCTED_3)?;
        tbs.end()?;
        let found = extensions::read(extensions.raw()?)?;
        extensions.end()?;
        let name_attribute = match found.purpose {
            Purpose::Party { .. } => ORGANIZATION,
            Purpose::Root | Purpose::Holder => COMMON_NAME,
        };
        Ok(Self {
            der: der.to_vec(),
            to_be_signed: signed.content.to_vec(),
            signature: signed.signature.to_vec(),
            serial: serial.to_vec(),
            issuer: issuer.to_vec(),
            subject: subject.to_vec(),
            name: only_name(subject, name_attribute)?,
            purpose: found.purpose,
            subject_key_id: found.subject_key_id,
            authority_key_id: found.authority_key_id,
            not_before,
            not_after,
            public_key: VerifyingKey::from_spki(spki)
                .map_err(|_| CertificateError::UnsupportedKey)?,
        })
    }

    /// The certificate as it was read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The display name of its owner. Not verified, except where it is a trusted root.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The role it is meant to certify; nothing for a root. Not verified.
    #[must_use]
    pub const fn claimed_role(&self) -> Option<Role> {
        match self.purpose {
            Purpose::Root => None,
            Purpose::Holder => Some(Role::Holder),
            Purpose::Party { role, .. } => Some(role),
        }
    }

    /// The first moment at which it is valid.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The key that is certified.
    #[must_use]
    pub const fn public_key(&self) -> &VerifyingKey {
        &self.public_key
    }

    /// Its serial number, up to 20 bytes, big-endian, without leading zeros.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The last moment at which it is valid; time to renew before.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("name", &self.name)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// What is signed and the signature: the outer form of certificates and of requests for them.
pub(super) struct Signed<'a> {
    pub(super) content: &'a [u8],
    pub(super) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, CertificateError> {
        let mut outer = Elements::inside(der, tag::SEQUENCE)?;
        let content = outer.raw()?;
        if outer.raw()? != PSS_ALGORITHM {
            return Err(CertificateError::UnsupportedAlgorithm);
        }
        let signature = outer.value(tag::BIT_STRING)?;
        outer.end()?;
        // The first byte counts unused bits, of which a signature has none.
        let Some((0, signature)) = signature.split_first() else {
            return Err(CertificateError::Malformed);
        };
        Ok(Self { content, signature })
    }
}

/// The longest serial number, in octets of its encoding (RFC 5280 §4.1.2.2).
const SERIAL_OCTETS_MAX: usize = 20;

/// The magnitude of a positive integer of at most [`SERIAL_OCTETS_MAX`].
pub(super) fn positive(integer: &[u8]) -> Result<&[u8], CertificateError> {
    let magnitude = match integer {
        [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => rest,
        [1..=0x7f, ..] => integer,
        _ => return Err(CertificateError::Malformed),
    };
    if integer.len() <= SERIAL_OCTETS_MAX {
        Ok(magnitude)
    } else {
        Err(CertificateError::Malformed)
    }
}

/// The text of a name (DER) that has exactly one attribute, of the kind `attribute`.
pub(super) fn only_name(
    name: &[u8],
    attribute: ObjectIdentifier,
) -> Result<String, CertificateError> {
    const WRONG: CertificateError =
        CertificateError::Profile("its subject name is not as expected");
    let mut sets = Elements::inside(name, tag::SEQUENCE)?;
    let mut set = sets.enter(tag::SET).map_err(|_| WRONG)?;
    let mut pair = set.enter(tag::SEQUENCE)?;
    let found = pair.oid()?;
    let text = pair.raw()?;
    pair.end()?;
    if found != attribute.as_bytes() || !set.is_finished() || !sets.is_finished() {
        return Err(WRONG);
    }
    let text = value(text, tag::UTF8_STRING).or_else(|_| value(text, tag::PRINTABLE_STRING));
    core::str::from_utf8(text.map_err(|_| WRONG)?)
        .ok()
        .filter(|text| is_presentable(text))
        .map(ToOwned::to_owned)
        .ok_or(WRONG)
}

#[cfg(test)]
mod tests {
    use super::positive;

    #[test]
    fn a_serial_number_has_at_most_20_octets_with_the_one_that_says_it_is_positive() {
        let long = |first: &[u8], octets: usize| {
            let mut integer = first.to_vec();
            integer.resize(octets, 0x11);
            positive(&integer).is_ok()
        };
        assert!(long(&[0x40], 20));
        assert!(long(&[0x00, 0x80], 20));
        assert!(!long(&[0x40], 21));
        assert!(!long(&[0x00, 0x80], 21));
        assert!(!long(&[0x80], 16), "negative");
        assert!(!long(&[0x00, 0x7f], 16), "a zero too many");
    }
}
