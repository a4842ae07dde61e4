//! Which certificates count no more: a revocation list (X.509 v2 CRL, RFC 5280 §5) in the one form that a root
//! of ours signs. EP 1 221 669 has it at its directory (DS; step S11 puts the old key on it).
//!
//! A list names every revoked certificate of its root until that has ended, by its serial number. It is valid
//! for a short time; its number grows, so that an older one does not pass for the newest.

#[cfg(feature = "certify")]
mod build;
mod error;
mod list;
#[cfg(test)]
mod tests;

#[cfg(feature = "certify")]
pub use build::UnsignedRevocationList;
pub use error::RevocationError;
pub use list::{
    LIST_ENTRIES_MAX, LIST_LEN_MAX, LIST_SECONDS_MAX, Revocation, RevocationList, RevocationReason,
};

use der::asn1::ObjectIdentifier;

/// authorityKeyIdentifier (RFC 5280 §5.2.1).
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
/// cRLNumber (RFC 5280 §5.2.3).
const LIST_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
/// reasonCode of an entry (RFC 5280 §5.3.1).
const REASON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
