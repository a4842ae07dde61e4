//! The fixed words of the issuer's statements beside those of every payer.

/// A holder may have key shares. About the holder identifier.
pub const TICKET: &str = "enrolment-ticket";
