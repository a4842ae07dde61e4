//! Whom to trust: the chain from a leaf to a root that is known beforehand.

use super::extensions::Purpose;
use super::revocation::{RevocationError, RevocationList};
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
    revocations: Revocations,
    #[cfg(feature = "remember")]
    remembered: super::remembered::Remembered,
}

/// What is known of revoked certificates.
#[derive(Clone, Debug)]
enum Revocations {
    /// Nobody asks.
    Unchecked,
    /// The newest list of each root, if there is one.
    Checked(Vec<RevocationList>),
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
            revocations: Revocations::Unchecked,
            #[cfg(feature = "remember")]
            remembered: super::remembered::Remembered::default(),
        })
    }

    /// The roots.
    #[must_use]
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// From now on a certificate counts only while there is a valid list of its root's revoked ones, and it is
    /// not on that.
    #[must_use]
    pub fn checking_revocations(mut self) -> Self {
        if matches!(self.revocations, Revocations::Unchecked) {
            self.revocations = Revocations::Checked(Vec::new());
        }
        self
    }

    /// Takes a list in the place of the one that its root signed before, as
    /// [`TrustAnchors::checking_revocations`] does. `true`: it is newer than what was known.
    ///
    /// # Errors
    /// [`RevocationError::RolledBack`] if it is older than that one.
    pub fn take_list(&mut self, list: RevocationList) -> Result<bool, RevocationError> {
        let mut lists = match core::mem::replace(&mut self.revocations, Revocations::Unchecked) {
            Revocations::Unchecked => Vec::new(),
            Revocations::Checked(lists) => lists,
        };
        let root = self.roots.iter().find(|root| list.is_of(root));
        let known = lists
            .iter_mut()
            .find(|known| root.is_some_and(|root| known.is_of(root)));
        let outcome = match known {
            Some(known) if list.number() < known.number() => Err(RevocationError::RolledBack {
                ours: known.number(),
                theirs: list.number(),
            }),
            Some(known) if list.number() == known.number() => Ok(false),
            Some(known) => {
                *known = list;
                Ok(true)
            }
            None if root.is_some() => {
                lists.push(list);
                Ok(true)
            }
            None => Err(RevocationError::UnknownAuthority),
        };
        self.revocations = Revocations::Checked(lists);
        outcome
    }

    /// The newest list of revoked certificates of each root that has one.
    #[must_use]
    pub fn lists(&self) -> &[RevocationList] {
        match &self.revocations {
            Revocations::Unchecked => &[],
            Revocations::Checked(lists) => lists,
        }
    }

    /// That certificates can be verified at all at `now`, as far as revocations go.
    ///
    /// # Errors
    /// [`CertificateError::RevocationsMissing`] or [`CertificateError::RevocationsStale`].
    pub fn require_lists(&self, now: Timestamp) -> Result<(), CertificateError> {
        match &self.revocations {
            Revocations::Unchecked => Ok(()),
            Revocations::Checked(lists) if lists.is_empty() => {
                Err(CertificateError::RevocationsMissing)
            }
            Revocations::Checked(lists) if lists.iter().all(|list| list.is_stale(now)) => {
                Err(CertificateError::RevocationsStale)
            }
            Revocations::Checked(_) => Ok(()),
        }
    }

    /// Reads a certificate (DER) and verifies it as [`TrustAnchors::verify`] does. With the feature
    /// `remember`, its signature is verified the first time only; role, period and revocation are each time.
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
                self.require_not_revoked(&known.certificate, root, now)?;
                return Ok(party(&known.certificate, role, root));
            }
        }
        let certificate = Certificate::from_der(der)?;
        require(&certificate, now, role)?;
        let (_place, root) = self.verify_signature(&certificate, now)?;
        self.require_not_revoked(&certificate, root, now)?;
        let certified = party(&certificate, role, root);
        #[cfg(feature = "remember")]
        self.remembered.keep(certificate, _place);
        Ok(certified)
    }

    /// Verifies that `certificate` is valid at `now`, for `role`, signed by one of these roots, and not revoked
    /// if that is [checked](TrustAnchors::checking_revocations).
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
        self.require_not_revoked(certificate, root, now)?;
        Ok(party(certificate, role, root))
    }

    fn require_not_revoked(
        &self,
        certificate: &Certificate,
        root: &Certificate,
        now: Timestamp,
    ) -> Result<(), CertificateError> {
        let Revocations::Checked(lists) = &self.revocations else {
            return Ok(());
        };
        let list = lists.iter().find(|list| list.is_of(root));
        let list = list.ok_or(CertificateError::RevocationsMissing)?;
        if list.find(&certificate.serial).is_some() {
            Err(CertificateError::Revoked)
        } else if list.is_stale(now) {
            Err(CertificateError::RevocationsStale)
        } else {
            Ok(())
        }
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
