//! The fixed words of the courier's statements, and of the letters that carry them to the issuer.
//! What they are about is always the order's root in hexadecimal.

/// The courier delivers.
pub const ACCEPTANCE: &str = "acceptance";
/// The courier does not deliver.
pub const REFUSAL: &str = "refusal";
/// The courier will not deliver what it never heard of. About "ROOT ISSUER".
pub const CLOSED: &str = "closed";
/// How far a parcel came. About "ROOT STEP": each step has a statement of its own.
pub const TRACKING: &str = "tracking";
