//! The kinds of letters and statements, each about one registration or one key.

/// Asks the bank for an account; its reference is the registration's number in hexadecimal.
pub(super) const OPENING: &str = "opening";
/// Asks the bank whether a purse may have a new key; its reference is the digest of that key in hexadecimal, as
/// that of all below.
pub(super) const PERMIT: &str = "permit-renewal";
/// Asks the CA to certify a purse's key.
pub(super) const CERTIFY: &str = "certify-purse-key";
/// Tells the bank that a purse's key is certified.
pub(super) const OPEN: &str = "open-purse";
/// The key that was made for a card; its reference is the request's number in hexadecimal.
pub(super) const DELIVERY: &str = "purse-key-delivery";
