//! What registration authority and bank are asked.

use tallystick_protocol::wire::identifier::TransactionId;

/// What is asked, and about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The authority, to have that account opened.
    Registration(String),
    /// The authority, to have the key of that purse certified and the purse opened.
    Application(String),
    /// The bank, about a movement: to offer it, or to hear what the holder decided.
    Movement(TransactionId),
    /// The bank, how an order's payment ended.
    Verdict(TransactionId),
    /// The bank, to hear the report of that purse.
    Report(String),
    /// The bank, what it charges for a new key of that purse.
    Fees(String),
    /// The authority, to have the next key of that purse certified.
    Renewal(String),
    /// The authority, to hear that the new key of that purse is in the card.
    Renewed(String),
    /// The bank, for that prepaid card.
    Prepaid(String),
    /// The bank, to do what the holder told it, by the name of that.
    Instruction(String),
}
