//! The states of a delivery at the courier, and the one function that moves between them.

use tallystick_protocol::answers::RefusalReason;

use crate::moves::IllegalMove;

/// What the courier decided about one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// The label is made and the acceptance signed; the issuer has not confirmed the charge yet.
    Accepted,
    /// The issuer confirmed the charge: the parcel may leave.
    Confirmed,
    /// The courier does not deliver this order. Also where an accepted delivery goes when the
    /// issuer had already released the money: the parcel stays.
    Refused {
        /// Why, in the words of the protocol.
        reason: RefusalReason,
    },
}

impl DeliveryState {
    /// The state's stable name, as stored and as shown on the console.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Confirmed => "confirmed",
            Self::Refused { .. } => "refused",
        }
    }

    /// Moves to `next`.
    ///
    /// # Errors
    /// [`IllegalMove`] unless an accepted delivery becomes confirmed or, because the issuer
    /// released the money first, refused.
    pub fn move_to(self, next: DeliveryState) -> Result<DeliveryState, IllegalMove> {
        match (self, next) {
            (Self::Accepted, Self::Confirmed | Self::Refused { .. }) => Ok(next),
            _ => Err(IllegalMove {
                what: "a delivery",
                from: self.name(),
                to: next.name(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_delivery_is_confirmed_or_withdrawn_once() {
        use DeliveryState::{Accepted, Confirmed};
        let refused = DeliveryState::Refused {
            reason: RefusalReason::Expired,
        };
        assert_eq!(Accepted.move_to(Confirmed), Ok(Confirmed));
        assert_eq!(Accepted.move_to(refused), Ok(refused));
        for from in [Confirmed, refused] {
            for to in [Accepted, Confirmed, refused] {
                let error = from.move_to(to).unwrap_err();
                assert_eq!((error.from, error.to), (from.name(), to.name()));
            }
        }
    }
}
