//! Whom the card believes beside its roots: those who sign what it holds (banks, coupon offices), each by a certificate
//! that a root has signed for that role.

use alloc::vec::Vec;

use minicbor::{Encode, bytes::ByteVec};
use tallystick_codec::DecodeMap;
use tallystick_protocol::trust::certificate::{
    Certificate, CertificateError, CertifiedParty, TrustAnchors,
};
use tallystick_protocol::trust::keyed::{self, KeyedError, KeyedMessage};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

use crate::StatusWord;
use crate::host::purse::Signed;

/// Somebody who signs what the card holds.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Issuer {
    #[n(0)]
    pub(super) domain: Domain,
    /// The newest certificate of its key (DER; Fig 7 and 10 of EP 1 221 669: EB-verify certificate).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) certificate: Vec<u8>,
    /// The newest time that it has signed: it is not earlier than that, whatever the wallet's clock says.
    #[n(2)]
    pub(super) newest: Timestamp,
}

impl Issuer {
    /// Whether it is as a card writes it.
    pub(super) fn is_valid(&self) -> bool {
        is_certificate(&self.certificate)
    }
}

/// Whether a certificate may be that long.
pub(super) fn is_certificate(bytes: &[u8]) -> bool {
    (1..=Certificate::LEN_MAX).contains(&bytes.len())
}

/// Those of one role, and the roots that certify them.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) roots: &'a [ByteVec],
    pub(super) role: Role,
    pub(super) issuers: &'a [Issuer],
}

impl<'a> Known<'a> {
    /// Reads a certificate and verifies it by the roots.
    fn certified(&self, der: &[u8], now: Timestamp) -> Result<CertifiedParty, StatusWord> {
        if self.roots.is_empty() {
            return Err(StatusWord::ConditionsNotSatisfied);
        }
        anchors(self.roots)
            .and_then(|anchors| anchors.certified(der, now, self.role))
            .map_err(|error| refused(&error))
    }

    /// One whose certificate came.
    pub(super) fn find(&self, domain: &Domain) -> Result<&'a Issuer, StatusWord> {
        let mut issuers = self.issuers.iter();
        let issuer = issuers.find(|issuer| issuer.domain == *domain);
        issuer.ok_or(StatusWord::NotForThisPurse)
    }

    /// The time: never before the newest that it has signed.
    pub(super) fn now(&self, domain: &Domain, at: Timestamp) -> Result<Timestamp, StatusWord> {
        Ok(self.find(domain)?.newest.max(at))
    }

    /// The key with which it signs, certified now.
    pub(super) fn key(&self, domain: &Domain, now: Timestamp) -> Result<VerifyingKey, StatusWord> {
        let certificate = &self.find(domain)?.certificate;
        Ok(self.certified(certificate, now)?.public_key)
    }

    /// Verifies that it signed this, with a key that is certified now.
    pub(super) fn open<M: KeyedMessage>(
        &self,
        domain: &Domain,
        signed: &[u8],
        now: Timestamp,
    ) -> Result<M, StatusWord> {
        let key = self.key(domain, now)?;
        keyed::open(signed, &key).map_err(|error| unsigned(&error))
    }
}

/// What is wrong with something signed, as a card says it.
pub(super) const fn unsigned(error: &KeyedError) -> StatusWord {
    match error {
        KeyedError::BadSignature => StatusWord::BadSignature,
        _ => StatusWord::WrongData,
    }
}

/// Takes a certificate; it replaces an earlier one of the same party. With `most` of them, one that is not `used` goes.
/// Whether something changed.
pub(super) fn put(
    issuers: &mut Vec<Issuer>,
    (roots, role): (&[ByteVec], Role),
    given: Signed,
    most: usize,
    used: &dyn Fn() -> Result<Vec<Domain>, StatusWord>,
) -> Result<bool, StatusWord> {
    let certificate = Certificate::from_der(&given.bytes).map_err(|error| refused(&error))?;
    let all = Known {
        roots,
        role,
        issuers,
    };
    let certified = all.certified(&given.bytes, given.at)?;
    let domain = certified.domain.ok_or(StatusWord::WrongData)?;
    let Ok(known) = all.find(&domain) else {
        make_room(issuers, most, used)?;
        issuers.push(Issuer {
            domain,
            certificate: given.bytes,
            newest: Timestamp(0),
        });
        return Ok(true);
    };
    if known.certificate == given.bytes {
        return Ok(false);
    }
    // At its own time too, and not one that was replaced already.
    all.certified(&given.bytes, given.at.max(known.newest))?;
    let before = Certificate::from_der(&known.certificate).map_err(|error| refused(&error))?;
    if certificate.not_before() < before.not_before() {
        return Err(StatusWord::OlderCheckpoint);
    }
    for issuer in issuers {
        if issuer.domain == domain {
            issuer.certificate.clone_from(&given.bytes);
        }
    }
    Ok(true)
}

/// Keeps the time that somebody has signed.
pub(super) fn hear(issuers: &mut [Issuer], domain: &Domain, at: Timestamp) {
    for issuer in issuers {
        if issuer.domain == *domain {
            issuer.newest = issuer.newest.max(at);
        }
    }
}

fn make_room(
    issuers: &mut Vec<Issuer>,
    most: usize,
    used: &dyn Fn() -> Result<Vec<Domain>, StatusWord>,
) -> Result<(), StatusWord> {
    if issuers.len() < most {
        return Ok(());
    }
    let used = used()?;
    let unused = issuers
        .iter()
        .position(|issuer| !used.contains(&issuer.domain));
    issuers.remove(unused.ok_or(StatusWord::NotEnoughMemory)?);
    Ok(())
}

pub(super) fn anchors(roots: &[ByteVec]) -> Result<TrustAnchors, CertificateError> {
    let roots: Vec<&[u8]> = roots.iter().map(|root| root.as_slice()).collect();
    TrustAnchors::from_der(&roots)
}

pub(super) fn refused(error: &CertificateError) -> StatusWord {
    match error {
        CertificateError::Expired | CertificateError::NotYetValid => StatusWord::Expired,
        CertificateError::UnknownAuthority | CertificateError::BadSignature => {
            StatusWord::BadSignature
        }
        CertificateError::WrongRole { .. } => StatusWord::NotForThisPurse,
        _ => StatusWord::WrongData,
    }
}
