//! How far a purse's key has come, and the one function that moves it on.

use crate::moves::IllegalMove;
use crate::ports::{DatabaseError, Row, Value};
use crate::store::typed::Stored;

use super::words;

tallystick_protocol::named_enum! {
    /// How far a purse's key has come.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum KeyState {
        /// The bank is asked whether the purse may have it in place of the one before, and for the fee.
        Asking => "asking-bank",
        /// The bank does not permit it at present.
        Refused => "refused",
        /// The CA is asked to certify it.
        Certifying => "certifying",
        /// The bank is told that it is certified.
        Opening => "opening",
        /// The bank opened the purse for it.
        Opened => "opened",
        /// Another key took its place.
        Replaced => "replaced",
    }
}

impl KeyState {
    /// The letter that is under way in this state.
    pub(super) const fn letter(self) -> Option<&'static str> {
        match self {
            Self::Asking => Some(words::PERMIT),
            Self::Certifying => Some(words::CERTIFY),
            Self::Opening => Some(words::OPEN),
            Self::Refused | Self::Opened | Self::Replaced => None,
        }
    }

    /// Moves to `next`.
    ///
    /// # Errors
    /// [`IllegalMove`] for every step but one forward, or the question again after a refusal.
    pub(super) fn move_to(self, next: Self) -> Result<Self, IllegalMove> {
        match (self, next) {
            (Self::Asking, Self::Refused | Self::Certifying)
            | (Self::Refused, Self::Asking)
            | (Self::Certifying, Self::Opening)
            | (Self::Opening, Self::Opened)
            | (Self::Opened, Self::Replaced) => Ok(next),
            _ => Err(IllegalMove {
                what: "a purse's key",
                from: self.as_str(),
                to: next.as_str(),
            }),
        }
    }
}

impl Stored for KeyState {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

#[cfg(test)]
mod tests {
    use super::KeyState::{Asking, Certifying, Opened, Opening, Refused, Replaced};
    use super::*;

    #[test]
    fn a_key_is_certified_before_it_opens_a_purse_and_replaced_once() {
        let steps = [
            Asking, Refused, Asking, Certifying, Opening, Opened, Replaced,
        ];
        for pair in steps.windows(2) {
            assert_eq!(pair[0].move_to(pair[1]), Ok(pair[1]));
        }
        assert!(Asking.move_to(Opening).is_err());
        assert!(Certifying.move_to(Opened).is_err());
        for next in KeyState::ALL {
            assert!(Replaced.move_to(next).is_err());
        }
    }
}
