//! Whom to trust: the chain from a leaf to a root that is known beforehand.

use super::extensions::Purpose;
use super::{CLOCK_SKEW_SECONDS, Certificate, CertificateError, MAX_LIFETIME_DAYS};
use crate::identifier::{Domain, Role};
use crate::signature::verify_pss;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use rsa::RsaPublicKey;

/// The most roots that somebody trusts at once.
pub const MAX_ANCHORS: usize = 16;

/// The roots that somebody trusts.
#[derive(Clone, Debug)]
pub struct TrustAnchors(Vec<Certificate>);

/// Who a verified certificate says its owner is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertifiedParty {
    /// The certified role.
    pub role: Role,
    /// The domain; nothing for a holder.
    pub domain: Option<Domain>,
    /// The display name of a service party, or the account label of a holder; 1 to 64 characters.
    pub name: String,
    /// The key that signs for it.
    pub public_key: RsaPublicKey,
    /// The certificate's serial number, up to 20 bytes, big-endian.
    pub serial: Vec<u8>,
}

impl TrustAnchors {
    /// Trusts these roots (DER, at most [`MAX_ANCHORS`]).
    ///
    /// # Errors
    /// [`CertificateError`] if one is not a self-signed root, or there are none or too many.
    pub fn from_der<Root: AsRef<[u8]>>(roots: &[Root]) -> Result<Self, CertificateError> {
        if !(1..=MAX_ANCHORS).contains(&roots.len()) {
            return Err(CertificateError::AnchorCount);
        }
        let roots = roots
            .iter()
            .map(|der| read_root(der.as_ref()))
            .collect::<Result<_, _>>()?;
        Ok(Self(roots))
    }

    /// The roots.
    #[must_use]
    pub fn roots(&self) -> &[Certificate] {
        &self.0
    }

    /// Verifies that `certificate` is valid at `now`, for `role`, and signed by one of these roots.
    ///
    /// # Errors
    /// [`CertificateError`] says which of these does not hold.
    pub fn verify(
        &self,
        certificate: &Certificate,
        now: Timestamp,
        role: Role,
    ) -> Result<CertifiedParty, CertificateError> {
        let (actual, domain) = match &certificate.purpose {
            Purpose::Root => {
                return Err(CertificateError::Profile(
                    "an authority does nothing but certify",
                ));
            }
            Purpose::Holder => (Role::Holder, None),
            Purpose::Party { role, domain } => (*role, Some(domain.clone())),
        };
        if actual != role {
            return Err(CertificateError::WrongRole {
                expected: role,
                actual,
            });
        }
        require_valid_at(certificate, now)?;
        let lifetime = certificate.not_after.seconds_since(certificate.not_before);
        if lifetime > MAX_LIFETIME_DAYS * 86_400 {
            return Err(CertificateError::LivesTooLong);
        }
        self.verify_signature(certificate, now)?;
        Ok(CertifiedParty {
            role,
            domain,
            name: certificate.name.clone(),
            public_key: certificate.public_key.clone(),
            serial: certificate.serial.clone(),
        })
    }

    fn verify_signature(
        &self,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(), CertificateError> {
        let mut outcome = Err(CertificateError::UnknownAuthority);
        for root in self.0.iter().filter(|root| names(root, certificate)) {
            outcome = require_valid_at(root, now).and_then(|()| signed_by(root, certificate));
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

/// Whether `certificate` says that `root` issued it.
fn names(root: &Certificate, certificate: &Certificate) -> bool {
    root.subject == certificate.issuer
        && certificate.authority_key_id.as_ref() == Some(&root.subject_key_id)
}

fn read_root(der: &[u8]) -> Result<Certificate, CertificateError> {
    let root = Certificate::from_der(der)?;
    if root.purpose != Purpose::Root || root.subject != root.issuer {
        return Err(CertificateError::Profile("it is not a root"));
    }
    signed_by(&root, &root)?;
    Ok(root)
}

fn signed_by(root: &Certificate, certificate: &Certificate) -> Result<(), CertificateError> {
    verify_pss(
        &root.public_key,
        &certificate.to_be_signed,
        &certificate.signature,
    )
    .map_err(|_| CertificateError::BadSignature)
}

fn require_valid_at(certificate: &Certificate, now: Timestamp) -> Result<(), CertificateError> {
    if now.plus_seconds(CLOCK_SKEW_SECONDS) < certificate.not_before {
        Err(CertificateError::NotYetValid)
    } else if now.minus_seconds(CLOCK_SKEW_SECONDS) > certificate.not_after {
        Err(CertificateError::Expired)
    } else {
        Ok(())
    }
}
