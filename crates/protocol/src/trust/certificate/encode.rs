//! The pieces that certificates and requests for them are made of.

use super::profile::{PSS_ALGORITHM, is_presentable, role_to_oid};
use super::{Certificate, CertificateError};
use crate::trust::signature::VerifyingKey;
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;
use alloc::vec;
use alloc::vec::Vec;
use const_oid::AssociatedOid;
use core::time::Duration;
use der::asn1::{
    Any, BitString, Ia5String, ObjectIdentifier, OctetString, SetOfVec, Utf8StringRef,
};
use der::{DateTime, Decode, Encode, Sequence};
use sha2::{Digest, Sha256};
use x509_cert::SubjectPublicKeyInfo;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::time::Time;

/// What is signed, the algorithm, the signature: the outer form of certificates and of requests for them.
#[derive(Sequence)]
struct SignedDer {
    content: Any,
    algorithm: Any,
    signature: BitString,
}

/// Wraps signed content, algorithm and signature into one sequence.
pub(super) fn signed_der(content: &[u8], signature: &[u8]) -> Result<Vec<u8>, CertificateError> {
    SignedDer {
        content: Any::from_der(content).map_err(cannot("its content is malformed"))?,
        algorithm: pss_algorithm()?,
        signature: BitString::from_bytes(signature).map_err(cannot("its signature is unusable"))?,
    }
    .to_der()
    .map_err(cannot("it cannot be encoded"))
}

pub(super) fn leaf_extensions(
    root: &Certificate,
    role: Role,
    spki: &[u8],
) -> Result<Extensions, CertificateError> {
    let authority_key = OctetString::new(root.subject_key_id.as_slice())
        .map_err(cannot("the root has no key identifier"))?;
    Ok(vec![
        extension(
            true,
            &BasicConstraints {
                ca: false,
                path_len_constraint: None,
            },
        )?,
        extension(true, &KeyUsage(KeyUsages::DigitalSignature.into()))?,
        extension(true, &key_usage_for(role)?)?,
        extension(false, &subject_key(spki)?)?,
        extension(
            false,
            &AuthorityKeyIdentifier {
                key_identifier: Some(authority_key),
                ..AuthorityKeyIdentifier::default()
            },
        )?,
    ])
}

pub(super) fn key_usage_for(role: Role) -> Result<ExtendedKeyUsage, CertificateError> {
    let oid = role_to_oid(role).ok_or(CertificateError::CannotBuild("the role is unknown"))?;
    Ok(ExtendedKeyUsage(vec![oid]))
}

pub(super) fn alternative_name(domain: &Domain) -> Result<SubjectAltName, CertificateError> {
    let name = Ia5String::new(domain.as_str()).map_err(cannot("the domain is unusable"))?;
    Ok(SubjectAltName(vec![GeneralName::DnsName(name)]))
}

pub(super) fn extension<T: AssociatedOid + Encode>(
    critical: bool,
    value: &T,
) -> Result<Extension, CertificateError> {
    let value = value
        .to_der()
        .map_err(cannot("an extension cannot be encoded"))?;
    Ok(Extension {
        extn_id: T::OID,
        critical,
        extn_value: OctetString::new(value).map_err(cannot("an extension is too long"))?,
    })
}

/// The key's identifier: the first 20 bytes of SHA-256 over it (RFC 7093 §2, method 1).
pub(super) fn subject_key(spki: &[u8]) -> Result<SubjectKeyIdentifier, CertificateError> {
    let key = public_key(spki)?;
    let digest = Sha256::digest(key.subject_public_key.raw_bytes());
    let id = digest.get(..20).unwrap_or_default();
    OctetString::new(id)
        .map(SubjectKeyIdentifier)
        .map_err(cannot("the key has no identifier"))
}

pub(super) fn public_key(spki: &[u8]) -> Result<SubjectPublicKeyInfo, CertificateError> {
    VerifyingKey::from_spki(spki).map_err(|_| CertificateError::UnsupportedKey)?;
    SubjectPublicKeyInfo::from_der(spki).map_err(|_| CertificateError::UnsupportedKey)
}

pub(super) fn name_of(attribute: ObjectIdentifier, text: &str) -> Result<Name, CertificateError> {
    const REASON: &str = "a name needs 1 to 64 printable characters";
    if !is_presentable(text) {
        return Err(CertificateError::CannotBuild(REASON));
    }
    let value = Utf8StringRef::new(text).map_err(cannot(REASON))?;
    let attribute = AttributeTypeAndValue {
        oid: attribute,
        value: Any::encode_from(&value).map_err(cannot(REASON))?,
    };
    let set = SetOfVec::try_from(vec![attribute]).map_err(cannot(REASON))?;
    RdnSequence::from(vec![RelativeDistinguishedName::from(set)])
        .to_der()
        .and_then(|der| Name::from_der(&der))
        .map_err(cannot(REASON))
}

pub(super) fn pss_algorithm() -> Result<Any, CertificateError> {
    Any::from_der(&PSS_ALGORITHM).map_err(cannot("its algorithm cannot be encoded"))
}

pub(super) fn time(timestamp: Timestamp) -> Result<Time, CertificateError> {
    DateTime::from_unix_duration(Duration::from_secs(timestamp.seconds()))
        .map(Time::from)
        .map_err(cannot("it would be valid beyond the year 9999"))
}

pub(super) fn cannot(reason: &'static str) -> impl Fn(der::Error) -> CertificateError {
    move |_| CertificateError::CannotBuild(reason)
}
