//! The states of an order at the shop, and the one function that moves between them.

use tallystick_protocol::answers::RefusalReason;
use tallystick_protocol::identifier::Role;

use crate::moves::IllegalMove;

/// Where an order stands at the shop. Stock is reserved in every state but
/// [`OrderState::Refused`] and [`OrderState::Expired`]; money is the issuer's matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Opened, checked and stored; the stock is reserved. Nobody else knows of it yet.
    Received,
    /// The issuer's part is on its way to the issuer, or was sent and not yet answered.
    Asking,
    /// The issuer authorised the amount; the courier does not know of it yet.
    Authorised,
    /// The courier's part is on its way to the courier, or was sent and not yet answered.
    Delivering,
    /// The courier accepted: the stock is sold.
    Accepted,
    /// Somebody refused; the stock is back.
    Refused {
        /// Who refused: shop, issuer or courier.
        by: Role,
        /// Why, in the words of the protocol.
        reason: RefusalReason,
    },
    /// The time ran out before the courier was asked; the stock is back.
    Expired,
}

impl OrderState {
    /// The state's stable name, as stored and as shown on the console.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Asking => "asking",
            Self::Authorised => "authorised",
            Self::Delivering => "delivering",
            Self::Accepted => "accepted",
            Self::Refused { .. } => "refused",
            Self::Expired => "expired",
        }
    }

    /// Whether the order has come to an end without a sale, so that its stock is free again.
    pub fn frees_stock(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Expired)
    }

    /// Moves to `next`.
    ///
    /// An order that the courier was asked about never expires by the shop's clock: only the
    /// courier knows whether it accepted, and it refuses by itself what comes too late.
    /// An accepted order can still be refused by the issuer, when the acceptance reached it
    /// after the reservation had been released.
    ///
    /// # Errors
    /// [`IllegalMove`] for every pair of states that is not listed here.
    pub fn move_to(self, next: OrderState) -> Result<OrderState, IllegalMove> {
        use OrderState::{Accepted, Asking, Authorised, Delivering, Expired, Received, Refused};
        let legal = match (self, next) {
            (Received, Asking)
            | (Asking, Authorised)
            | (Authorised, Delivering)
            | (Delivering, Accepted)
            | (Received | Asking | Authorised, Expired) => true,
            (Received | Authorised, Refused { by, .. }) => by == Role::Shop,
            (Asking, Refused { by, .. }) => by == Role::Shop || by == Role::Issuer,
            (Delivering, Refused { by, .. }) => by == Role::Courier,
            (Accepted, Refused { by, .. }) => by == Role::Issuer,
            _ => false,
        };
        if legal {
            Ok(next)
        } else {
            Err(IllegalMove { what: "an order", from: self.name(), to: next.name() })
        }
    }
}
