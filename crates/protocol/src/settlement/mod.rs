//! Settlement with a contactless card (source document 003): what shop, settlement server, security server and wallet say
//! to each other. The shop signs twice: what is to be paid ([`SettlementRequest`], SIG1), and that it is to be paid by the card
//! that was read ([`Bill`], SIG2), of which it learns neither identifier nor balance. The security server says what was
//! paid ([`SettlementOutcome`]); whoever relays its blocks of commands can read and alter none.
//!
//! - [`channel`]: secure messaging between the security server and the card (GlobalPlatform SCP03).
//! - [`card`]: what is said in it, and what a card is personalised with.

mod bill;
pub mod card;
mod card_request;
pub mod channel;
mod charge;
mod credit;
mod identifier;
mod outcome;
mod reading;
mod request;
mod tap;

#[cfg(test)]
mod tests;

pub use bill::{Bill, BillProposal, card_commitment};
pub use card_request::CardRequest;
pub use charge::{ChargeAnswer, ChargeRefusal, ChargeRequest, ChargeState, ValueUpdate};
pub use credit::{
    CreditOrder, CreditOutcome, CreditReason, CreditState, CreditWithdrawal, credit_number,
};
pub use identifier::{Alias, CardIdentifier, ReadingId, TapId};
pub use outcome::{
    OutcomeReceipt, SettlementEnd, SettlementOutcome, SettlementRefusal, SettlementState,
};
pub use reading::CardReading;
pub use request::{SettlementOrder, SettlementRequest, goods_digest, signed_digest};
pub use tap::{
    BLOCKS_MAX, COMMAND_BYTES_MAX, TapAnswer, TapAnswers, TapAsk, TapEnd, TapPurpose, TapStep,
    block_digest,
};

/// How long a reading is good for, in seconds.
pub const READING_SECONDS: u64 = 600;
/// The most that a contactless card holds, in minor units.
pub const BALANCE_MAX: u64 = 1_000_000_000;
