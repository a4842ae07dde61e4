//! Certificates: who may sign in which role (X.509 v3, RFC 5280).
//!
//! A small public key infrastructure. A root certifies leaves directly; a leaf has
//! - its role as the only extended key usage, under [`ROLE_ARC`];
//! - a service party: its display name as organisation and its domain as the only dNSName;
//! - a holder: an account label as common name, and no dNSName, so that it names nobody;
//! - an RSA key of 2048 to 4096 bits, or for purses one of P-256; signed by the root with RSASSA-PSS and SHA-256.
//!
//! Reading and checking is always there; making certificates needs the feature `certify`.

mod anchors;
#[cfg(feature = "certify")]
mod build;
pub(crate) mod elements;
#[cfg(feature = "certify")]
mod encode;
mod error;
mod extensions;
mod moment;
mod parse;
mod profile;
#[cfg(feature = "remember")]
mod remembered;
#[cfg(feature = "certify")]
mod request;
pub mod revocation;

pub use anchors::{ANCHORS_MAX, CertifiedParty, TrustAnchors};
#[cfg(feature = "certify")]
pub use build::{Lifetime, Serial, UnsignedCertificate};
pub use error::CertificateError;
pub use parse::Certificate;
pub use profile::{CLOCK_SKEW_SECONDS, LIFETIME_DAYS_MAX, NAME_CHARS_MAX, ROLE_ARC};
#[cfg(feature = "certify")]
pub use request::{CertificateRequest, UnsignedRequest};

#[cfg(test)]
mod tests;
