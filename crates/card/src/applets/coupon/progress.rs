//! How far a coupon is (T001-16), and what moves it.

use crate::StatusWord;
use crate::host::coupon::Progress;

/// What happens to a coupon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Event {
    /// The card signs who shall have it, or that its value be converted.
    Signed,
    /// The office waits for somebody.
    Waits,
    /// The office says that it is still the owner's, and that nothing that was signed counts any more.
    Returned,
    /// The office says that it is another's.
    Left,
    /// The office has converted it.
    Turned,
    /// The office says that its time is over, or stopped it.
    Over,
}

impl Progress {
    /// Whether the card signs nothing more about it.
    pub(super) const fn is_over(self) -> bool {
        matches!(self, Self::HandedOn | Self::Converted | Self::Ended)
    }

    /// What it is after that. Nothing but the office's word that it is the owner's again brings one back that was over, and
    /// nothing at all one that was converted.
    pub(super) const fn after(self, event: Event) -> Result<Self, StatusWord> {
        Ok(match (self, event) {
            (Self::Converted, Event::Turned) => Self::Converted,
            (Self::Converted, _) => return Err(StatusWord::ConditionsNotSatisfied),
            (_, Event::Returned) => Self::Held,
            (_, Event::Left) => Self::HandedOn,
            (_, Event::Turned) => Self::Converted,
            (Self::HandedOn | Self::Ended, Event::Signed) => return Err(StatusWord::CouponBound),
            (Self::HandedOn, _) => return Err(StatusWord::ConditionsNotSatisfied),
            (_, Event::Over) => Self::Ended,
            (Self::Ended, Event::Waits) => return Err(StatusWord::ConditionsNotSatisfied),
            (_, Event::Signed) => Self::GivenAway,
            (_, Event::Waits) => Self::Waiting,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Progress; 6] = [
        Progress::Held,
        Progress::GivenAway,
        Progress::Waiting,
        Progress::HandedOn,
        Progress::Converted,
        Progress::Ended,
    ];

    #[test]
    fn t001_16_a_coupon_that_is_over_begins_anew_by_the_offices_word_alone() {
        for progress in ALL.into_iter().filter(|progress| progress.is_over()) {
            assert!(progress.after(Event::Signed).is_err(), "{progress:?}");
            assert!(progress.after(Event::Waits).is_err(), "{progress:?}");
            let back = progress.after(Event::Returned);
            let expected = (progress != Progress::Converted).then_some(Progress::Held);
            assert_eq!(back.ok(), expected, "{progress:?}");
        }
    }

    #[test]
    fn t001_16_one_that_is_not_over_goes_where_the_event_says() {
        for progress in ALL.into_iter().filter(|progress| !progress.is_over()) {
            for (event, next) in [
                (Event::Signed, Progress::GivenAway),
                (Event::Waits, Progress::Waiting),
                (Event::Returned, Progress::Held),
                (Event::Left, Progress::HandedOn),
                (Event::Turned, Progress::Converted),
                (Event::Over, Progress::Ended),
            ] {
                assert_eq!(progress.after(event), Ok(next));
            }
        }
    }
}
