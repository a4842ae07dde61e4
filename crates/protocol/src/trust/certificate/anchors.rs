//! Whom to trust: the chain from a leaf to a root that is known beforehand.

use super::extensions::Purpose;
use super::{CLOCK_SKEW_SECONDS, Certificate, CertificateError, LIFETIME_DAYS_MAX};
use crate::trust::signature::VerifyingKey;
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;

/// The most roots that somebody trusts at once.
pub const ANCHORS_MAX: usize = 16;

/// The roots that somebody trusts.
#[derive(Clone, Debug)]
pub struct TrustAnchors {
    roots: Vec<Certificate>,
    #[cfg(feature = "remember")]
    remembered: super::remembered::Remembered,
}

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
    pub public_key: VerifyingKey,
    /// The certificate's serial number, up to 20 bytes, big-endian.
    pub serial: Vec<u8>,
    /// The name of the root that signed it; 1 to 64 characters.
    pub authority: String,
}

impl TrustAnchors {
    /// Trusts these roots (DER, at most [`ANCHORS_MAX`]).
    ///
    /// # Errors
    /// [`CertificateError`] if one is not a self-signed root, or there are none or too many.
    pub fn from_der<Root: AsRef<[u8]>>(roots: &[Root]) -> Result<Self, CertificateError> {
        if !(1..=ANCHORS_MAX).contains(&roots.len()) {
            return Err(CertificateError::AnchorCount);
        }
        let roots = roots
            .iter()
            .map(|der| read_root(der.as_ref()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            roots,
            #[cfg(feature = "remember")]
            remembered: super::remembered::Remembered::default(),
        })
    }

    /// The roots.
    #[must_use]
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// Reads a certificate (DER) and verifies it as [`TrustAnchors::verify`] does. With the feature
    /// `remember`, its signature is verified the first time only; role and period are each time.
    ///
    /// # Errors
    /// [`CertificateError`] says what does not hold.
    pub fn certified(
        &self,
        der: &[u8],
        now: Timestamp,
        role: Role,
    ) -> Result<CertifiedParty, CertificateError> {
        #[cfg(feature = "remember")]
        if let Some(known) = self.remembered.find(der)
            && let Some(root) = self.roots.get(known.root)
        {
            require(&known.certificate, now, role)?;
            if require_valid_at(root, now).is_ok() {
                return Ok(party(&known.certificate, role, root));
            }
        }
        let certificate = Certificate::from_der(der)?;
        require(&certificate, now, role)?;
        let (_place, root) = self.verify_signature(&certificate, now)?;
        let certified = party(&certificate, role, root);
        #[cfg(feature = "remember")]
        self.remembered.keep(certificate, _place);
        Ok(certified)
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
        require(certificate, now, role)?;
        let (_, root) = self.verify_signature(certificate, now)?;
        Ok(party(certificate, role, root))
    }

    /// The root that signed it, and its place.
    fn verify_signature(
        &self,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(usize, &Certificate), CertificateError> {
        let mut outcome = Err(CertificateError::UnknownAuthority);
        let issuers = self.roots.iter().enumerate();
        for (place, root) in issuers.filter(|(_, root)| names(root, certificate)) {
            outcome = require_valid_at(root, now)
                .and_then(|()| signed_by(root, certificate))
                .map(|()| (place, root));
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

/// Everything that must hold of a leaf beside its signature: its role, and that its time is now.
fn require(certificate: &Certificate, now: Timestamp, role: Role) -> Result<(), CertificateError> {
    let actual = match &certificate.purpose {
        Purpose::Root => {
            return Err(CertificateError::Profile(
                "an authority does nothing but certify",
            ));
        }
        Purpose::Holder => Role::Holder,
        Purpose::Party { role, .. } => *role,
    };
    if actual != role {
        return Err(CertificateError::WrongRole {
            expected: role,
            actual,
        });
    }
    require_valid_at(certificate, now)?;
    let lifetime = certificate.not_after.seconds_since(certificate.not_before);
    if lifetime > LIFETIME_DAYS_MAX * 86_400 {
        return Err(CertificateError::LivesTooLong);
    }
    Ok(())
}

fn party(certificate: &Certificate, role: Role, root: &Certificate) -> CertifiedParty {
    let domain = match &certificate.purpose {
        Purpose::Party { domain, .. } => Some(domain.clone()),
        Purpose::Root | Purpose::Holder => None,
    };
    CertifiedParty {
        role,
        domain,
        name: certificate.name.clone(),
        public_key: certificate.public_key.clone(),
        serial: certificate.serial.clone(),
        authority: root.name.clone(),
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
    if root.public_key.as_rsa().is_none() {
        return Err(CertificateError::UnsupportedKey);
    }
    signed_by(&root, &root)?;
    Ok(root)
}

fn signed_by(root: &Certificate, certificate: &Certificate) -> Result<(), CertificateError> {
    root.public_key
        .verify(&certificate.to_be_signed, &certificate.signature)
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
