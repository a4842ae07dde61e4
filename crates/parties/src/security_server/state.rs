//! How far orders and credits have come at the security server, and the functions that move them on.

use tallystick_protocol::settlement::{CreditState, SettlementRefusal, SettlementState};

use crate::moves::IllegalMove;
use crate::ports::{DatabaseError, Row, Value};
use crate::store::typed::{Stored, state_named};

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The shop was told with what it is to be paid.
    Proposed,
    /// The shop's bill is there: the card may be told to pay.
    Ready,
    /// The card was told to pay, and nothing is known of what it did.
    Debiting,
    /// The card has paid.
    Settled,
    /// The card has not paid and never will.
    Refused(SettlementRefusal),
}

impl Progress {
    /// The stable name, as stored and as shown.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Ready => "ready",
            Self::Debiting => "debiting",
            Self::Settled => "settled",
            Self::Refused(_) => "refused",
        }
    }

    /// Whether there is nothing more to come.
    pub(super) const fn is_last(self) -> bool {
        matches!(self, Self::Settled | Self::Refused(_))
    }

    /// What others are told.
    pub(super) const fn said(self) -> (SettlementState, Option<SettlementRefusal>) {
        match self {
            Self::Proposed | Self::Ready => (SettlementState::Ready, None),
            Self::Debiting => (SettlementState::Unknown, None),
            Self::Settled => (SettlementState::Settled, None),
            Self::Refused(why) => (SettlementState::Refused, Some(why)),
        }
    }

    /// Moves to `next`.
    ///
    /// # Errors
    /// [`IllegalMove`]: a card is told to pay only what is ready, has paid only what it was told, and no last word is taken back.
    pub(super) fn move_to(self, next: Self) -> Result<Self, IllegalMove> {
        match (self, next) {
            (Self::Proposed | Self::Ready, Self::Proposed)
            | (Self::Proposed | Self::Debiting, Self::Ready)
            | (Self::Ready, Self::Debiting)
            | (Self::Debiting, Self::Settled)
            | (Self::Proposed | Self::Ready | Self::Debiting, Self::Refused(_)) => Ok(next),
            _ => Err(IllegalMove {
                what: "a settlement",
                from: self.name(),
                to: next.name(),
            }),
        }
    }
}

/// The state's name, and the reason of a refusal.
impl Stored for Progress {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        let others = [Self::Proposed, Self::Ready, Self::Debiting, Self::Settled];
        if let Some(state) = state_named(row, at, &others, Self::name)? {
            return Ok(state);
        }
        let reason = SettlementRefusal::from_name(row.text(at + 1)?);
        reason
            .map(Self::Refused)
            .ok_or(DatabaseError::Shape(at + 1))
    }

    fn write(&self, values: &mut Vec<Value>) {
        let reason = match self {
            Self::Refused(reason) => Some(reason.as_str()),
            _ => None,
        };
        values.extend([self.name().into(), reason.into()]);
    }
}

/// Moves a credit on.
///
/// # Errors
/// [`IllegalMove`]: what is written or withdrawn stays so, and only what the card was told can be written.
pub(super) fn move_credit(from: CreditState, to: CreditState) -> Result<CreditState, IllegalMove> {
    use CreditState::{Unknown, Waiting, Withdrawn, Written};
    match (from, to) {
        (Waiting, Unknown | Withdrawn) | (Unknown, Waiting | Written | Withdrawn) => Ok(to),
        _ => Err(IllegalMove {
            what: "a credit",
            from: from.as_str(),
            to: to.as_str(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::Progress::{Debiting, Proposed, Ready, Refused, Settled};
    use super::*;

    const NO: Progress = Refused(SettlementRefusal::Ended);

    #[test]
    fn a_card_pays_only_what_it_was_told_and_is_told_only_what_is_ready() {
        for (from, to) in [
            (Proposed, Ready),
            (Ready, Proposed),
            (Ready, Debiting),
            (Debiting, Ready),
            (Debiting, Settled),
            (Debiting, NO),
            (Ready, NO),
        ] {
            assert_eq!(from.move_to(to), Ok(to));
        }
        for from in [Proposed, Ready, Settled, NO] {
            assert!(from.move_to(Settled).is_err());
        }
        assert!(Proposed.move_to(Debiting).is_err());
    }

    #[test]
    fn no_last_word_is_taken_back() {
        for from in [Settled, NO] {
            assert!(from.is_last());
            for to in [Proposed, Ready, Debiting, Settled, NO] {
                assert!(from.move_to(to).is_err());
            }
        }
        for from in [CreditState::Written, CreditState::Withdrawn] {
            for to in CreditState::ALL {
                assert!(move_credit(from, to).is_err());
            }
        }
        assert!(move_credit(CreditState::Waiting, CreditState::Written).is_err());
    }
}
