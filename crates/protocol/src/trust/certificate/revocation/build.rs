//! Making a list, in two halves as certificates are made.

use super::list::in_order;
use super::{
    AUTHORITY_KEY, LIST_ENTRIES_MAX, LIST_LEN_MAX, LIST_NUMBER, LIST_SECONDS_MAX, REASON,
    Revocation, RevocationError, RevocationReason,
};
use crate::trust::certificate::encode::{cannot, pss_algorithm, signed_der, time};
use crate::trust::certificate::extensions::Purpose;
use crate::trust::certificate::{Certificate, Lifetime};
use alloc::vec;
use alloc::vec::Vec;
use der::asn1::{Any, OctetString, UintRef};
use der::{Decode, Encode, Sequence};
use x509_cert::ext::pkix::AuthorityKeyIdentifier;
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Time;

/// An entry of revokedCertificates (RFC 5280 §5.1.2.6).
#[derive(Sequence)]
struct Entry {
    serial: SerialNumber,
    at: Time,
    #[asn1(optional = "true")]
    extensions: Option<Extensions>,
}

/// TBSCertList (RFC 5280 §5.1.2) as we write it.
#[derive(Sequence)]
struct ToBeSigned {
    version: u8,
    algorithm: Any,
    issuer: Name,
    this_update: Time,
    next_update: Time,
    #[asn1(optional = "true")]
    revoked: Option<Vec<Entry>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    extensions: Extensions,
}

/// A list that lacks nothing but the root's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedRevocationList(Vec<u8>);

impl UnsignedRevocationList {
    /// The list number `number` of `root`: these certificates, in any order, none twice. The lifetime's ends
    /// are thisUpdate and nextUpdate.
    ///
    /// # Errors
    /// [`RevocationError`] if something does not fit the profile.
    pub fn new(
        root: &Certificate,
        number: u64,
        lifetime: Lifetime,
        mut revoked: Vec<Revocation>,
    ) -> Result<Self, RevocationError> {
        if root.purpose != Purpose::Root {
            return Err(RevocationError::CannotBuild("its issuer is not a root"));
        }
        if revoked.len() > LIST_ENTRIES_MAX {
            return Err(RevocationError::TooManyEntries);
        }
        let seconds = lifetime.not_after.seconds_since(lifetime.not_before);
        if seconds == 0 || seconds > LIST_SECONDS_MAX {
            return Err(RevocationError::LivesTooLong);
        }
        revoked.sort_by(|one, other| in_order(&one.serial, &other.serial));
        let entries = revoked.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let der = ToBeSigned {
            version: 1, // v2
            algorithm: pss_algorithm()?,
            issuer: Name::from_der(&root.subject).map_err(cannot("the root has no name"))?,
            this_update: time(lifetime.not_before)?,
            next_update: time(lifetime.not_after)?,
            revoked: Some(entries).filter(|entries| !entries.is_empty()),
            extensions: vec![authority_key(root)?, list_number(number)?],
        }
        .to_der()
        .map_err(cannot("it cannot be encoded"))?;
        Ok(Self(der))
    }

    /// Takes up a list again whose bytes to be signed were stored.
    #[must_use]
    pub const fn from_to_be_signed(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes for the root to sign with RSASSA-PSS and SHA-256 (TBSCertList, DER).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.0
    }

    /// Puts the root's signature to it; the result is DER, at most [`LIST_LEN_MAX`] bytes.
    ///
    /// # Errors
    /// [`RevocationError`] if the result cannot be encoded.
    pub fn finish(self, signature: &[u8]) -> Result<Vec<u8>, RevocationError> {
        let der = signed_der(&self.0, signature)?;
        if der.len() > LIST_LEN_MAX {
            return Err(RevocationError::TooLong(der.len()));
        }
        Ok(der)
    }
}

fn entry(revoked: &Revocation) -> Result<Entry, RevocationError> {
    let reason = revoked.reason.map(reason).transpose()?;
    Ok(Entry {
        serial: SerialNumber::new(&revoked.serial)
            .map_err(cannot("a serial number is unusable"))?,
        at: time(revoked.at)?,
        extensions: reason.map(|reason| vec![reason]),
    })
}

/// ENUMERATED with the reason's number.
fn reason(reason: RevocationReason) -> Result<Extension, RevocationError> {
    plain(REASON, vec![0x0a, 0x01, reason as u8])
}

fn authority_key(root: &Certificate) -> Result<Extension, RevocationError> {
    let key = OctetString::new(root.subject_key_id.as_slice());
    let identifier = AuthorityKeyIdentifier {
        key_identifier: Some(key.map_err(cannot("the root has no key identifier"))?),
        ..AuthorityKeyIdentifier::default()
    };
    let content = identifier.to_der();
    plain(
        AUTHORITY_KEY,
        content.map_err(cannot("it cannot be encoded"))?,
    )
}

fn list_number(number: u64) -> Result<Extension, RevocationError> {
    let bytes = number.to_be_bytes();
    let content = UintRef::new(&bytes).and_then(|number| number.to_der());
    plain(
        LIST_NUMBER,
        content.map_err(cannot("its number is unusable"))?,
    )
}

/// An extension that is not critical.
fn plain(
    identifier: der::asn1::ObjectIdentifier,
    content: Vec<u8>,
) -> Result<Extension, RevocationError> {
    Ok(Extension {
        extn_id: identifier,
        critical: false,
        extn_value: OctetString::new(content).map_err(cannot("an extension is too long"))?,
    })
}
