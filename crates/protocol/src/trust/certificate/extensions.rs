//! The extensions of a certificate, and what they say it is for.

use super::CertificateError;
use super::elements::{Elements, tag, value};
use super::profile::role_from_oid;
use crate::wire::identifier::{Domain, Role};
use alloc::vec::Vec;
use der::asn1::ObjectIdentifier;

/// subjectKeyIdentifier (RFC 5280 §4.2.1.2).
const SUBJECT_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
/// keyUsage (RFC 5280 §4.2.1.3).
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
/// subjectAltName (RFC 5280 §4.2.1.6).
pub(super) const ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
/// basicConstraints (RFC 5280 §4.2.1.9).
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
/// authorityKeyIdentifier (RFC 5280 §4.2.1.1).
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
/// extKeyUsage (RFC 5280 §4.2.1.12).
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

/// Basic constraints of a leaf: an empty sequence.
const NO_AUTHORITY: &[u8] = &[0x30, 0x00];
/// Basic constraints of a root, with a path length of zero and without.
const AUTHORITY: [&[u8]; 2] = [
    &[0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0x00],
    &[0x30, 0x03, 0x01, 0x01, 0xff],
];
/// Key usage of a leaf: digitalSignature.
const SIGNS: &[u8] = &[0x03, 0x02, 0x07, 0x80];
/// Key usage of a root: keyCertSign, with cRLSign and without.
const CERTIFIES: [&[u8]; 2] = [&[0x03, 0x02, 0x01, 0x06], &[0x03, 0x02, 0x02, 0x04]];

/// What a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Signs other certificates.
    Root,
    /// Signs as a holder; names no domain.
    Holder,
    /// Signs as a service party.
    Party {
        /// In which role.
        role: Role,
        /// Under which domain.
        domain: Domain,
    },
}

/// What the extensions say.
pub(super) struct Found {
    pub(super) purpose: Purpose,
    pub(super) subject_key_id: Vec<u8>,
    pub(super) authority_key_id: Option<Vec<u8>>,
}

/// Reads the sequence of extensions; each is known, at most once there, and the required ones are there.
pub(super) fn read(der: &[u8]) -> Result<Found, CertificateError> {
    let extensions = Extensions::read(der)?;
    extensions.refuse_unknown()?;
    extensions.require_criticality()?;
    let constraints = extensions.require(BASIC_CONSTRAINTS)?;
    let usage = extensions.require(KEY_USAGE)?;
    let roles = extensions.find(EXTENDED_KEY_USAGE);
    let names = extensions.find(ALTERNATIVE_NAME);
    let purpose = if AUTHORITY.contains(&constraints) {
        if !CERTIFIES.contains(&usage) || roles.is_some() || names.is_some() {
            return Err(CertificateError::Profile(
                "an authority does nothing but certify",
            ));
        }
        Purpose::Root
    } else if constraints == NO_AUTHORITY && usage == SIGNS {
        leaf(roles, names)?
    } else {
        return Err(CertificateError::Profile(
            "its key is not for signing alone",
        ));
    };
    Ok(Found {
        purpose,
        subject_key_id: value(extensions.require(SUBJECT_KEY)?, tag::OCTET_STRING)?.to_vec(),
        authority_key_id: extensions
            .find(AUTHORITY_KEY)
            .map(authority_key)
            .transpose()?,
    })
}

fn leaf(roles: Option<&[u8]>, names: Option<&[u8]>) -> Result<Purpose, CertificateError> {
    let role = only_role(roles)?;
    match (role, names) {
        (Role::Holder, None) => Ok(Purpose::Holder),
        (Role::Holder, Some(_)) => Err(CertificateError::Profile("a holder has no domain")),
        (_, names) => Ok(Purpose::Party {
            role,
            domain: only_domain(names)?,
        }),
    }
}

/// The role of an extended key usage that has exactly one entry.
pub(super) fn only_role(usage: Option<&[u8]>) -> Result<Role, CertificateError> {
    const WRONG: CertificateError = CertificateError::Profile("it does not name one role");
    let mut usages = Elements::inside(usage.ok_or(WRONG)?, tag::SEQUENCE)?;
    let role = usages.oid()?;
    if !usages.is_finished() {
        return Err(WRONG);
    }
    role_from_oid(role).ok_or(CertificateError::Profile("its role is unknown"))
}

/// The domain of a subject alternative name that has exactly one entry, a dNSName.
pub(super) fn only_domain(names: Option<&[u8]>) -> Result<Domain, CertificateError> {
    const WRONG: CertificateError = CertificateError::Profile("it does not name one domain");
    let mut names = Elements::inside(names.ok_or(WRONG)?, tag::SEQUENCE)?;
    let name = names
        .value(tag::PRIMITIVE_2)
        .map_err(|_| WRONG)
        .and_then(|name| core::str::from_utf8(name).map_err(|_| WRONG))?;
    if names.is_finished() {
        Domain::parse(name).map_err(|_| WRONG)
    } else {
        Err(WRONG)
    }
}

/// The key identifier of an authority key identifier that has nothing else.
pub(super) fn authority_key(der: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let mut identifier = Elements::inside(der, tag::SEQUENCE)?;
    let key = identifier.value(tag::PRIMITIVE_0)?.to_vec();
    identifier.end()?;
    Ok(key)
}

/// Extensions by their identifiers.
pub(super) struct Extensions<'a>(Vec<Extension<'a>>);

struct Extension<'a> {
    identifier: &'a [u8],
    is_critical: bool,
    content: &'a [u8],
}

/// Which extensions are critical, and which never are (RFC 5280 §4.2.1); the others may be either.
const CRITICAL: [(ObjectIdentifier, bool); 4] = [
    (BASIC_CONSTRAINTS, true),
    (KEY_USAGE, true),
    (SUBJECT_KEY, false),
    (AUTHORITY_KEY, false),
];

impl<'a> Extensions<'a> {
    /// Reads a sequence of extensions, of which none is there twice.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, CertificateError> {
        let mut elements = Elements::inside(der, tag::SEQUENCE)?;
        let mut read = Self(Vec::new());
        while !elements.is_finished() {
            let mut extension = elements.enter(tag::SEQUENCE)?;
            let identifier = extension.oid()?;
            let mut content = extension.raw()?;
            // TRUE or absent (X.690 §11.5).
            let is_critical = content == [0x01, 0x01, 0xff];
            if is_critical {
                content = extension.raw()?;
            }
            extension.end()?;
            if read.find_bytes(identifier).is_some() {
                return Err(CertificateError::Profile("it has an extension twice"));
            }
            read.0.push(Extension {
                identifier,
                is_critical,
                content: value(content, tag::OCTET_STRING)?,
            });
        }
        Ok(read)
    }

    /// The content of an extension.
    pub(super) fn find(&self, identifier: ObjectIdentifier) -> Option<&'a [u8]> {
        self.find_bytes(identifier.as_bytes())
    }

    fn find_bytes(&self, identifier: &[u8]) -> Option<&'a [u8]> {
        self.0
            .iter()
            .find(|found| found.identifier == identifier)
            .map(|found| found.content)
    }

    /// How many there are.
    #[cfg(feature = "certify")]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The contents of these, if they are there, none is critical, and there are no others.
    pub(super) fn only_plain<const N: usize>(
        &self,
        identifiers: [ObjectIdentifier; N],
    ) -> Option<[&'a [u8]; N]> {
        if self.0.len() != N || self.0.iter().any(|found| found.is_critical) {
            return None;
        }
        let mut contents: [&[u8]; N] = [&[]; N];
        for (content, identifier) in contents.iter_mut().zip(identifiers) {
            *content = self.find(identifier)?;
        }
        Some(contents)
    }

    fn require(&self, identifier: ObjectIdentifier) -> Result<&'a [u8], CertificateError> {
        self.find(identifier)
            .ok_or(CertificateError::Profile("a required extension is missing"))
    }

    fn require_criticality(&self) -> Result<(), CertificateError> {
        let is_as_said = |found: &Extension<'_>| {
            let mut said = CRITICAL.iter();
            said.all(|(identifier, is_critical)| {
                identifier.as_bytes() != found.identifier || *is_critical == found.is_critical
            })
        };
        if self.0.iter().all(is_as_said) {
            Ok(())
        } else {
            Err(CertificateError::Profile(
                "an extension is critical that is not, or the other way round",
            ))
        }
    }

    fn refuse_unknown(&self) -> Result<(), CertificateError> {
        let known = [
            SUBJECT_KEY,
            KEY_USAGE,
            ALTERNATIVE_NAME,
            BASIC_CONSTRAINTS,
            AUTHORITY_KEY,
            EXTENDED_KEY_USAGE,
        ];
        let is_known = |found: &[u8]| known.iter().any(|known| known.as_bytes() == found);
        if self.0.iter().all(|found| is_known(found.identifier)) {
            Ok(())
        } else {
            Err(CertificateError::Profile("it has an unknown extension"))
        }
    }
}
