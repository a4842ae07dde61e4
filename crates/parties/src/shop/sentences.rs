//! Where an order stands, in a sentence that says where the money is.

use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::wire::identifier::Role;

use super::state::OrderState;

/// The state as a sentence for the person who bought. `is_charged`: whether the issuer has signed
/// that it charged the amount; before that nobody says so.
#[must_use]
pub fn sentence(state: &OrderState, is_charged: bool) -> &'static str {
    match state {
        OrderState::Received => "We have your order and set the goods aside. No money has moved.",
        OrderState::Asking => "We are asking your card's issuer. No money has moved.",
        OrderState::Authorised => {
            "The amount is reserved on your card. We are calling the courier."
        }
        OrderState::Delivering => "The courier is deciding. The amount is reserved, not charged.",
        OrderState::Accepted if is_charged => {
            "The courier has your parcel's label. Your card is charged."
        }
        OrderState::Accepted => {
            "The courier has your parcel's label. The amount is reserved; your card's issuer is asked to charge it."
        }
        OrderState::Expired => "The order took too long and was dropped. Nothing is charged.",
        OrderState::Refused { by, reason } => refusal(*by, *reason),
    }
}

fn refusal(by: Role, reason: RefusalReason) -> &'static str {
    match (by, reason) {
        (_, RefusalReason::Cancelled) => "The order was cancelled. Nothing is charged.",
        (Role::Issuer, _) => "Your card's issuer did not approve the payment. Nothing is charged.",
        (Role::Courier, _) => {
            "The courier did not take the parcel. The amount becomes free again; nothing is charged."
        }
        (_, RefusalReason::OutOfStock) => {
            "Something in your order has just sold out. No money has moved."
        }
        (_, RefusalReason::Unreachable) => {
            "One of the parties could not be confirmed, so nothing was passed on. Nothing is charged."
        }
        (_, RefusalReason::AmountMismatch) => {
            "The amounts did not agree, so we stopped. Nothing is charged."
        }
        (_, RefusalReason::Expired) => {
            "The order took too long and was dropped. Nothing is charged."
        }
        _ => "Part of the order could not be read, so we stopped. Nothing is charged.",
    }
}
