//! The extensions of a certificate, and what they say it is for.

use super::CertificateError;
use super::parse::malformed;
use super::profile::role_from_oid;
use crate::identifier::{Domain, Role};
use alloc::vec::Vec;
use const_oid::AssociatedOid;
use der::DecodeOwned;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};

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

/// Reads all extensions; each is known, at most once there, and the required ones are there.
pub(super) fn read(extensions: &[Extension]) -> Result<Found, CertificateError> {
    refuse_unknown_and_repeated(extensions)?;
    let constraints: BasicConstraints = require(extensions, "basic constraints are missing")?;
    let usage: KeyUsage = require(extensions, "the key usage is missing")?;
    let roles: Option<ExtendedKeyUsage> = find(extensions)?;
    let names: Option<SubjectAltName> = find(extensions)?;
    let subject_key: SubjectKeyIdentifier = require(extensions, "the key identifier is missing")?;
    let authority_key: Option<AuthorityKeyIdentifier> = find(extensions)?;

    let purpose = if constraints.ca {
        root(&usage, roles.is_some() || names.is_some())?
    } else {
        leaf(&usage, roles, names)?
    };
    Ok(Found {
        purpose,
        subject_key_id: subject_key.0.as_bytes().to_vec(),
        authority_key_id: authority_key
            .and_then(|id| id.key_identifier)
            .map(|id| id.as_bytes().to_vec()),
    })
}

fn root(usage: &KeyUsage, names_a_party: bool) -> Result<Purpose, CertificateError> {
    if names_a_party || !usage.key_cert_sign() || usage.digital_signature() {
        return Err(CertificateError::Profile(
            "an authority does nothing but certify",
        ));
    }
    Ok(Purpose::Root)
}

fn leaf(
    usage: &KeyUsage,
    roles: Option<ExtendedKeyUsage>,
    names: Option<SubjectAltName>,
) -> Result<Purpose, CertificateError> {
    if usage.0 != KeyUsages::DigitalSignature {
        return Err(CertificateError::Profile(
            "its key is not for signing alone",
        ));
    }
    let roles = roles.map_or_else(Vec::new, |usage| usage.0);
    let [role] = roles.as_slice() else {
        return Err(CertificateError::Profile("it does not name one role"));
    };
    let role = role_from_oid(*role).ok_or(CertificateError::Profile("its role is unknown"))?;
    match (role, names) {
        (Role::Holder, None) => Ok(Purpose::Holder),
        (Role::Holder, Some(_)) => Err(CertificateError::Profile("a holder has no domain")),
        (_, names) => Ok(Purpose::Party {
            role,
            domain: only_domain(names)?,
        }),
    }
}

/// The domain of a subject alternative name that has exactly one entry, a dNSName.
pub(super) fn only_domain(names: Option<SubjectAltName>) -> Result<Domain, CertificateError> {
    const WRONG: CertificateError = CertificateError::Profile("it does not name one domain");
    let names = names.map_or_else(Vec::new, |names| names.0);
    let [GeneralName::DnsName(domain)] = names.as_slice() else {
        return Err(WRONG);
    };
    Domain::parse(domain.as_str()).map_err(|_| WRONG)
}

fn refuse_unknown_and_repeated(extensions: &[Extension]) -> Result<(), CertificateError> {
    let known = [
        BasicConstraints::OID,
        KeyUsage::OID,
        ExtendedKeyUsage::OID,
        SubjectAltName::OID,
        SubjectKeyIdentifier::OID,
        AuthorityKeyIdentifier::OID,
    ];
    for (index, extension) in extensions.iter().enumerate() {
        let repeated = extensions
            .iter()
            .take(index)
            .any(|earlier| earlier.extn_id == extension.extn_id);
        if repeated || !known.contains(&extension.extn_id) {
            return Err(CertificateError::Profile(
                "it has an unknown or repeated extension",
            ));
        }
    }
    Ok(())
}

/// The extension of type `T`, if it is there.
pub(super) fn find<T: DecodeOwned<Error = der::Error> + AssociatedOid>(
    extensions: &[Extension],
) -> Result<Option<T>, CertificateError> {
    extensions
        .iter()
        .find(|extension| extension.extn_id == T::OID)
        .map(|extension| T::from_der(extension.extn_value.as_bytes()).map_err(malformed))
        .transpose()
}

fn require<T: DecodeOwned<Error = der::Error> + AssociatedOid>(
    extensions: &[Extension],
    sentence: &'static str,
) -> Result<T, CertificateError> {
    find(extensions)?.ok_or(CertificateError::Profile(sentence))
}
