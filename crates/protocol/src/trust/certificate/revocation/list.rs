//! Reading one list. It is only ever had verified: see [`TrustAnchors::verify_list`].

use super::{AUTHORITY_KEY, LIST_NUMBER, REASON, RevocationError};
use crate::trust::certificate::elements::{Elements, tag, value};
use crate::trust::certificate::extensions::{Extensions, authority_key};
use crate::trust::certificate::parse::{Signed, positive};
use crate::trust::certificate::profile::PSS_ALGORITHM;
use crate::trust::certificate::{CLOCK_SKEW_SECONDS, Certificate, TrustAnchors, moment};
use crate::wire::time::Timestamp;
use alloc::vec::Vec;
use core::cmp::Ordering;
use minicbor::{Decode, Encode};

/// The longest accepted list, in bytes: what a party takes as a body.
pub const LIST_LEN_MAX: usize = 256 * 1024;
/// The most certificates on a list. Each takes up to 57 bytes.
pub const LIST_ENTRIES_MAX: usize = 4096;
/// The longest time for which a list is valid, in seconds (31 days).
pub const LIST_SECONDS_MAX: u64 = 31 * 86_400;

/// `version INTEGER` with the value 1, which means version 2.
const VERSION_2: &[u8] = &[0x02, 0x01, 0x01];

crate::named_enum! {
    /// Why a certificate was revoked (RFC 5280 §5.3.1). Without a reason none is given.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[repr(u8)]
    pub enum RevocationReason {
        /// Somebody else may have the key.
        #[n(1)]
        KeyCompromise = 1 => "key-compromise",
        /// Its owner is no longer what it says.
        #[n(3)]
        AffiliationChanged = 3 => "affiliation-changed",
        /// Another one took its place.
        #[n(4)]
        Superseded = 4 => "superseded",
        /// Its owner does no longer do this.
        #[n(5)]
        CessationOfOperation = 5 => "cessation-of-operation",
        /// Its owner may do this no longer.
        #[n(9)]
        PrivilegeWithdrawn = 9 => "privilege-withdrawn",
    }
}

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number, 1 to 20 bytes, big-endian, without leading zeros.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: Timestamp,
    /// Why, if that is told.
    pub reason: Option<RevocationReason>,
}

/// A list that a trusted root signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    der: Vec<u8>,
    authority_key_id: Vec<u8>,
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    /// In the order of their serial numbers, none twice.
    revoked: Vec<Revocation>,
}

impl RevocationList {
    /// The list as it was read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Its number: a later list of the same root has a larger one.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When it was made.
    #[must_use]
    pub const fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// Until when it is valid.
    #[must_use]
    pub const fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// What it names, in the order of the serial numbers.
    #[must_use]
    pub fn revoked(&self) -> &[Revocation] {
        &self.revoked
    }

    /// What it says of the certificate of its root with this serial number; nothing: it is not revoked.
    #[must_use]
    pub fn find(&self, serial: &[u8]) -> Option<&Revocation> {
        let found = self
            .revoked
            .binary_search_by(|revoked| in_order(&revoked.serial, serial));
        found.ok().and_then(|place| self.revoked.get(place))
    }

    /// Whether it is void by now, beyond the difference of clocks that is allowed.
    #[must_use]
    pub const fn is_stale(&self, now: Timestamp) -> bool {
        now.minus_seconds(CLOCK_SKEW_SECONDS).0 > self.next_update.0
    }

    /// Whether this root signed it.
    pub(in super::super) fn is_of(&self, root: &Certificate) -> bool {
        self.authority_key_id == root.subject_key_id
    }
}

/// Serial numbers by what they count.
pub(super) fn in_order(one: &[u8], other: &[u8]) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

impl TrustAnchors {
    /// Reads a list (DER) and verifies that one of these roots signed it and that it is not void at `now`.
    ///
    /// # Errors
    /// [`RevocationError`] says what does not hold.
    pub fn verify_list(
        &self,
        der: &[u8],
        now: Timestamp,
    ) -> Result<RevocationList, RevocationError> {
        let list = self.verify_list_ever(der)?;
        if now.plus_seconds(CLOCK_SKEW_SECONDS) < list.this_update {
            Err(RevocationError::NotYetValid)
        } else if list.is_stale(now) {
            Err(RevocationError::Stale)
        } else {
            Ok(list)
        }
    }

    /// As [`TrustAnchors::verify_list`], of whatever time: to take up again what was kept.
    ///
    /// # Errors
    /// [`RevocationError`] says what does not hold.
    pub fn verify_list_ever(&self, der: &[u8]) -> Result<RevocationList, RevocationError> {
        if der.len() > LIST_LEN_MAX {
            return Err(RevocationError::TooLong(der.len()));
        }
        let signed = Signed::read(der)?;
        let (list, issuer) = read(der, signed.content)?;
        let is_from = |root: &&Certificate| root.subject == issuer && list.is_of(root);
        let root = self.roots().iter().find(is_from);
        let root = root.ok_or(RevocationError::UnknownAuthority)?;
        root.public_key
            .verify(signed.content, signed.signature)
            .map_err(|_| RevocationError::BadSignature)?;
        Ok(list)
    }
}

/// TBSCertList (RFC 5280 §5.1.2), and the issuer's name as it stands there.
fn read<'a>(der: &[u8], content: &'a [u8]) -> Result<(RevocationList, &'a [u8]), RevocationError> {
    let mut tbs = Elements::inside(content, tag::SEQUENCE)?;
    if tbs.raw()? != VERSION_2 {
        return Err(RevocationError::Profile("it is not of version 2"));
    }
    if tbs.raw()? != PSS_ALGORITHM {
        return Err(RevocationError::UnsupportedAlgorithm);
    }
    let issuer = tbs.raw()?;
    let this_update = moment::read(tbs.raw()?)?;
    let next_update = moment::read(tbs.raw()?)?;
    if next_update < this_update {
        return Err(RevocationError::Profile("it ends before it begins"));
    }
    if next_update.seconds_since(this_update) > LIST_SECONDS_MAX {
        return Err(RevocationError::LivesTooLong);
    }
    let mut rest = tbs.raw()?;
    let mut revoked = Vec::new();
    // Without revoked certificates there is no list of them (RFC 5280 §5.1.2.6).
    if let Ok(entries) = Elements::inside(rest, tag::SEQUENCE) {
        revoked = read_entries(entries)?;
        rest = tbs.raw()?;
    }
    tbs.end()?;
    let (authority_key_id, number) = read_extensions(value(rest, tag::CONSTRUCTED_0)?)?;
    let list = RevocationList {
        der: der.to_vec(),
        authority_key_id,
        number,
        this_update,
        next_update,
        revoked,
    };
    Ok((list, issuer))
}

fn read_entries(mut entries: Elements<'_>) -> Result<Vec<Revocation>, RevocationError> {
    if entries.is_finished() {
        return Err(RevocationError::Malformed);
    }
    let mut revoked: Vec<Revocation> = Vec::new();
    while !entries.is_finished() {
        if revoked.len() == LIST_ENTRIES_MAX {
            return Err(RevocationError::TooManyEntries);
        }
        let one = read_entry(entries.enter(tag::SEQUENCE)?)?;
        let is_after = |last: &Revocation| in_order(&last.serial, &one.serial).is_lt();
        if !revoked.last().is_none_or(is_after) {
            return Err(RevocationError::Profile(
                "its entries are not in the order of their serial numbers",
            ));
        }
        revoked.push(one);
    }
    Ok(revoked)
}

fn read_entry(mut entry: Elements<'_>) -> Result<Revocation, RevocationError> {
    let serial = positive(entry.value(tag::INTEGER)?)?.to_vec();
    let at = moment::read(entry.raw()?)?;
    let reason = if entry.is_finished() {
        None
    } else {
        Some(read_reason(entry.raw()?)?)
    };
    entry.end()?;
    Ok(Revocation { serial, at, reason })
}

fn read_reason(der: &[u8]) -> Result<RevocationReason, RevocationError> {
    const WRONG: RevocationError = RevocationError::Profile("an entry says more than its reason");
    let extensions = Extensions::read(der)?;
    let reason = extensions.only_plain([REASON]).ok_or(WRONG)?;
    let [number] = *value(reason[0], tag::ENUMERATED)? else {
        return Err(RevocationError::Malformed);
    };
    let known = RevocationReason::ALL
        .into_iter()
        .find(|reason| *reason as u8 == number);
    known.ok_or(RevocationError::Profile("a reason is unknown"))
}

/// The identifier of the root's key, and the list's number.
fn read_extensions(der: &[u8]) -> Result<(Vec<u8>, u64), RevocationError> {
    const WRONG: RevocationError =
        RevocationError::Profile("it has other extensions than its authority's key and its number");
    let extensions = Extensions::read(der)?;
    let found = extensions.only_plain([AUTHORITY_KEY, LIST_NUMBER]);
    let [authority, number] = found.ok_or(WRONG)?;
    let digits = positive(value(number, tag::INTEGER)?)?;
    if digits.len() > 8 {
        return Err(RevocationError::Profile("its number is too large"));
    }
    let number = digits
        .iter()
        .fold(0, |number, digit| number << 8 | u64::from(*digit));
    Ok((authority_key(authority)?, number))
}
