//! The states of a reservation at the issuer, and the one function that moves between them.

use tallystick_protocol::checkout::answers::RefusalReason;

use crate::moves::IllegalMove;
use crate::ports::{DatabaseError, Row, Value};
use crate::store::typed::{Stored, state_named};

/// Where the money of one order stands at the issuer. The order's root is the key, so that
/// the same order can never be in two of these at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationState {
    /// The amount is set aside on the holder's account; nobody has it yet.
    Reserved,
    /// The courier accepted: the amount belongs to the shop.
    Captured,
    /// The courier refused or the time ran out: the amount is the holder's again.
    Released,
    /// The issuer did not authorise: no money moved at any time.
    Refused {
        /// Why, in the words of the protocol.
        reason: RefusalReason,
    },
}

impl ReservationState {
    /// The state's stable name, as stored and as shown on the console.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Captured => "captured",
            Self::Released => "released",
            Self::Refused { .. } => "refused",
        }
    }

    /// Moves to `next`: a reservation is captured or released, once.
    ///
    /// # Errors
    /// [`IllegalMove`] for every other move, the repeated one included; a caller that wants
    /// to answer a repetition with the first answer compares the states beforehand.
    pub fn move_to(self, next: ReservationState) -> Result<ReservationState, IllegalMove> {
        match (self, next) {
            (Self::Reserved, Self::Captured | Self::Released) => Ok(next),
            _ => Err(IllegalMove {
                what: "a reservation",
                from: self.name(),
                to: next.name(),
            }),
        }
    }
}

/// The state's name, and the reason of a refusal.
impl Stored for ReservationState {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        let others = [Self::Reserved, Self::Captured, Self::Released];
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
    fn a_reservation_is_captured_or_released_and_never_both() {
        use ReservationState::{Captured, Released, Reserved};
        let refused = ReservationState::Refused {
            reason: RefusalReason::Declined,
        };
        assert_eq!(Reserved.move_to(Captured), Ok(Captured));
        assert_eq!(Reserved.move_to(Released), Ok(Released));
        for from in [Captured, Released, refused] {
            for to in [Reserved, Captured, Released, refused] {
                let error = from.move_to(to).unwrap_err();
                assert_eq!((error.from, error.to), (from.name(), to.name()));
            }
        }
    }
}
