//! The states of a delivery at the courier, and the one function that moves between them.

use tallystick_protocol::checkout::answers::RefusalReason;

use crate::moves::IllegalMove;
use crate::ports::{DatabaseError, Row, Value};
use crate::store::typed::{Stored, state_named};

/// What the courier decided about one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// The label is made and the acceptance signed; the issuer has not confirmed the charge yet.
    Accepted,
    /// The issuer confirmed the charge: the parcel may leave.
    Confirmed,
    /// The courier accepted, but the issuer heard of it after the time for which it was bound, and had
    /// released the money: the parcel stays. The acceptance stays what it is, no refusal is signed.
    Lapsed,
    /// The courier does not deliver this order.
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
            Self::Lapsed => "lapsed",
            Self::Refused { .. } => "refused",
        }
    }

    /// Moves to `next`.
    ///
    /// # Errors
    /// [`IllegalMove`] unless an accepted delivery becomes confirmed or, because the issuer
    /// released the money first, lapses.
    pub fn move_to(self, next: DeliveryState) -> Result<DeliveryState, IllegalMove> {
        match (self, next) {
            (Self::Accepted, Self::Confirmed | Self::Lapsed) => Ok(next),
            _ => Err(IllegalMove {
                what: "a delivery",
                from: self.name(),
                to: next.name(),
            }),
        }
    }
}

/// The state's name, and the reason of a refusal.
impl Stored for DeliveryState {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        let others = [Self::Accepted, Self::Confirmed, Self::Lapsed];
        if let Some(state) = state_named(row, at, &others, Self::name)? {
            return Ok(state);
        }
        Ok(Self::Refused {
            reason: Stored::read(row, at + 1)?,
        })
    }

    fn write(&self, values: &mut Vec<Value>) {
        let reason = match self {
            Self::Refused { reason } => Some(*reason),
            _ => None,
        };
        values.extend([self.name().into(), reason.into()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_delivery_is_confirmed_or_lapses_once_and_is_never_refused() {
        use DeliveryState::{Accepted, Confirmed, Lapsed};
        let refused = DeliveryState::Refused {
            reason: RefusalReason::Expired,
        };
        assert_eq!(Accepted.move_to(Confirmed), Ok(Confirmed));
        assert_eq!(Accepted.move_to(Lapsed), Ok(Lapsed));
        assert!(Accepted.move_to(refused).is_err());
        for from in [Confirmed, Lapsed, refused] {
            for to in [Accepted, Confirmed, Lapsed, refused] {
                let error = from.move_to(to).unwrap_err();
                assert_eq!((error.from, error.to), (from.name(), to.name()));
            }
        }
    }
}
