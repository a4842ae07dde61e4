//! Why a revocation list is refused.

use super::{LIST_ENTRIES_MAX, LIST_LEN_MAX};
use crate::trust::certificate::CertificateError;

/// Why a revocation list is refused, each with a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// Over the limit.
    #[error(
        "The list of revoked certificates is {0} bytes long; at most {LIST_LEN_MAX} are accepted."
    )]
    TooLong(usize),
    /// More certificates than accepted.
    #[error("The list names more than {LIST_ENTRIES_MAX} revoked certificates.")]
    TooManyEntries,
    /// Not a revocation list in DER, or not in its one permitted encoding.
    #[error("The list of revoked certificates is malformed.")]
    Malformed,
    /// A revocation list, but not one of this project's kind; the text says in what.
    #[error("The list of revoked certificates is not of the expected kind: {0}.")]
    Profile(&'static str),
    /// Signed by an algorithm other than RSASSA-PSS with SHA-256.
    #[error("The list of revoked certificates is signed by an algorithm that is not accepted.")]
    UnsupportedAlgorithm,
    /// No trusted authority has this list's issuer name and key.
    #[error("The list of revoked certificates comes from an authority that is not trusted here.")]
    UnknownAuthority,
    /// The authority's signature does not match.
    #[error("The authority's signature on the list of revoked certificates does not match.")]
    BadSignature,
    /// From the future, beyond the allowed clock difference.
    #[error(
        "The list of revoked certificates is from the future. Check the date and time of this device."
    )]
    NotYetValid,
    /// Void by now, beyond the allowed clock difference.
    #[error("The list of revoked certificates is out of date.")]
    Stale,
    /// Valid for longer than this project permits.
    #[error("The list of revoked certificates is valid for more than 31 days.")]
    LivesTooLong,
    /// Older than one that was seen before.
    #[error(
        "The list of revoked certificates has number {theirs}, but number {ours} was seen before."
    )]
    RolledBack {
        /// The number of the newest list that was seen.
        ours: u64,
        /// The number of the list that is refused.
        theirs: u64,
    },
    /// Something that should go into a list cannot.
    #[error("The list of revoked certificates cannot be made: {0}.")]
    CannotBuild(&'static str),
}

/// What is read in a list as it is read in a certificate.
impl From<CertificateError> for RevocationError {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::UnsupportedAlgorithm => Self::UnsupportedAlgorithm,
            CertificateError::Profile(reason) => Self::Profile(reason),
            CertificateError::CannotBuild(reason) => Self::CannotBuild(reason),
            _ => Self::Malformed,
        }
    }
}
