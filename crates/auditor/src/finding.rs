//! What an auditor finds, each kind for itself.

use core::fmt;

use serde::Serialize;

/// One of the four sums that stand on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Set aside to be taken from it.
    ToBeTaken,
    /// Taken from it.
    Taken,
    /// Set aside to be given to it.
    ToBeGiven,
    /// Given to it.
    Given,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ToBeTaken => "set aside to be taken",
            Self::Taken => "taken",
            Self::ToBeGiven => "set aside to be given",
            Self::Given => "given",
        })
    }
}

/// Something that is wrong. Amounts are in minor units; an entry is named by the transfer's name, a message by its kind
/// and the entry that it is shown for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "finding", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// The books say another balance than the messages.
    #[error(
        "{object}: on the account \"{account}\" the messages say {expected} {currency} {side}, the books {claimed} (difference {}).",
        i128::from(*claimed) - i128::from(*expected)
    )]
    BalanceDiffers {
        /// The bank's object.
        object: String,
        /// The account of the ledger.
        account: String,
        /// The currency's code.
        currency: &'static str,
        /// Which of the account's sums.
        side: Side,
        /// What the messages say.
        expected: u64,
        /// What the books say.
        claimed: u64,
    },
    /// An entry moves another amount than was signed.
    #[error(
        "{object}: the entry \"{entry}\" moves {claimed} {currency}, and {expected} was signed (difference {}).",
        i128::from(*claimed) - i128::from(*expected)
    )]
    AmountDiffers {
        /// The bank's object.
        object: String,
        /// The entry.
        entry: String,
        /// The currency's code.
        currency: &'static str,
        /// What was signed.
        expected: u64,
        /// What the books say.
        claimed: u64,
    },
    /// An entry moves between other accounts, or in another currency, than was signed.
    #[error("{object}: the entry \"{entry}\" moves {claimed}, and {expected} was signed.")]
    MovesElsewhere {
        /// The bank's object.
        object: String,
        /// The entry.
        entry: String,
        /// From where to where, by the messages.
        expected: String,
        /// From where to where, by the books.
        claimed: String,
    },
    /// Nobody signed for an entry.
    #[error("{object}: nobody signed for the entry \"{entry}\": {missing} is missing.")]
    EntryWithoutMessage {
        /// The bank's object.
        object: String,
        /// The entry.
        entry: String,
        /// What should be there.
        missing: &'static str,
    },
    /// Something was signed, and nothing was booked.
    #[error("{object}: a {message} was signed for \"{entry}\", and there is no such entry.")]
    MessageWithoutEntry {
        /// The bank's object.
        object: String,
        /// The kind of message.
        message: &'static str,
        /// The entry that it is shown for.
        entry: String,
    },
    /// Another key signed a message, or it was altered afterwards.
    #[error(
        "{object}: the {message} for \"{entry}\" is forged or altered: its signature does not match."
    )]
    BadSignature {
        /// The bank's object.
        object: String,
        /// The kind of message.
        message: &'static str,
        /// The entry that it is shown for.
        entry: String,
    },
    /// Whoever signed a message is not who may sign it: no trusted root certified the key in that role at that time,
    /// or the account or purse has another one.
    #[error("{object}: whoever signed the {message} for \"{entry}\" is not trusted: {why}")]
    UntrustedSigner {
        /// The bank's object.
        object: String,
        /// The kind of message.
        message: &'static str,
        /// The entry that it is shown for.
        entry: String,
        /// What does not hold.
        why: String,
    },
    /// A message cannot be read.
    #[error("{object}: the {message} for \"{entry}\" cannot be read: {why}")]
    Unreadable {
        /// The bank's object.
        object: String,
        /// The kind of message.
        message: &'static str,
        /// The entry that it is shown for.
        entry: String,
        /// What is wrong.
        why: String,
    },
    /// A message is about something else than the entry that it is shown for.
    #[error("{object}: what was signed for the entry \"{entry}\" does not fit: {why}.")]
    DoesNotFit {
        /// The bank's object.
        object: String,
        /// The entry.
        entry: String,
        /// What does not.
        why: &'static str,
    },
    /// One message is shown for two entries.
    #[error("{object}: the {message} is shown for \"{first}\" and for \"{second}\".")]
    UsedTwice {
        /// The bank's object.
        object: String,
        /// The message, by its kind and number.
        message: String,
        /// The entry that came first.
        first: String,
        /// The other one.
        second: String,
    },
    /// What crossed between two objects is not the same at both.
    #[error("The crossing \"{crossing}\" does not hold: {why}.")]
    Crossing {
        /// Its name.
        crossing: String,
        /// What does not hold.
        why: &'static str,
    },
    /// What was taken is not what was given, over all accounts of an object.
    #[error("{object}: over all accounts {difference} {currency} more was given than was taken.")]
    Unbalanced {
        /// The bank's object.
        object: String,
        /// The currency's code.
        currency: &'static str,
        /// Given less taken.
        difference: i128,
    },
    /// Entries are not shown.
    #[error(
        "{object}: after entry number {after} comes number {then}; what is between is not shown."
    )]
    Gap {
        /// The bank's object.
        object: String,
        /// The last number before the gap.
        after: u64,
        /// The next one that is shown, or that there must be.
        then: u64,
    },
    /// Pages are missing, or a whole object.
    #[error("{object}: its {part} are not shown to their end.")]
    Incomplete {
        /// The bank's object.
        object: String,
        /// What is missing.
        part: &'static str,
    },
    /// One account number stands for two accounts, or the reverse.
    #[error("{object}: the account \"{account}\" is also shown as another.")]
    Ambiguous {
        /// The bank's object.
        object: String,
        /// The account of the ledger.
        account: String,
    },
}
