//! What a bank's refusal means to its holder.

use tallystick_protocol::wire::problem::ProblemKind;

use crate::core::error::ErrorKind;

/// The kind of error that a problem of the bank is.
#[must_use]
pub const fn kind(problem: ProblemKind) -> ErrorKind {
    match problem {
        ProblemKind::ShortOfMoney => ErrorKind::AccountShort,
        ProblemKind::NoAmount => ErrorKind::AmountInvalid,
        ProblemKind::OverLimit => ErrorKind::PurseLimit,
        ProblemKind::OtherCurrency => ErrorKind::BankOtherCurrency,
        ProblemKind::UnknownDestination => ErrorKind::UnknownDestination,
        ProblemKind::DestinationClosed => ErrorKind::DestinationClosed,
        ProblemKind::AccountEnded => ErrorKind::AccountEnded,
        ProblemKind::PurseBlocked => ErrorKind::PurseBlocked,
        ProblemKind::PurseClosed => ErrorKind::PurseClosed,
        ProblemKind::HistoryGap
        | ProblemKind::HistoryAltered
        | ProblemKind::OldState
        | ProblemKind::BadCheckpoint => ErrorKind::PurseDiffers,
        ProblemKind::Conflict => ErrorKind::PurseBusy,
        ProblemKind::WrongClock => ErrorKind::ClockWrong,
        ProblemKind::Revoked => ErrorKind::CardMoved,
        _ => ErrorKind::BankRefused,
    }
}
