//! The fixed words of a payer's statements. What they are about is the order's root in hexadecimal.

use super::state::ReservationState;

/// The amount is reserved: for the shop.
pub const AUTHORISATION: &str = "authorisation";
/// The courier may act: for the courier.
pub const CLEARANCE: &str = "clearance";
/// The payer does not pay.
pub const REFUSAL: &str = "refusal";
/// What came of a refund. About the order's root and the refund's number.
pub const REFUND_ADVICE: &str = "refund-advice";

/// Where the money is, by the state of the reservation.
pub fn answer(state: ReservationState) -> String {
    format!("answer-{}", state.name())
}
