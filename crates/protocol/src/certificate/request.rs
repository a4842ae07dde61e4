//! Requests for certificates (PKCS#10, RFC 2986): a service party proves that it holds the key.

use super::encode::{
    alternative_name, cannot, extension, key_usage_for, name_of, public_key, signed_der,
};
use super::extensions::{find, only_domain};
use super::parse::{malformed, only_name};
use super::profile::{ORGANIZATION, PSS_ALGORITHM, role_from_oid};
use super::{Certificate, CertificateError};
use crate::identifier::{Domain, Role};
use crate::signature::{public_key_from_spki, verify_pss};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use const_oid::AssociatedOid;
use der::asn1::SetOfVec;
use der::{Decode, Encode};
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};

/// A request that lacks nothing but the signature of the key it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedRequest(Vec<u8>);

impl UnsignedRequest {
    /// Asks for a certificate for this role, domain, display name and key (DER).
    ///
    /// # Errors
    /// [`CertificateError`] if something does not fit the profile.
    pub fn new(
        role: Role,
        domain: &Domain,
        name: &str,
        spki: &[u8],
    ) -> Result<Self, CertificateError> {
        let extensions = ExtensionReq(vec![
            extension(true, &key_usage_for(role)?)?,
            extension(false, &alternative_name(domain)?)?,
        ]);
        let attribute = Attribute::try_from(extensions).map_err(cannot("it cannot be encoded"))?;
        CertReqInfo {
            version: Version::V1,
            subject: name_of(ORGANIZATION, name)?,
            public_key: public_key(spki)?,
            attributes: SetOfVec::try_from(vec![attribute])
                .map_err(cannot("it cannot be encoded"))?,
        }
        .to_der()
        .map(Self)
        .map_err(cannot("it cannot be encoded"))
    }

    /// The bytes for the key to sign with RSASSA-PSS and SHA-256.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.0
    }

    /// Puts the signature to it; the result is DER.
    ///
    /// # Errors
    /// [`CertificateError`] if the result cannot be encoded.
    pub fn finish(self, signature: &[u8]) -> Result<Vec<u8>, CertificateError> {
        signed_der(&self.0, signature)
    }
}

/// A request whose signature was verified. Whether the asker owns the domain is not known from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The role asked for.
    pub role: Role,
    /// The domain asked for.
    pub domain: Domain,
    /// The display name asked for.
    pub name: String,
    /// The key to be certified (subject public key info, DER).
    pub public_key: Vec<u8>,
}

impl CertificateRequest {
    /// Reads a request (DER, no longer than a certificate) and verifies that its key signed it.
    ///
    /// # Errors
    /// [`CertificateError`] says what does not hold.
    pub fn verify(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > Certificate::MAX_LEN {
            return Err(CertificateError::TooLong(der.len()));
        }
        let request = CertReq::from_der(der).map_err(malformed)?;
        if request.to_der().map_err(malformed)? != der {
            return Err(CertificateError::Malformed);
        }
        if request.algorithm.to_der().map_err(malformed)? != PSS_ALGORITHM {
            return Err(CertificateError::UnsupportedAlgorithm);
        }
        let spki = request.info.public_key.to_der().map_err(malformed)?;
        let key = public_key_from_spki(&spki).map_err(|_| CertificateError::UnsupportedKey)?;
        let content = request.info.to_der().map_err(malformed)?;
        let signature = request
            .signature
            .as_bytes()
            .ok_or(CertificateError::Malformed)?;
        verify_pss(&key, &content, signature).map_err(|_| CertificateError::BadSignature)?;

        let extensions = requested_extensions(&request.info)?;
        let roles = find::<ExtendedKeyUsage>(&extensions)?.map_or_else(Vec::new, |usage| usage.0);
        let [role] = roles.as_slice() else {
            return Err(CertificateError::Profile("it does not name one role"));
        };
        let role = role_from_oid(*role)
            .filter(|role| *role != Role::Holder)
            .ok_or(CertificateError::Profile(
                "its role is not a service party's",
            ))?;
        Ok(Self {
            role,
            domain: only_domain(find(&extensions)?)?,
            name: only_name(&request.info.subject, ORGANIZATION)?,
            public_key: spki,
        })
    }
}

fn requested_extensions(info: &CertReqInfo) -> Result<Vec<Extension>, CertificateError> {
    const WRONG: CertificateError =
        CertificateError::Profile("it does not ask for one role and domain");
    let [attribute] = info.attributes.as_slice() else {
        return Err(WRONG);
    };
    let [value] = attribute.values.as_slice() else {
        return Err(WRONG);
    };
    if attribute.oid != ExtensionReq::OID {
        return Err(WRONG);
    }
    let extensions: Vec<Extension> = value.decode_as().map_err(malformed)?;
    if extensions.len() == 2 {
        Ok(extensions)
    } else {
        Err(WRONG)
    }
}
