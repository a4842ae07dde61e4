//! Making certificates, in two halves, because the authority's key may sit behind an asynchronous signer:
//! take [`UnsignedCertificate::to_be_signed`], sign it with RSASSA-PSS, and [`UnsignedCertificate::finish`].

use super::encode::{
    alternative_name, cannot, extension, leaf_extensions, name_of, pss_algorithm, public_key,
    signed_der, subject_key, time,
};
use super::extensions::Purpose;
use super::profile::{COMMON_NAME, ORGANIZATION};
use super::{Certificate, CertificateError, LIFETIME_DAYS_MAX};
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;
use alloc::vec;
use alloc::vec::Vec;
use der::asn1::Any;
use der::{Decode, Encode, Sequence};
use rand_core::CryptoRng;
use x509_cert::SubjectPublicKeyInfo;
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Validity;

/// A serial number: 16 bytes, of which 126 bits are random, so that none repeats or can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serial([u8; 16]);

impl Serial {
    /// A fresh serial number.
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        // Positive and always 16 bytes long (RFC 5280 §4.1.2.2).
        bytes[0] = bytes[0] & 0x7f | 0x40;
        Self(bytes)
    }

    /// The number, big-endian.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// When a certificate is valid, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The first second.
    pub not_before: Timestamp,
    /// The last second.
    pub not_after: Timestamp,
}

impl Lifetime {
    /// `days` days from `start`.
    #[must_use]
    pub const fn days(start: Timestamp, days: u64) -> Self {
        Self {
            not_before: start,
            not_after: start.plus_seconds(days * 86_400),
        }
    }
}

/// TBSCertificate (RFC 5280 §4.1) as we write it.
#[derive(Sequence)]
struct ToBeSigned {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: u8,
    serial: SerialNumber,
    algorithm: Any,
    issuer: Name,
    validity: Validity,
    subject: Name,
    public_key: SubjectPublicKeyInfo,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Extensions,
}

/// A certificate that lacks nothing but the authority's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedCertificate(Vec<u8>);

impl UnsignedCertificate {
    /// A self-signed root called `name`, for the key `spki` (DER).
    ///
    /// # Errors
    /// [`CertificateError`] if name, key or lifetime do not fit the profile.
    pub fn root(
        name: &str,
        spki: &[u8],
        serial: Serial,
        lifetime: Lifetime,
    ) -> Result<Self, CertificateError> {
        let subject = name_of(COMMON_NAME, name)?;
        let extensions = vec![
            extension(
                true,
                &BasicConstraints {
                    ca: true,
                    path_len_constraint: Some(0),
                },
            )?,
            extension(true, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))?,
            extension(false, &subject_key(spki)?)?,
        ];
        Self::new(subject.clone(), subject, spki, serial, lifetime, extensions)
    }

    /// A certificate by `root` for a service party: its role, domain, display name and key (DER).
    ///
    /// # Errors
    /// [`CertificateError`] if something does not fit the profile, or the role is the holder's.
    pub fn party(
        root: &Certificate,
        (role, domain, name): (Role, &Domain, &str),
        spki: &[u8],
        serial: Serial,
        lifetime: Lifetime,
    ) -> Result<Self, CertificateError> {
        if role == Role::Holder {
            return Err(CertificateError::CannotBuild(
                "a holder is no service party",
            ));
        }
        let mut extensions = leaf_extensions(root, role, spki)?;
        extensions.push(extension(false, &alternative_name(domain)?)?);
        Self::leaf(
            root,
            name_of(ORGANIZATION, name)?,
            spki,
            serial,
            lifetime,
            extensions,
        )
    }

    /// A certificate by `root` for a holder: an account label that names nobody, and the card's key (DER).
    ///
    /// # Errors
    /// [`CertificateError`] if something does not fit the profile.
    pub fn holder(
        root: &Certificate,
        label: &str,
        spki: &[u8],
        serial: Serial,
        lifetime: Lifetime,
    ) -> Result<Self, CertificateError> {
        let extensions = leaf_extensions(root, Role::Holder, spki)?;
        Self::leaf(
            root,
            name_of(COMMON_NAME, label)?,
            spki,
            serial,
            lifetime,
            extensions,
        )
    }

    fn leaf(
        root: &Certificate,
        subject: Name,
        spki: &[u8],
        serial: Serial,
        lifetime: Lifetime,
        extensions: Extensions,
    ) -> Result<Self, CertificateError> {
        if root.purpose != Purpose::Root {
            return Err(CertificateError::CannotBuild("the issuer is not a root"));
        }
        let seconds = lifetime.not_after.seconds_since(lifetime.not_before);
        if seconds > LIFETIME_DAYS_MAX * 86_400 || lifetime.not_after > root.not_after {
            return Err(CertificateError::LivesTooLong);
        }
        let issuer = Name::from_der(&root.subject).map_err(cannot("the root has no name"))?;
        Self::new(issuer, subject, spki, serial, lifetime, extensions)
    }

    fn new(
        issuer: Name,
        subject: Name,
        spki: &[u8],
        serial: Serial,
        lifetime: Lifetime,
        extensions: Extensions,
    ) -> Result<Self, CertificateError> {
        if lifetime.not_after <= lifetime.not_before {
            return Err(CertificateError::CannotBuild("it would never be valid"));
        }
        ToBeSigned {
            version: 2, // v3
            serial: SerialNumber::new(&serial.0)
                .map_err(cannot("its serial number is unusable"))?,
            algorithm: pss_algorithm()?,
            issuer,
            validity: Validity::new(time(lifetime.not_before)?, time(lifetime.not_after)?),
            subject,
            public_key: public_key(spki)?,
            extensions,
        }
        .to_der()
        .map(Self)
        .map_err(cannot("it cannot be encoded"))
    }

    /// Takes up a certificate again whose bytes to be signed were stored.
    #[must_use]
    pub const fn from_to_be_signed(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes for the authority to sign with RSASSA-PSS and SHA-256 (TBSCertificate, DER).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.0
    }

    /// Puts the authority's signature to it; the result is DER.
    ///
    /// # Errors
    /// [`CertificateError`] if the result is not a certificate of the profile.
    pub fn finish(self, signature: &[u8]) -> Result<Certificate, CertificateError> {
        Certificate::from_der(&signed_der(&self.0, signature)?)
    }
}
