//! The fixed words of the issuer's statements.

/// The amount is reserved: for the shop. About the order's root.
pub const AUTHORISATION: &str = "authorisation";
/// The courier may act: for the courier. About the order's root.
pub const CLEARANCE: &str = "clearance";
/// The issuer does not pay. About the order's root.
pub const REFUSAL: &str = "refusal";
/// A holder may have key shares. About the holder identifier.
pub const TICKET: &str = "enrolment-ticket";
