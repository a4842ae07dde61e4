//! What can go wrong with accounts at banks, with purses and with moving value.

use crate::core::error::error_kinds;

error_kinds! {
    /// There is no such account on its way.
    NoSuchOpening = 140, "no-such-opening";
    /// This build knows no bank of that name, or nobody who registers.
    NoSuchBank = 141, "no-such-bank";
    /// Something that the holder told for an account is missing, too long, or none.
    RegistrationInvalid = 142, "registration-invalid";
    /// The registration authority refused.
    RegistrationRefused = 143, "registration-refused";
    /// The registration authority could not be reached.
    RegistrationUnreachable = 144, "registration-unreachable";
    /// The ordinary bank knows no such account.
    OutsideAccountUnknown = 145, "outside-account-unknown";
    /// The account at the ordinary bank belongs to somebody else.
    OutsideNameDiffers = 146, "outside-name-differs";
    /// The ordinary bank does not vouch for the holder.
    NotSolvent = 147, "not-solvent";
    /// The bank keeps no accounts in that currency.
    BankOtherCurrency = 148, "bank-other-currency";
    /// Too many accounts are on their way.
    OpeningLimit = 149, "opening-limit";
    /// There is no such purse.
    NoSuchPurse = 150, "no-such-purse";
    /// There is no such movement of value.
    NoSuchMovement = 151, "no-such-movement";
    /// The purse was refused.
    PurseRefused = 152, "purse-refused";
    /// The movement is not where this can be done.
    MovementState = 153, "movement-state";
    /// The amount is zero, or no amount.
    AmountInvalid = 154, "amount-invalid";
    /// The ends of a movement are none, or the same.
    EndInvalid = 155, "end-invalid";
    /// The purse does not hold as much.
    PurseShort = 156, "purse-short";
    /// The purse may not hold, or pay, as much.
    PurseLimit = 157, "purse-limit";
    /// Something else is under way with the purse.
    PurseBusy = 158, "purse-busy";
    /// The purse's history is full.
    PurseHistoryFull = 159, "purse-history-full";
    /// The bank refused.
    BankRefused = 160, "bank-refused";
    /// The bank could not be reached.
    BankUnreachable = 161, "bank-unreachable";
    /// The bank's answer does not fit what it was asked.
    BankAnswerInvalid = 162, "bank-answer-invalid";
    /// The bank waited for the holder's answer, and its time is over.
    MovementExpired = 163, "movement-expired";
    /// The card has no purses.
    NoPurseInCard = 164, "no-purse-in-card";
    /// The account's purse is not ready, or there is one already.
    PurseState = 165, "purse-state";
    /// The bank does not know of it yet: the purse has to report.
    PurseWantsReport = 172, "purse-wants-report";
    /// The account does not hold as much.
    AccountShort = 166, "account-short";
    /// Nobody at the bank has that account or purse.
    UnknownDestination = 167, "unknown-destination";
    /// The destination takes nothing at present.
    DestinationClosed = 168, "destination-closed";
    /// The account's time is over.
    AccountEnded = 169, "account-ended";
    /// The purse is blocked.
    PurseBlocked = 170, "purse-blocked";
    /// The holder closed the purse.
    PurseClosed = 173, "purse-closed";
    /// What the purse says is not what the bank knows: it is from an old copy, or was altered.
    PurseDiffers = 171, "purse-differs";
    /// What the fee was to be paid from does not cover it.
    FeeNotCovered = 174, "fee-not-covered";
    /// The bank does not take the fee in this way.
    FeeNotOffered = 175, "fee-not-offered";
    /// The fee is another than the holder agreed to.
    FeeChanged = 176, "fee-changed";
    /// The purse's key has ended: no new one can be signed for with it.
    PurseKeyEnded = 177, "purse-key-ended";
    /// The key in the card is not the purse's any more.
    PurseKeyReplaced = 178, "purse-key-replaced";
    /// The purse's new key was refused.
    RenewalRefused = 179, "renewal-refused";
    /// There is value in the purse, or some waits for it.
    PurseHoldsValue = 180, "purse-holds-value";
    /// The account has a purse that is not closed.
    AccountHasPurse = 181, "account-has-purse";
    /// The account outside took nothing.
    NotPaidOut = 182, "not-paid-out";
    /// The bank knows no such purse of the account.
    PurseUnknown = 183, "purse-unknown";
    /// Entries of the purse's history are missing at the bank: the purse is frozen until they come, or the window is over.
    PurseFrozen = 184, "purse-frozen";
}
