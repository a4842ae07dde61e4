//! Reading one certificate. Everything that can be said about it alone is checked here.

use super::CertificateError;
use super::extensions::{self, Purpose};
use super::profile::{COMMON_NAME, ORGANIZATION, PSS_ALGORITHM, is_presentable};
use crate::identifier::Role;
use crate::signature::public_key_from_spki;
use crate::time::Timestamp;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use der::asn1::{ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use der::{Decode, Encode};
use rsa::RsaPublicKey;
use x509_cert::name::Name;

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
    pub(super) public_key: RsaPublicKey,
}

impl Certificate {
    /// The longest accepted certificate in bytes.
    pub const MAX_LEN: usize = 4096;

    /// Reads a certificate.
    ///
    /// # Errors
    /// [`CertificateError`] for anything that is not exactly one certificate of this project's profile.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > Self::MAX_LEN {
            return Err(CertificateError::TooLong(der.len()));
        }
        let read = x509_cert::Certificate::from_der(der).map_err(malformed)?;
        if read.to_der().map_err(malformed)? != der {
            return Err(CertificateError::Malformed);
        }
        let tbs = read.tbs_certificate();
        if tbs.version() != x509_cert::Version::V3
            || tbs.issuer_unique_id().is_some()
            || tbs.subject_unique_id().is_some()
        {
            return Err(CertificateError::Profile("it is not of version 3"));
        }
        for algorithm in [tbs.signature(), read.signature_algorithm()] {
            if algorithm.to_der().map_err(malformed)? != PSS_ALGORITHM {
                return Err(CertificateError::UnsupportedAlgorithm);
            }
        }
        let spki = tbs.subject_public_key_info().to_der().map_err(malformed)?;
        let found = extensions::read(tbs.extensions().map_or(&[], Vec::as_slice))?;
        let name_attribute = match found.purpose {
            Purpose::Party { .. } => ORGANIZATION,
            Purpose::Root | Purpose::Holder => COMMON_NAME,
        };
        let validity = tbs.validity();
        Ok(Self {
            der: der.to_vec(),
            to_be_signed: tbs.to_der().map_err(malformed)?,
            signature: read
                .signature()
                .as_bytes()
                .ok_or(CertificateError::Malformed)?
                .to_vec(),
            serial: tbs.serial_number().as_bytes().to_vec(),
            issuer: tbs.issuer().to_der().map_err(malformed)?,
            subject: tbs.subject().to_der().map_err(malformed)?,
            name: only_name(tbs.subject(), name_attribute)?,
            purpose: found.purpose,
            subject_key_id: found.subject_key_id,
            authority_key_id: found.authority_key_id,
            not_before: Timestamp(validity.not_before.to_unix_duration().as_secs()),
            not_after: Timestamp(validity.not_after.to_unix_duration().as_secs()),
            public_key: public_key_from_spki(&spki)
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

/// The text of a name that has exactly one attribute, of the kind `attribute`.
pub(super) fn only_name(
    name: &Name,
    attribute: ObjectIdentifier,
) -> Result<String, CertificateError> {
    const WRONG: CertificateError =
        CertificateError::Profile("its subject name is not as expected");
    let mut attributes = name.iter();
    let (Some(only), None) = (attributes.next(), attributes.next()) else {
        return Err(WRONG);
    };
    if only.oid != attribute {
        return Err(WRONG);
    }
    let text = only
        .value
        .decode_as::<Utf8StringRef<'_>>()
        .map(|text| text.as_str().to_string())
        .or_else(|_| {
            only.value
                .decode_as::<PrintableStringRef<'_>>()
                .map(|text| text.as_str().to_string())
        })
        .map_err(|_| WRONG)?;
    if is_presentable(&text) {
        Ok(text)
    } else {
        Err(WRONG)
    }
}

pub(super) fn malformed(_: der::Error) -> CertificateError {
    CertificateError::Malformed
}
