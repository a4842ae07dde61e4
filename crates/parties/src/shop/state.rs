//! The states of an order at the shop, and the one function that moves between them.

use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::wire::identifier::Role;

use crate::moves::IllegalMove;
use crate::ports::{DatabaseError, Row, Value};
use crate::store::typed::{Stored, state_named};

/// Where an order stands at the shop. Stock is reserved in every state but
/// [`OrderState::Refused`] and [`OrderState::Expired`], or in [`OrderState::Received`] asked for; money is the
/// issuer's matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Opened, checked and stored; the stock is reserved, or asked to be. No other party knows of it yet.
    Received,
    /// The issuer's part is on its way to the issuer, or was sent and not yet answered.
    Asking,
    /// The issuer authorised the amount; the courier does not know of it yet.
    Authorised,
    /// The courier's part is on its way to the courier, or was sent and not yet answered.
    Delivering,
    /// The courier accepted, or the shop handed over what no courier delivers: the stock is sold.
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

    /// Whether the order ends by itself when its time is over.
    pub fn can_expire(&self) -> bool {
        matches!(self, Self::Received | Self::Asking | Self::Authorised)
    }

    /// Moves to `next`.
    ///
    /// An order that the courier was asked about never expires by the shop's clock: only the
    /// courier knows whether it accepted, and it refuses by itself what comes too late.
    /// The shop itself refuses when somebody does not answer as agreed; an accepted order only
    /// when the acceptance reached the issuer after the reservation had been released.
    ///
    /// # Errors
    /// [`IllegalMove`] for every pair of states that is not listed here.
    pub fn move_to(self, next: OrderState) -> Result<OrderState, IllegalMove> {
        use OrderState::{Accepted, Asking, Authorised, Delivering, Expired, Received, Refused};
        let legal = match (self, next) {
            (Received, Asking)
            | (Asking, Authorised)
            | (Authorised, Delivering)
            // Of an order without a courier: who hands over sees to that.
            | (Authorised | Delivering, Accepted)
            | (Received | Asking | Authorised, Expired) => true,
            (Received | Authorised | Accepted, Refused { by, .. }) => by == Role::Shop,
            (Asking, Refused { by, .. }) => by == Role::Shop || by == Role::Issuer,
            (Delivering, Refused { by, .. }) => by == Role::Shop || by == Role::Courier,
            _ => false,
        };
        if legal {
            Ok(next)
        } else {
            Err(IllegalMove {
                what: "an order",
                from: self.name(),
                to: next.name(),
            })
        }
    }
}

/// The state's name, and who refused and why.
impl Stored for OrderState {
    const WIDTH: usize = 3;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        let others = [
            Self::Received,
            Self::Asking,
            Self::Authorised,
            Self::Delivering,
            Self::Accepted,
            Self::Expired,
        ];
        if let Some(state) = state_named(row, at, &others, Self::name)? {
            return Ok(state);
        }
        Ok(Self::Refused {
            by: row
                .text(at + 1)?
                .parse()
                .map_err(|_| DatabaseError::Shape(at + 1))?,
            reason: Stored::read(row, at + 2)?,
        })
    }

    fn write(&self, values: &mut Vec<Value>) {
        let (by, reason) = match self {
            Self::Refused { by, reason } => (Some(by.as_str()), Some(*reason)),
            _ => (None, None),
        };
        values.extend([self.name().into(), by.into(), reason.into()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_SHOP: OrderState = OrderState::Refused {
        by: Role::Shop,
        reason: RefusalReason::OutOfStock,
    };
    const BY_ISSUER: OrderState = OrderState::Refused {
        by: Role::Issuer,
        reason: RefusalReason::Declined,
    };
    const BY_COURIER: OrderState = OrderState::Refused {
        by: Role::Courier,
        reason: RefusalReason::Declined,
    };

    #[test]
    fn an_order_goes_from_the_shop_to_the_issuer_to_the_courier() {
        use OrderState::{Accepted, Asking, Authorised, Delivering, Received};
        let way = [Received, Asking, Authorised, Delivering, Accepted];
        for pair in way.windows(2) {
            assert_eq!(pair[0].move_to(pair[1]), Ok(pair[1]));
        }
        for (at, from) in way.iter().enumerate() {
            for (to_at, to) in way.iter().enumerate().filter(|(to_at, _)| *to_at != at + 1) {
                let is_handed_over = (*from, *to) == (Authorised, Accepted);
                assert_eq!(from.move_to(*to).is_ok(), is_handed_over, "{at} to {to_at}");
            }
        }
    }

    #[test]
    fn only_who_is_being_asked_and_the_shop_can_refuse() {
        assert!(OrderState::Asking.move_to(BY_ISSUER).is_ok());
        assert!(OrderState::Delivering.move_to(BY_COURIER).is_ok());
        assert!(OrderState::Received.move_to(BY_SHOP).is_ok());
        assert!(OrderState::Received.move_to(BY_ISSUER).is_err());
        assert!(OrderState::Asking.move_to(BY_COURIER).is_err());
        assert!(OrderState::Delivering.move_to(BY_ISSUER).is_err());
        assert!(OrderState::Accepted.move_to(BY_COURIER).is_err());
    }

    #[test]
    fn what_the_courier_was_asked_about_does_not_expire_by_the_shops_clock() {
        for state in [
            OrderState::Received,
            OrderState::Asking,
            OrderState::Authorised,
        ] {
            assert_eq!(state.move_to(OrderState::Expired), Ok(OrderState::Expired));
        }
        for state in [
            OrderState::Delivering,
            OrderState::Accepted,
            BY_SHOP,
            OrderState::Expired,
        ] {
            assert!(state.move_to(OrderState::Expired).is_err());
        }
    }

    #[test]
    fn an_illegal_move_names_both_states() {
        let error = OrderState::Expired.move_to(OrderState::Asking).unwrap_err();
        assert_eq!(
            error.to_string(),
            "an order cannot move from \"expired\" to \"asking\""
        );
    }
}
