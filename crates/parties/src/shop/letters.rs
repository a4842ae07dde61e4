//! The fixed words of the shop's letters and statements. What they are about is always the
//! order's root in hexadecimal.

/// Letter and statement: the issuer is asked to authorise.
pub const AUTHORISE: &str = "authorise";
/// Letter and statement: the courier is asked to deliver.
pub const DELIVER: &str = "deliver";
/// Letter: the issuer is shown what the courier signed.
pub const RELAY: &str = "relay";
/// Letter: the issuer is told that nothing will be delivered.
pub const RELEASE: &str = "release";
/// Statement: the shop's own refusal.
pub const REFUSAL: &str = "refusal";
