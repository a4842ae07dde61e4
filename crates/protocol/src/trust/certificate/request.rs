//! Requests for certificates (PKCS#10, RFC 2986): a service party proves that it holds the key.

use super::elements::{Elements, tag};
use super::encode::{
    alternative_name, cannot, extension, key_usage_for, name_of, public_key, signed_der,
};
use super::extensions::{ALTERNATIVE_NAME, EXTENDED_KEY_USAGE, Extensions, only_domain, only_role};
use super::parse::{Signed, only_name};
use super::profile::ORGANIZATION;
use super::{Certificate, CertificateError};
use crate::trust::signature::{public_key_from_spki, verify_pss};
use crate::wire::identifier::{Domain, Role};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use const_oid::AssociatedOid;
use der::Encode;
use der::asn1::SetOfVec;
use x509_cert::attr::Attribute;
use x509_cert::request::{CertReqInfo, ExtensionReq, Version};

/// `version INTEGER` with the value 0, which means version 1.
const VERSION_1: &[u8] = &[0x02, 0x01, 0x00];

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
        let claimed = Self::claims(der)?;
        let signed = Signed::read(der)?;
        let key = public_key_from_spki(&claimed.public_key)
            .map_err(|_| CertificateError::UnsupportedKey)?;
        verify_pss(&key, signed.content, signed.signature)
            .map_err(|_| CertificateError::BadSignature)?;
        Ok(claimed)
    }

    /// Reads what a request says without verifying its signature: enough to look whether it is worth
    /// that, and for nothing else.
    ///
    /// # Errors
    /// [`CertificateError`] says what does not hold.
    pub fn claims(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > Certificate::LEN_MAX {
            return Err(CertificateError::TooLong(der.len()));
        }
        let signed = Signed::read(der)?;
        let mut info = Elements::inside(signed.content, tag::SEQUENCE)?;
        if info.raw()? != VERSION_1 {
            return Err(CertificateError::Profile("it is not of version 1"));
        }
        let subject = info.raw()?;
        let spki = info.raw()?;
        let mut attributes = info.enter(tag::CONSTRUCTED_0)?;
        info.end()?;
        let mut attribute = attributes.enter(tag::SEQUENCE)?;
        attributes.end()?;
        let kind = attribute.oid()?;
        let mut values = attribute.enter(tag::SET)?;
        attribute.end()?;
        let extensions = Extensions::read(values.raw()?)?;
        values.end()?;
        if kind != ExtensionReq::OID.as_bytes() || extensions.len() != 2 {
            return Err(CertificateError::Profile(
                "it does not ask for one role and domain",
            ));
        }
        let role = only_role(extensions.find(EXTENDED_KEY_USAGE))?;
        if role == Role::Holder {
            return Err(CertificateError::Profile(
                "its role is not a service party's",
            ));
        }
        Ok(Self {
            role,
            domain: only_domain(extensions.find(ALTERNATIVE_NAME))?,
            name: only_name(subject, ORGANIZATION)?,
            public_key: spki.to_vec(),
        })
    }
}
