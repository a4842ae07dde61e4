//! What a bank's refusal means to its holder.

use tallystick_protocol::trust::statement::StatementError;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::problem::ProblemKind;

use crate::core::error::{ErrorKind, WalletError};

/// What a bank's statement is that was refused.
pub fn unheard(error: &StatementError, bank: &Domain) -> WalletError {
    let otherwise = ErrorKind::BankAnswerInvalid;
    WalletError::refused(error, otherwise, otherwise).about(bank.as_str())
}

/// What is not the bank's word is as good as none, so that nothing has come of it.
///
/// # Errors
/// [`ErrorKind::CertificateRevoked`] and [`ErrorKind::RevocationsStale`], which the holder should hear.
pub fn as_good_as_none(error: WalletError) -> Result<bool, WalletError> {
    if error.kind.is_about_revocations() {
        Err(error)
    } else {
        Ok(false)
    }
}

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
        ProblemKind::HistoryGap => ErrorKind::PurseFrozen,
        ProblemKind::HistoryAltered | ProblemKind::OldState | ProblemKind::BadCheckpoint => {
            ErrorKind::PurseDiffers
        }
        ProblemKind::Conflict => ErrorKind::PurseBusy,
        ProblemKind::WrongClock => ErrorKind::ClockWrong,
        ProblemKind::Revoked => ErrorKind::CardMoved,
        _ => ErrorKind::BankRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t004_39_a_purse_with_a_gap_is_frozen_for_a_time_and_one_that_was_altered_is_not_believed() {
        assert_eq!(kind(ProblemKind::HistoryGap), ErrorKind::PurseFrozen);
        assert_eq!(kind(ProblemKind::HistoryAltered), ErrorKind::PurseDiffers);
    }
}
