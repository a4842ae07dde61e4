//! The fixed words of a front's letters and statements. What they are about is the order's root in hexadecimal, of a credit its
//! number.

/// Letter and statement: the security server is asked to settle.
pub const ORDER: &str = "settlement-order";
/// Letter: the shop is shown the security server's proposal, for its bill.
pub const PROPOSAL: &str = "bill-proposal";
/// Letter: the security server is shown the shop's bill.
pub const BILL: &str = "bill";
/// Letter and statement: the security server is told that an order is over.
pub const END: &str = "settlement-end";
/// Letter and statement: the security server is told to credit a card.
pub const CREDIT: &str = "credit-order";
/// Letter and statement: the security server is told that a charge's time is over.
pub const WITHDRAWAL: &str = "credit-withdrawal";
/// Statement: that an outcome was heard. About the digest of that.
pub const RECEIPT: &str = "outcome-receipt";
