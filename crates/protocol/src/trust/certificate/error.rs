//! Why a certificate is refused.

use super::{Certificate, LIFETIME_DAYS_MAX};
use crate::wire::identifier::Role;

/// Why a certificate is refused, each with a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Over the limit.
    #[error("The certificate is {0} bytes long; at most {max} are accepted.", max = Certificate::LEN_MAX)]
    TooLong(usize),
    /// Not an X.509 certificate in DER, or not in its one permitted encoding.
    #[error("The certificate is malformed.")]
    Malformed,
    /// An X.509 certificate, but not one of this project's kind; the text says in what.
    #[error("The certificate is not of the expected kind: {0}.")]
    Profile(&'static str),
    /// Signed by an algorithm other than RSASSA-PSS with SHA-256.
    #[error("The certificate is signed by an algorithm that is not accepted.")]
    UnsupportedAlgorithm,
    /// The certified key is no RSA key of 2048 to 4096 bits.
    #[error("The certified key is of a kind or size that is not accepted.")]
    UnsupportedKey,
    /// No trusted authority has this certificate's issuer name and key.
    #[error("The certificate comes from an authority that is not trusted here.")]
    UnknownAuthority,
    /// The authority's signature does not match.
    #[error("The authority's signature on the certificate does not match.")]
    BadSignature,
    /// The certificate is for another role.
    #[error("The certificate is for the role {actual}, but the role {expected} is needed.")]
    WrongRole {
        /// The role that was needed.
        expected: Role,
        /// The role that is certified.
        actual: Role,
    },
    /// Not valid yet, beyond the allowed clock difference.
    #[error("The certificate is not valid yet. Check the date and time of this device.")]
    NotYetValid,
    /// No longer valid, beyond the allowed clock difference.
    #[error("The certificate has expired.")]
    Expired,
    /// Valid for longer than this project permits.
    #[error("The certificate is valid for more than {LIFETIME_DAYS_MAX} days.")]
    LivesTooLong,
    /// Its authority revoked it.
    #[error("The certificate was revoked by the authority that signed it.")]
    Revoked,
    /// The newest list of revoked certificates that is known is void by now.
    #[error(
        "The list of revoked certificates is out of date, so nobody's certificate is accepted until there is a new one."
    )]
    RevocationsStale,
    /// Revoked certificates are to be refused, and no list of them is known yet.
    #[error("There is no list of revoked certificates of this authority yet.")]
    RevocationsMissing,
    /// More trusted authorities than accepted, or none.
    #[error("A list of trusted authorities has between 1 and 16 entries.")]
    AnchorCount,
    /// Something that should go into a certificate cannot.
    #[error("The certificate cannot be made: {0}.")]
    CannotBuild(&'static str),
}
