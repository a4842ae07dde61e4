//! The fixed words of the security server's statements, letters and jobs. What they are about is an order's root, a credit's
//! number or a card's alias in hexadecimal.

/// Which card is to be which, with its keys. About an alias.
pub(super) const PERSONALISATION: &str = "card-personalisation";
/// How an order is proposed to be paid. About a root.
pub(super) const PROPOSAL: &str = "bill-proposal";
/// What became of an order, for good; and the letter that tells the front. About a root.
pub(super) const OUTCOME: &str = "settlement-outcome";
/// What became of a credit, for good; and the letter that tells the front. About a number.
pub(super) const CREDIT_OUTCOME: &str = "credit-outcome";
/// The job at the end of an order's time. About a root.
pub(super) const SETTLEMENT_OVER: &str = "settlement-over";
/// The job at the end of a credit's time. About a number.
pub(super) const CREDIT_OVER: &str = "credit-over";
